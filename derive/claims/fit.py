"""Whether two quantities agree, up to a constant and a factor that are found on the way.

With x the values of one side and z those of the other at several points of one instance (the same
sizes, parameters and data, other order parameters), the claim is z = f x + c. Factor and constant
are fitted on the first points and held against the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from derive.algebra.balls import Unresolved
from derive.claims.claim import CONSTANT, FACTOR
from derive.claims.precision import Judge
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled

LARGEST_DENOMINATOR = 10**4


@dataclass(frozen=True, eq=False)
class Fit:
    """How well two sides agree on one instance.

    Attributes:
        holds: Whether they do.
        digits: Decimal digits that agree, at the worst point.
        factor: f.
        constant: c, in the shape of the values.
        expected: f x + c at the worst point.
        found: z there.
        point: Which point that is.
        refused: Why the two cannot agree whatever the digits; empty where they can.
    """

    holds: bool
    digits: float
    factor: Any
    constant: Any
    expected: Any
    found: Any
    point: int
    refused: str = ""


def points_needed(up_to: Sequence[str]) -> int:
    """Points to fit on, and two more."""
    return len(set(up_to) & {CONSTANT, FACTOR}) + 2


def fit(
    found: Sequence[Array],
    expected: Sequence[Array],
    up_to: Sequence[str],
    judge: Judge,
    terms: Sequence[float] = (),
) -> Fit:
    """Fit z = f x + c, and count the digits that agree.

    Args:
        found: z at several points.
        expected: x at the same points, of the same shapes.
        up_to: Which of "constant" and "factor" are free.
        judge: Decides what is equal.
        terms: The size of the terms of a side at every point; none by default.

    Raises:
        Unresolved: The digits of the values do not tell.
    """
    factor = _factor(found, expected, up_to, judge)
    refused = "" if factor is not None else _refusal(found, CONSTANT in up_to, judge)
    factor = 1 if factor is None else factor
    constant = found[0] - factor * expected[0] if CONSTANT in up_to else 0 * found[0]
    dues = [factor * x + constant for x in expected]
    equal, unresolved = [], None
    for z, due, size in zip(found, dues, terms or [0.0] * len(dues), strict=True):
        try:
            equal.append(judge.same(z, due, size))
        except Unresolved as error:
            equal.append(True)
            unresolved = error
    if unresolved is not None and all(equal) and not refused:
        raise unresolved
    digits = [
        judge.most if same else judge.agreement(z, due)
        for z, due, same in zip(found, dues, equal, strict=True)
    ]
    worst = min(reversed(range(len(digits))), key=lambda point: (equal[point], digits[point]))
    return Fit(
        all(equal) and not refused,
        digits[worst],
        judge.plain(factor),
        judge.plain(constant),
        judge.plain(dues[worst]),
        judge.plain(found[worst]),
        worst,
        refused,
    )


def _factor(
    found: Sequence[Array], expected: Sequence[Array], up_to: Sequence[str], judge: Judge
) -> Any:
    """f; None where none but zero, or infinity, would do."""
    if CONSTANT in up_to:
        # Something constant itself agrees with anything up to a constant and the factor zero.
        vary = judge.vary(found), judge.vary(expected)
        if not all(vary):
            return None if any(vary) else 1
        if judge.is_hidden(found) or judge.is_hidden(expected):
            raise Unsettled("what varies is far smaller than a constant of it; take that out")
        found = [value - found[0] for value in found]
        expected = [value - expected[0] for value in expected]
    if FACTOR not in up_to:
        return 1
    # Where the most is seen of it; points of small instances may coincide.
    point, place = max(
        ((k, place) for k, value in enumerate(expected) for place in np.ndindex(value.shape)),
        key=lambda at: float(abs(judge.plain(expected[at[0]][at[1]]))),
    )
    base = expected[point][place]
    if judge.vanishes(base) or judge.vanishes(found[point][place]):
        return None
    return found[point][place] / base


def _refusal(found: Sequence[Array], constant: bool, judge: Judge) -> str:
    if constant and not judge.vary(found):
        return "it does not depend on what the other side depends on: only the factor 0 would do"
    return "it vanishes where the other side does not, or the other way: no factor would do"


def rational(number: Any, digits: float) -> Fraction | None:
    """The fraction of small denominator that a number is, to the given digits.

    >>> rational(-0.5, 12), rational(0.3183098861837907, 12)
    (Fraction(-1, 2), None)
    """
    ratio = Fraction(str(number)).limit_denominator(LARGEST_DENOMINATOR)
    gap = abs(number * ratio.denominator - ratio.numerator)
    return ratio if gap <= abs(number) * ratio.denominator * 10 ** -min(digits, 300.0) else None
