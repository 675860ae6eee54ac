"""Samplers: of a network's weights, and of the exact law of its overlaps."""
