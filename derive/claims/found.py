"""The constants and factors that a comparison found, in symbols where they can be given so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import mpmath
import sympy

from derive.algebra import build, contains, normal
from derive.algebra.scalars import expand
from derive.claims.fit import Fit, rational
from derive.claims.language import is_moderate, to_text
from derive.claims.plain import plain
from derive.claims.setting import Case
from derive.errors import DeriveError, NoRule

SHOWN = 12
"""Digits of a constant or a factor that is given as a number."""


def factor_of(
    fits: Sequence[Fit], cases: Sequence[Case], parameters: Iterable[Any], digits: int
) -> Any | None:
    """The factor as an expression: a fraction, times or over one or two parameters; else None."""
    for monomial in _monomials([p for p in parameters if p.is_Symbol]):
        fractions: set[Any] = set()
        for fitted, case in zip(fits, cases, strict=True):
            point = case.points[0]
            known = {s: sympy.Rational(str(point[s])) for s in monomial.free_symbols}
            value = monomial.xreplace(known)
            fractions.add(rational(fitted.factor * int(value.q) / int(value.p), digits))
        if len(fractions) == 1 and None not in fractions:
            fraction = fractions.pop()
            return sympy.Rational(fraction.numerator, fraction.denominator) * monomial
    return None


def _monomials(parameters: Sequence[Any]) -> Iterator[Any]:
    yield sympy.S.One
    for parameter in parameters:
        yield from (parameter, 1 / parameter)
    for first, second in combinations(parameters, 2):
        yield from (first * second, 1 / (first * second), first / second, second / first)


def factor_text(factor: Any | None, fits: Sequence[Fit]) -> str:
    """The factor in symbols, else as a number for each instance."""
    return text_of(factor) if factor is not None else _numbers(f.factor for f in fits)


def text_of(expression: Any) -> str:
    """Text of the language, or SymPy's where the language has no word."""
    try:
        return to_text(expression)
    except NoRule:
        return str(expression)


def constant_of(found: Any, expected: Any, factor: Any | None, varying: set[Any]) -> Any | None:
    """found - factor * expected in normal form, if it is free of what varies; else None."""
    if factor is None:
        return None
    if not (is_moderate(found) and is_moderate(expected)):
        return None
    try:
        rest = difference(found, expected, factor)
        return None if contains(rest, varying) else rest
    except DeriveError:
        return None


def difference(found: Any, expected: Any, factor: Any) -> Any:
    """found - factor * expected, in normal form."""
    if getattr(found, "is_Matrix", False):
        return normal(build.subtract(found, build.scale(factor, expected)))
    return expand(normal(plain(found - factor * expected)), logs=True)


def constant_text(constant: Any | None, fits: Sequence[Fit]) -> str:
    """The constant in symbols, else as a number for each instance."""
    if constant is not None:
        return text_of(constant)
    if any(fitted.constant.size > 1 for fitted in fits):
        return "a matrix of its own on each instance"
    return _numbers(fitted.constant.ravel()[0] for fitted in fits)


def _numbers(values: Iterable[Any]) -> str:
    shown = [mpmath.nstr(mpmath.mpf(str(value)), SHOWN) for value in values]
    if len(set(shown)) == 1:
        return shown[0]
    return ", ".join(shown) + " (a number for each instance)"
