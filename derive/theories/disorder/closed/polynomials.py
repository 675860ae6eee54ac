"""Polynomials in one symbol as tuples of coefficients, which stay as they are written.

SymPy's own would rewrite the coefficients, and with them what is in logarithms.
"""

from __future__ import annotations

from functools import reduce
from itertools import zip_longest
from typing import Any

from sympy import S, Symbol

Polynomial = tuple[Any, ...]
"""The coefficients, lowest power first; the last is not zero."""


def added(*given: Polynomial) -> Polynomial:
    """The sum."""
    return _trimmed([sum(column, S.Zero) for column in zip_longest(*given, fillvalue=S.Zero)])


def multiplied(first: Polynomial, second: Polynomial) -> Polynomial:
    """The product."""
    rows = [(S.Zero,) * k + tuple(a * b for b in second) for k, a in enumerate(first)]
    return added(*rows) if rows else ()


def _trimmed(entries: list[Any]) -> Polynomial:
    while entries and entries[-1] == 0:
        entries.pop()
    return tuple(entries)


def coefficients(expression: Any, x: Symbol) -> Polynomial | None:
    """The coefficients of a polynomial in x; None of anything else.

    >>> import sympy
    >>> a, x = sympy.symbols("a x", real=True)
    >>> coefficients((x - a) ** 2 / 2, x)
    (a**2/2, -a, 1/2)
    """
    if expression == x:
        return (S.Zero, S.One)
    if not expression.has(x):
        return _trimmed([expression])
    whole_power = expression.is_Pow and expression.exp.is_Integer and expression.exp > 0
    if not (expression.is_Add or expression.is_Mul or whole_power):
        return None
    parts = [coefficients(arg, x) for arg in expression.args if arg != 1 or not whole_power]
    if whole_power:
        parts = [coefficients(expression.base, x)] * int(expression.exp)
    if any(part is None for part in parts):
        return None
    join = added if expression.is_Add else multiplied
    return reduce(join, parts)  # type: ignore[arg-type]
