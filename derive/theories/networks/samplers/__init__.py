"""Samplers of weights, features and overlaps, and integrals over the exact law."""
