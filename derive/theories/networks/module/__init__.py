"""From derived expressions to a standalone module of NumPy functions."""

from derive.theories.networks.module.expansions import generate_expansion
from derive.theories.networks.module.module import Module, generate

__all__ = ["Module", "generate", "generate_expansion"]
