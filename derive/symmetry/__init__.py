"""Matrices that permutations do not change: sectors, and what expressions are in them."""
