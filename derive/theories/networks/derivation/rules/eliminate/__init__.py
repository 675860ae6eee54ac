"""Elimination: rewrite, statement and certificate."""
