r"""The series of u in alpha = P/N, for equal widths and any depth."""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy
from sympy.polys.rings import ring

from derive.algebra.kinds import Expression
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.equation import EqualWidths
from derive.theories.networks.analysis.scalar.series import Ring, Series, require_order
from derive.theories.networks.analysis.scalar.symbols import (
    EXAMPLES,
    FACTOR,
    LOAD,
    PRIOR,
    RATIO,
    SIGNAL,
    equal_ratio,
)

SHORT = 40
"""Terms of a polynomial that is factored, which takes long."""
MOVES = (
    r"in the equation of $v$: $x = v - 1$, $\epsilon = \alpha$, $\psi = q/v^n - 1$, $F = u/c$",
)


def alpha_series(equal: EqualWidths, order: Any) -> Series:
    r"""u/c in alpha = P/N at fixed q = s/(c P), for equal widths; the depth may be a symbol.

    The equation of the factor reads x = alpha psi, with x = v - 1 and psi = q v^{-n} - 1, and
    u/c = v^n: sums of powers of v, so that the coefficients in x are binomial.

    Raises:
        RuleError: The order is no whole number from 1.
    """
    top, depth = require_order(order), equal.depth
    symbols = [RATIO] if depth.is_Integer else [RATIO, depth]
    polynomials = ring(symbols, sympy.QQ)[0]
    psi = -equal.right.xreplace({SIGNAL: RATIO * PRIOR * EXAMPLES}) / LOAD
    inner = _powers(sympy.expand(psi), polynomials)
    outer = _powers(equal.overlap / PRIOR, polynomials)
    values = lagrange_of_powers(outer, inner, top)
    coefficients = [_factored(value, values[1]) for value in values]
    return Series(LOAD, tuple(coefficients), ((RATIO, equal_ratio()),), cold=True, moves=MOVES)


Powers = dict[Ring, Ring]
"""A sum of powers of v = 1 + x: from exponents to coefficients."""


def lagrange_of_powers(outer: Powers, inner: Powers, order: int) -> list[Ring]:
    """The coefficients of F in eps, for x = eps psi; F and psi are sums of powers of 1 + x."""
    slope = {exponent - 1: number * exponent for exponent, number in outer.items()}
    coefficients, power = [sum(outer.values())], inner
    for k in range(1, order + 1):
        terms = _multiplied(slope, power).items()
        coefficients.append(sum(number * _binomial(e, k - 1) for e, number in terms) / k)
        power = _multiplied(power, inner)
    return coefficients


def _multiplied(first: Powers, second: Powers) -> Powers:
    powers: Powers = {}
    for (e, a), (f, b) in product(first.items(), second.items()):
        powers[e + f] = powers.get(e + f, 0) + a * b
    return powers


def _binomial(exponent: Ring, place: int) -> Ring:
    """The coefficient of x^place in (1 + x)^exponent."""
    coefficient = exponent.ring(1)
    for k in range(place):
        coefficient = coefficient * (exponent - k) / (k + 1)
    return coefficient


def _powers(expression: Expression, polynomials: Any) -> Powers:
    """A sum of powers of v, term by term."""
    powers: Powers = {}
    for term in sympy.Add.make_args(expression):
        number, power = term.as_independent(FACTOR, as_Add=False)
        exponent = power.as_base_exp()[1] if power != 1 else sympy.S.Zero
        if power not in (sympy.S.One, FACTOR**exponent):
            raise RuleError(f"series: {term} is no power of {FACTOR}")
        place = polynomials(exponent)
        powers[place] = powers.get(place, 0) + polynomials(number)
    return powers


def _factored(value: Ring, first: Ring) -> Any:
    """A coefficient in factors; of a long one only that of the first order is taken out."""
    if len(value) <= SHORT:
        return sympy.factor(value.as_expr())
    quotient, rest = value.div(first)
    return value.as_expr() if rest else sympy.factor(first.as_expr()) * quotient.as_expr()
