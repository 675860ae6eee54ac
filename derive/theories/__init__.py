"""Theories live on the shared floors; none imports another."""
