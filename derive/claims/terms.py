"""Which additive terms two sides do not share, by the normal form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import sympy

from derive.algebra import build, contains, normal
from derive.algebra.scalars import expand
from derive.claims.found import text_of
from derive.claims.language import is_moderate
from derive.claims.plain import plain
from derive.errors import DeriveError

Terms = dict[Any, Any]
"""A term without its rational coefficient, to the coefficient."""
EQUAL = 1e-9
"""Relative difference up to which two terms have one value."""
MOST_SHOWN = 8
MOST_TEXT = 1_500
"""Characters of all terms together."""


def differing(
    found: Any,
    expected: Any,
    varying: set[Any],
    values: Sequence[Callable[[Any], Any]] = (),
    *,
    constant: bool,
    factor: bool,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Terms that only one of the two sides has, as text.

    Args:
        found: The line that does not hold.
        expected: What it should be.
        varying: The symbols of which a constant is free.
        values: Values of an expression at some points: terms that cancel there are equal.
        constant: Whether terms free of these may differ.
        factor: Whether a rational factor may differ; the one that most terms share is taken out.

    Returns:
        Terms of `found` alone, and of `expected` alone; both empty where there is no normal form.
    """
    try:
        if not (is_moderate(found) and is_moderate(expected)):
            return (), ()
        theirs, ours = _terms(found), _terms(expected)
        if constant:
            theirs, ours = (
                {core: c for core, c in terms.items() if contains(core, varying)}
                for terms in (theirs, ours)
            )
        scale = _common_factor(theirs, ours) if factor else sympy.S.One
        rest = {core: theirs.get(core, 0) - scale * ours.get(core, 0) for core in theirs | ours}
        rest = _without_equal(rest, values) if values else rest
        left, right = _split(rest, theirs, {core: scale * c for core, c in ours.items()})
        told = sum(map(len, left + right)) <= MOST_TEXT  # multiplied out, some lines tell nothing
        return (left, right) if told else ((), ())
    except (DeriveError, AttributeError, TypeError):
        return (), ()


def _terms(expression: Any) -> Terms:
    coefficients: Terms = {}
    if getattr(expression, "is_Matrix", False):
        for term in build.terms(normal(expression)):
            number, factors = build.split(term)
            rational, rest = sympy.sympify(number).as_coeff_Mul()
            core = build.mul(rest, sympy.Identity(term.shape[0]), *factors)
            coefficients[core] = coefficients.get(core, 0) + rational
        return coefficients
    for term in sympy.Add.make_args(expand(normal(plain(expression)), logs=True)):
        rational, core = term.as_coeff_Mul()
        coefficients[core] = coefficients.get(core, 0) + rational
    return coefficients


def _common_factor(theirs: Terms, ours: Terms) -> Any:
    """The ratio of coefficients that most shared terms have."""
    ratios = Counter(theirs[core] / ours[core] for core in theirs if ours.get(core))
    return ratios.most_common(1)[0][0] if ratios else sympy.S.One


def _without_equal(rest: Terms, values: Sequence[Callable[[Any], Any]]) -> Terms:
    """Without pairs of terms that are written in two ways, and cancel."""
    left = {core: coefficient for core, coefficient in rest.items() if coefficient != 0}
    try:
        known = {
            core: [np.asarray(value(_whole(c, core)), dtype=float) for value in values]
            for core, c in left.items()
        }
    except (DeriveError, ArithmeticError, ValueError, TypeError):
        return left
    for one, other in combinations(known, 2):
        if one in left and other in left and _cancel(known[one], known[other]):
            del left[one], left[other]
    return left


def _cancel(one: Sequence[Any], other: Sequence[Any]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a.shape == b.shape and abs(a + b).max() <= EQUAL * abs(a).max() for a, b in pairs)


def _split(rest: Terms, theirs: Terms, ours: Terms) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is left over of every term, on the side that has it."""
    left, right = [], []
    for core, coefficient in rest.items():
        if coefficient == 0:
            continue
        if core in theirs:
            left.append(_text(theirs[core], core))
        if core in ours:
            right.append(_text(ours[core], core))
    return _shortened(left), _shortened(right)


def _whole(coefficient: Any, core: Any) -> Any:
    matrix = getattr(core, "is_Matrix", False)
    return build.scale(coefficient, core) if matrix else coefficient * core


def _text(coefficient: Any, core: Any) -> str:
    return text_of(_whole(coefficient, core))


def _shortened(texts: list[str]) -> tuple[str, ...]:
    rest = len(texts) - MOST_SHOWN
    return (*texts[:MOST_SHOWN], *([f"and {rest} more"] if rest > 0 else []))
