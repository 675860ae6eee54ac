"""Symbolic depth: the same rules on a few neighbouring layers, and an induction over the rest."""
