"""How sure a comparison is: exact sides are balls, and their digits are raised until they tell."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from derive.algebra.arithmetic import Arithmetic, Digits
from derive.algebra.balls import Balls, Pole, Unresolved, largest
from derive.claims.definitions import Point
from derive.claims.setting import Case
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled

GUARD = 20
"""Digits of the first evaluation beyond those asked for."""
MOST_DIGITS = 20_000
"""Digits of the last one."""
SECONDS = 20.0
"""Time of the processor that one evaluation is expected to take at most."""
MOST_GROWTH = 8
"""Times more digits at once: what many of them cost shows at fewer."""
SPREAD = 4
"""How often the decades between the terms of a sum may come into a difference.

What is left of a series of e after its first terms is e^2 or e^4, where 1 + e occurs.
"""

Found = TypeVar("Found")


class BeyondDigits(Unsettled):
    """What no precision that is tried can tell."""


class OnlyHere(Unsettled):
    """No value where what would have to be other than zero is zero; there may be one close by."""


class Judge(Protocol):
    """Decides whether values are equal.

    Attributes:
        most: Digits that are worth reporting.
    """

    most: int

    def vanishes(self, number: Any) -> bool:
        """Whether a number is zero."""

    def vary(self, values: Sequence[Array]) -> bool:
        """Whether values differ from the first."""

    def is_hidden(self, values: Sequence[Array]) -> bool:
        """Whether rounding of a constant leaves too few digits of what varies."""

    def same(self, found: Array, due: Array, terms: float) -> bool:
        """Whether two arrays are equal, of which one is a sum of terms of some size."""

    def agreement(self, found: Array, due: Array) -> float:
        """Digits to which two arrays agree, relative to their largest entry."""

    def plain(self, value: Any) -> Any:
        """A number or an array for an answer."""


class Exactly:
    """Balls: equal is what differs by less than anything that occurs in its evaluation explains.

    With 10^d the largest ratio of two terms of a sum, or entries of a matrix, in the evaluation,
    the difference is an interval around zero that stays below 10^-(digits + SPREAD d) times the
    sides, or times the smallest number that occurs where both sides vanish. This holds at twice
    the first digits or more.

    Args:
        balls: The arithmetic, which is working and has seen the evaluation.
        digits: Decimal digits asked for.
        first: Whether the digits were never raised; nothing but an exact zero vanishes then.
        required: Relative digits that will do, for numbers that a claim gives rounded.
    """

    def __init__(
        self, balls: Balls, digits: int, *, first: bool, required: int | None = None
    ) -> None:
        self.balls, self.most, self.first, self.required = balls, digits, first, required
        self.shown = Digits(digits + GUARD)

    def vanishes(self, number: Any) -> bool:
        """Whether a number is zero."""
        return self._zero(np.array([number], dtype=object))

    def vary(self, values: Sequence[Array]) -> bool:
        """Whether values differ from the first."""
        return any(not self._equal(value, values[0]) for value in values[1:])

    def is_hidden(self, values: Sequence[Array]) -> bool:
        """Never: the digits are raised instead."""
        return False

    def same(self, found: Array, due: Array, terms: float) -> bool:
        """Whether two arrays are equal; relative to their size where a claim has rounded numbers.

        Raises:
            Unresolved: These digits do not tell.
        """
        if self._equal(found, due):
            return True
        return self.required is not None and self.agreement(found, due) >= self.required

    def agreement(self, found: Array, due: Array) -> float:
        """Digits to which two arrays agree, relative to their largest entry."""
        gap, size = largest((found - due).ravel()), largest([*found.ravel(), *due.ravel()])
        return math.inf if gap == -math.inf else max(size - gap, 0.0)

    def accuracy(self, array: Array) -> float:
        """Digits to which the largest entry of an array is known."""
        return largest(array.ravel()) - largest(entry.rad() for entry in array.ravel())

    def plain(self, value: Any) -> Any:
        """Midpoints, with 0 for what is zero."""
        if not np.ndim(value):
            value = self.balls.number(value)
            return self.shown.number(0 if value.contains(0) else value.mid())
        out = np.empty(np.shape(value), dtype=object)
        out.ravel()[:] = [self.plain(entry) for entry in np.ravel(value)]
        return out

    def _equal(self, first: Array, second: Array) -> bool:
        both = [entry for entry in (*first.ravel(), *second.ravel()) if not entry.contains(0)]
        return self._zero(first - second, largest(both) if both else None)

    def _zero(self, array: Array, scale: float | None = None) -> bool:
        entries = [entry for entry in array.ravel() if not entry.is_zero()]
        if any(not entry.contains(0) for entry in entries):
            return False
        if not entries:
            return True
        balls = self.balls
        scale = balls.smallest if scale is None else scale
        bound = scale - SPREAD * balls.spread - self.most
        if self.first or not largest(entries) < bound:
            raise Unresolved(
                f"the difference is below 1e{largest(entries):.0f}, beside numbers of "
                f"1e{scale:.0f} and sums of terms that are up to {balls.spread:.0f} decades apart"
            )
        return True


class Roughly:
    """Numbers without bounds: equal is what agrees to some digits.

    Args:
        arithmetic: Of the values.
        most: Digits that are worth reporting.
        required: Digits that must agree.
    """

    def __init__(self, arithmetic: Arithmetic, most: int, required: float) -> None:
        self.arithmetic, self.most, self.required = arithmetic, most, required

    def vanishes(self, number: Any) -> bool:
        """Whether a number is zero."""
        return bool(number == 0)

    def vary(self, values: Sequence[Array]) -> bool:
        """Whether values differ from the first by more than rounding."""
        return any(self.agreement(value, values[0]) < self.most for value in values[1:])

    def is_hidden(self, values: Sequence[Array]) -> bool:
        """Whether rounding of a constant leaves too few digits of what varies."""
        return all(self.agreement(value, values[0]) > self.most / 3 for value in values[1:])

    def same(self, found: Array, due: Array, terms: float) -> bool:
        """Whether two arrays agree; nothing is as good as what rounding leaves of its terms.

        Raises:
            Unsettled: They differ by what rounding may be.
        """
        if self.agreement(found, due) >= self.required:
            return True
        gap, size = (float(np.max(abs(a), initial=0)) for a in (found - due, due))
        if not gap <= terms * FLOAT_ROUNDING:
            return False
        if size > terms * NOTHING:
            raise Unsettled(
                f"terms of {terms:.1e} cancel to {size:.1e}, and a function is evaluated in "
                "float64, which does not tell them apart; give it as an expression"
            )
        return True

    def agreement(self, found: Array, due: Array) -> float:
        """Digits to which two arrays agree, relative to their largest entry."""
        gap = np.max(abs(found - due), initial=0)
        size = max(np.max(abs(found), initial=0), np.max(abs(due), initial=0))
        if gap == 0:
            return float(self.most)
        if not gap < size:  # or not a number
            return 0.0
        return min(float(-np.log10(float(gap / size))), float(self.most))

    def plain(self, value: Any) -> Any:
        """As it is."""
        return value


FLOAT_ROUNDING = 1e-13
"""What a few operations in float64 lose, relative to the largest term."""
NOTHING = 1e-40
"""What exact terms that cancel leave in balls, relative to them."""


def climb(
    case: Case, digits: int, decide: Callable[[Balls, tuple[Point, ...], bool], Found]
) -> Found:
    """Decide with ever more digits, until they tell.

    Args:
        case: Where.
        digits: Decimal digits asked for.
        decide: Of the balls, which are working, the points in them, and whether these digits are
            the first.

    Raises:
        OnlyHere: What would have to be other than zero is zero, as far as digits tell.
        Unsettled: There is no value.
        BeyondDigits: MOST_DIGITS, or the time, do not tell.
    """
    working, first = digits + GUARD, True
    while True:
        begin = time.thread_time()
        balls, points = case.enclosed(working)
        with balls.working():
            try:
                return decide(balls, points, first)
            except Unresolved as error:
                reason, pole = str(error), isinstance(error, Pole)
        needed = int(SPREAD * balls.spread) + 2 * (digits + GUARD)
        if pole and not first and working >= needed:
            raise OnlyHere(f"{reason}, and is so to {working} digits")
        needed = min(max((2 if first else 4) * working, needed), MOST_GROWTH * working, MOST_DIGITS)
        seconds = (time.thread_time() - begin) * (needed / working) ** 1.5
        if needed <= working or seconds > SECONDS:
            raise BeyondDigits(f"{working} digits cannot tell: {reason}")
        working, first = needed, False
