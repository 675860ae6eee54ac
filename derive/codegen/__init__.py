"""From derived expressions to a standalone module of NumPy functions."""

from derive.codegen.module import Module, generate

__all__ = ["Module", "generate"]
