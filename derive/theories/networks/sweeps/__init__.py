"""Sweeps: one network at every point of a grid, resumable, into one table and a figure."""
