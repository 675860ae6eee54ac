"""From a derived theory of disorder to a standalone module of NumPy functions."""
