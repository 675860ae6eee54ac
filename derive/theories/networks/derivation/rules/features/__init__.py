"""Gaussian features: rewrite, statement and certificate."""
