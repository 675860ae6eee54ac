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

from derive.algebra.arithmetic import Arithmetic
from derive.checks.sample import Array
from derive.checks.verdict import Unsettled
from derive.claims.claim import CONSTANT, FACTOR

LARGEST_DENOMINATOR = 10**4


@dataclass(frozen=True, eq=False)
class Fit:
    """How well two sides agree on one instance.

    Attributes:
        digits: Decimal digits that agree, at the worst point.
        factor: f.
        constant: c, in the shape of the values.
        expected: f x + c at the worst point.
        found: z there.
        point: Which point that is.
        refused: Why the two cannot agree whatever the digits; empty where they can.
    """

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
    arithmetic: Arithmetic,
    most: float,
    floors: Sequence[float] | None = None,
) -> Fit:
    """Fit z = f x + c, and count the digits that agree.

    Args:
        found: z at several points.
        expected: x at the same points, of the same shapes.
        up_to: Which of "constant" and "factor" are free.
        arithmetic: Of the values.
        most: The most digits worth reporting.
        floors: Differences at every point that may be rounding; none by default.
    """
    factor = _factor(found, expected, up_to, arithmetic, most)
    refused = "" if factor is not None else _refusal(found, CONSTANT in up_to, most)
    if factor is None:
        factor = arithmetic.number(1)
    constant = found[0] - factor * expected[0] if CONSTANT in up_to else 0 * found[0]
    worst = Fit(most, factor, constant, expected[-1], found[-1], len(found) - 1, refused)
    floors = floors or [0.0] * len(found)
    for number, (z, x, floor) in enumerate(zip(found, expected, floors, strict=True)):
        due = factor * x + constant
        digits = agreement(z, due, most, floor)
        if digits < worst.digits or (number == len(found) - 1 and digits == worst.digits):
            worst = Fit(digits, factor, constant, due, z, number, refused)
    return worst


def agreement(found: Array, expected: Array, most: float, floor: float = 0.0) -> float:
    """Digits to which two arrays agree, relative to their largest entry.

    Args:
        found: An array.
        expected: Another.
        most: The most digits worth reporting.
        floor: Differences up to this may be rounding.
    """
    gap = np.max(abs(found - expected), initial=0)
    if gap <= floor:
        return most
    size = max(np.max(abs(found)), np.max(abs(expected)))
    if not gap < size:  # or not a number
        return 0.0
    return min(float(-np.log10(float(gap / size))), most)


def _factor(
    found: Sequence[Array],
    expected: Sequence[Array],
    up_to: Sequence[str],
    arithmetic: Arithmetic,
    most: float,
) -> Any:
    """f; None where none but zero, or infinity, would do."""
    if CONSTANT in up_to:
        # Something constant itself agrees with anything up to a constant and the factor zero.
        vary = _varies(found, most), _varies(expected, most)
        if not all(vary):
            return None if any(vary) else arithmetic.number(1)
        if _is_hidden(found, most) or _is_hidden(expected, most):
            raise Unsettled("what varies is far smaller than a constant of it; take that out")
        found = [value - found[0] for value in found]
        expected = [value - expected[0] for value in expected]
    if FACTOR not in up_to:
        return arithmetic.number(1)
    # Where the most is seen of it; points of small instances may coincide.
    point = int(np.argmax([float(abs(value).max()) for value in expected]))
    place = np.unravel_index(np.argmax(abs(expected[point])), expected[point].shape)
    base = expected[point][place]
    if base == 0 or found[point][place] == 0:
        return None
    return found[point][place] / base


def _varies(values: Sequence[Array], most: float) -> bool:
    """Whether values differ from the first by more than rounding."""
    return any(agreement(value, values[0], most) < most for value in values[1:])


def _is_hidden(values: Sequence[Array], most: float) -> bool:
    """Whether rounding of a constant leaves too few digits of what varies."""
    return all(agreement(value, values[0], most) > most / 3 for value in values[1:])


def _refusal(found: Sequence[Array], constant: bool, most: float) -> str:
    if constant and not _varies(found, most):
        return "it does not depend on what the other side depends on: only the factor 0 would do"
    return "it vanishes where the other side does not, or the other way: no factor would do"


def rational(number: Any, digits: float) -> Fraction | None:
    """The fraction of small denominator that a number is, to the given digits.

    >>> rational(-0.5, 12), rational(0.3183098861837907, 12)
    (Fraction(-1, 2), None)
    """
    found = Fraction(str(number)).limit_denominator(LARGEST_DENOMINATOR)
    gap = abs(number * found.denominator - found.numerator)
    return found if gap <= abs(number) * found.denominator * 10 ** -min(digits, 300.0) else None
