"""Samplers: of a network's weights, linear or not, and of the exact law of its overlaps."""
