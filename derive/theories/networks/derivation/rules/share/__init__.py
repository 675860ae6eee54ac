"""Eliminating projections: rewrite, statement and certificate."""
