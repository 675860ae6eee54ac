"""Arithmetic of sizes: polynomials in head counts, remembered because they recur."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy


@lru_cache(maxsize=65536)
def quotient(size: Any, divisor: Any) -> Any:
    """size / divisor for sizes that are polynomials in head counts."""
    return sympy.expand(size / divisor)


@lru_cache(maxsize=65536)
def product(first: Any, second: Any) -> Any:
    """first * second, expanded."""
    return sympy.expand(first * second)


@lru_cache(maxsize=65536)
def difference_vanishes(first: Any, second: Any) -> bool:
    """Whether two sizes are equal as polynomials."""
    return bool(sympy.expand(first - second) == 0)


@lru_cache(maxsize=65536)
def total(*sizes: Any) -> Any:
    """The sum of sizes, expanded."""
    return sympy.expand(sympy.Add(*sizes))
