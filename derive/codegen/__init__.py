"""From derived expressions to a standalone module of NumPy functions."""

from derive.codegen.expansions import generate_expansion
from derive.codegen.module import Module, generate

__all__ = ["Module", "generate", "generate_expansion"]
