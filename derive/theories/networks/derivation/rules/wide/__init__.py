"""Infinite width and the first correction: rewrite, statement and certificate."""
