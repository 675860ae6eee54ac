"""Standalone modules for networks in which layers are repeated: depth is an argument."""
