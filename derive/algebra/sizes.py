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


@lru_cache(maxsize=65536)
def divides(divisor: Any, size: Any) -> bool:
    """Whether a size is a multiple of a divisor, as polynomials in head counts."""
    found = quotient(size, divisor)
    return bool(found.is_polynomial(*found.free_symbols)) and found.as_numer_denom()[1] == 1


@lru_cache(maxsize=65536)
def at_least(first: Any, second: Any) -> bool:
    """Whether first >= second for all head counts from 1, as far as the coefficients show."""
    difference = sympy.expand(first - second)
    parts = sympy.Add.make_args(difference)
    return all(part.as_coeff_Mul()[0] >= 0 for part in parts)
