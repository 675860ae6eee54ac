"""Integrating the input weights: rewrite, statement and certificate."""
