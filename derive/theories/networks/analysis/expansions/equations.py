"""The equations of expansions, as they are shown: series, coefficients, laws of fluctuations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from derive.algebra import build
from derive.algebra.kinds import Expression
from derive.algebra.latex import box
from derive.algebra.series import Series
from derive.steps.step import Equation
from derive.theories.networks.analysis.expansions.laplace import Fluctuations
from derive.theories.networks.analysis.expansions.saddle import of_order
from derive.typeset.boxes import Atom, Box, Sum, fenced
from derive.typeset.symbols import symbol

Equations = tuple[Equation, ...]
AT_INFINITY = r"S_\infty"
"""The left side of the action at infinite width."""


def named(definitions: Iterable[tuple[Any, Any]]) -> Equations:
    """Definitions, (name, value)."""
    return tuple(Equation(name, value) for name, value in definitions)


def coefficients(name: str, series: Series) -> Equations:
    """The coefficients of a series, under the names f^(0), f^(1), ..."""
    names = (build.matrix_symbol(of_order(name, k), 1, 1) for k in range(len(series)))
    return named(zip(names, series, strict=True))


def action(series: Series) -> Equations:
    """The action: its terms at infinite width have a name of their own."""
    # Drawn as it is: by streams, of each of which it holds one number, it would be longer.
    first = Equation(AT_INFINITY, box(series[0]))
    total = _sum([symbol("S_inf"), *_names("S", len(series) - 1)[1:]], len(series))
    return (Equation("S", total), first, *coefficients("S", series)[1:])


def predictor(lefts: tuple[str, str], mean: Series, variance: Series) -> Equations:
    """Mean and variance as series, and their coefficients."""
    both = zip(lefts, "fv", (mean, variance), strict=True)
    sums = [Equation(left, _sum(_names(n, len(s) - 1), len(s))) for left, n, s in both]
    return (*sums, *coefficients("f", mean), *coefficients("v", variance))


def overlap(left: Expression, series: Series) -> Equation:
    """An order parameter as the sum of its coefficients."""
    return Equation(left, _sum([fenced(box(c), 4) for c in series], len(series)))


def laws(fluctuations: Fluctuations) -> Equations:
    """The Gaussian laws of the innovations: their covariance, by two test matrices."""
    shown = []
    for own in fluctuations.innovations:
        one, other = (build.overlap(name, build.rows(own.symbol)) for name in "AB")
        product = build.mul(one, own.covariance, other, own.covariance)
        index = own.symbol.name.removeprefix("Z_")
        left = rf"\langle \mathrm{{tr}}(A Z_{index})\ \mathrm{{tr}}(B Z_{index})\rangle"
        shown.append(Equation(left, box(2 / own.width * build.trace(product))))
    return tuple(shown)


def _names(name: str, order: int) -> list[Box]:
    return [symbol(of_order(name, k)) for k in range(order + 1)]


def _sum(parts: list[Box], rest: int) -> Box:
    """Terms, and the order in 1/N of what is left out."""
    power = str(rest).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    left_out = Atom(rf"O(1/N^{{{rest}}})", f"O(1/N{power})", 3.5)
    return Sum(tuple((False, part) for part in (*parts, left_out)))
