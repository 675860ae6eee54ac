"""Conditioning a weight: rewrite, statement and certificate."""
