"""Expressions as they are best read: what sums share stands in front of them once."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.nodes import Scalar
from derive.theories.disorder.derivation.state import BETA
from derive.theories.disorder.nodes.drawing import pulled
from derive.theories.disorder.nodes.replicas import Entry, N

FACTORED = 12
"""Most terms of a numerator that is factored; a longer one costs more time than it is read."""

LARGEST = 1000
"""The largest denominator of a number that is read better in a common fraction."""


def tidy(expression: Any) -> Any:
    """One fraction for each denominator, without numbers that cancel: 2/(2 a + 2 b) is 1/(a + b).

    >>> a, b, c = sympy.symbols("a b c", real=True)
    >>> tidy(a / (2 * c + 2) + b / (2 * c + 2) + a * b)
    a*b + (a + b)/(2*(c + 1))
    """
    expression = pulled(sympy.sympify(expression))
    if not expression.is_Add:
        return _product(expression)
    by_denominator: dict[Any, list[Any]] = {}
    replicas = expression.has(N)  # n (n - 1) stays as the ansatz makes it
    for term in expression.args if replicas else sympy.expand_mul(expression).args:
        top, bottom = sympy.fraction(sympy.factor_terms(term))
        number, bottom = bottom.as_content_primitive()
        by_denominator.setdefault(bottom, []).append(top / number)
    parts: list[Any] = []
    for bottom, tops in by_denominator.items():
        total = sympy.Add(*tops)
        round_numbers = all(n.q <= LARGEST for n in total.atoms(sympy.Rational))
        collect = bottom != 1 and round_numbers and not total.atoms(Scalar, sympy.Function)
        # A sum of averages stays in terms, between which a line can be broken.
        parts += [_collected(total, bottom)] if collect else [top / bottom for top in tops]
    return sympy.Add(*map(_with_temperature, parts))


def _product(term: Any) -> Any:
    """A term with its numbers taken out."""
    if term.is_Mul or term.is_Pow:
        term = sympy.factor_terms(term)
    return _with_temperature(term)


def _with_temperature(term: Any) -> Any:
    """Temperatures collected in sums: 1 + beta q - beta is 1 - beta (1 - q)."""
    sums = [s for s in term.atoms(sympy.Add) if s.has(BETA) and not s.has(Entry)]
    return term.xreplace({s: _linear(s) for s in sums if _is_linear(s)})


def _is_linear(total: Any) -> bool:
    """Whether the temperature stands in two terms or more, and only to the first power."""
    with_beta = [term for term in total.args if term.has(BETA)]
    return len(with_beta) > 1 and all(not (term / BETA).has(BETA) for term in with_beta)


def _linear(total: Any) -> Any:
    rest, with_beta = total.as_independent(BETA, as_Add=True)
    inside = sympy.factor_terms(sympy.expand_mul(with_beta / BETA))
    return rest - BETA * (-inside) if _begins_with_minus(inside) else rest + BETA * inside


def _begins_with_minus(total: Any) -> bool:
    """Whether a sum is better read with its signs turned."""
    if not total.is_Add:
        return False
    number, *_ = total.as_coeff_Add()
    if number != 0:
        return bool(number < 0)
    minus = sum(term.could_extract_minus_sign() for term in total.args)
    first = min(total.args, key=lambda term: str(term).lstrip("-"))
    half = 2 * minus == len(total.args)
    return bool(first.could_extract_minus_sign()) if half else 2 * minus > len(total.args)


def _collected(total: Any, bottom: Any) -> Any:
    """A fraction, its numerator in factors, sums among them with few minus signs."""
    short = len(sympy.Add.make_args(total)) <= FACTORED
    factored = sympy.factor(total) if short else sympy.factor_terms(total)
    factors = [
        part
        for factor in _factors(factored)
        for part in ([-1, -factor] if _begins_with_minus(factor) else [factor])
    ]
    return sympy.Mul(*factors, 1 / bottom)  # all at once: a number is not taken into a sum


def _factors(product: Any) -> list[Any]:
    """Factors of a product, of products in it too."""
    if not product.is_Mul:
        return [product]
    return [factor for part in product.args for factor in _factors(part)]
