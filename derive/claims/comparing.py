"""One side of a line against another, on random instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derive.algebra import build
from derive.algebra.arithmetic import Arithmetic, Floats
from derive.algebra.balls import Balls, Unresolved
from derive.claims.claim import CONSTANT, FACTOR
from derive.claims.definitions import Point
from derive.claims.fit import Fit, fit
from derive.claims.leading import relative
from derive.claims.precision import Exactly, Roughly, climb
from derive.claims.setting import Case, Setting
from derive.claims.sides import FLOAT_DIGITS, Side
from derive.errors import ClaimError, DeriveError
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled

LEADING_DIGITS = 8
"""Digits of differences whose decay is looked at."""
SLACK = 5
"""Digits that may be lost: random instances are well conditioned."""


@dataclass(frozen=True, eq=False)
class Step:
    """One line, against ours or against the line before.

    Attributes:
        number: Of the line, from 1.
        against: "ours" or "line 2".
        found: The line.
        expected: What it should be.
        up_to: What it may differ by.
        digits: Decimal digits asked for.
        diagonal: Whether a column may stand for the diagonal of a square matrix.
        is_rounded: Whether the claim gives numbers with so many decimals that they are rounded.
    """

    number: int
    against: str
    found: Side
    expected: Side
    up_to: tuple[str, ...]
    digits: int
    diagonal: bool = False
    is_rounded: bool = False

    @property
    def relation(self) -> str:
        """What is claimed, in words."""
        words = [word for word in (CONSTANT, FACTOR) if word in self.up_to]
        return "equal" if not words else "equal up to " + " and ".join(words)

    @property
    def is_exact(self) -> bool:
        """Whether both sides have error bounds; a function of arrays has none."""
        return self.found.function is None and self.expected.function is None

    @property
    def required(self) -> int:
        """Digits that must agree where nothing tells that a difference is exactly zero."""
        return self.digits - SLACK if self.is_exact else FLOAT_DIGITS - 2

    def fit(self, case: Case) -> Fit:
        """How well the sides agree on one case.

        Raises:
            Unsettled: A side has no value there, or no precision tells.
        """
        return climb(case, self.digits, self._exactly if self.is_exact else self._roughly)

    def _exactly(self, balls: Balls, points: Sequence[Point], first: bool) -> Fit:
        found, expected = zip(*(self.pair(point, balls) for point in points), strict=True)
        required = self.required if self.is_rounded else None
        judge = Exactly(balls, self.digits, first=first, required=required)
        return fit(found, expected, self.up_to, judge)

    def _roughly(self, balls: Balls, points: Sequence[Point], first: bool) -> Fit:
        found, expected = zip(*(self._floats(point, balls) for point in points), strict=True)
        judge = Roughly(Floats(), FLOAT_DIGITS, self.required)
        sides = [side for side in (self.found, self.expected) if side.function is None]
        terms = [max([0.0, *(side.terms(point) for side in sides)]) for point in points]
        return fit(found, expected, self.up_to, judge, terms)

    def _floats(self, point: Point, balls: Balls) -> tuple[Array, Array]:
        """Only what has no error bound is worked out in float64."""
        sides = (self.found, self.expected)
        found, expected = (
            side.at(point, balls if side.function is None else Floats()) for side in sides
        )
        return alike(Floats().array(found), Floats().array(expected), self)

    def pair(self, numbers: Any, arithmetic: Arithmetic | Balls) -> tuple[Array, Array]:
        """The line and what it should be, at one point, in one shape."""
        found = self.found.at(numbers, arithmetic)
        expected = self.expected.at(numbers, arithmetic)
        return alike(found, expected, self)

    def relative(self, case: Case) -> float:
        """The largest relative difference of the sides at the first point of a case."""

        def exactly(balls: Balls, points: Sequence[Point], first: bool) -> float:
            found, expected = self.pair(points[0], balls)
            judge = Exactly(balls, self.digits, first=first)
            if not judge.vary([found, expected]):
                return 0.0
            if judge.accuracy(found - expected) < LEADING_DIGITS:
                raise Unresolved("a difference is known to too few digits")
            return float(10 ** -judge.agreement(found, expected))

        if self.is_exact:
            return climb(case, self.digits, exactly)
        return relative(*self.pair(case.points[0], Floats()))

    def is_lopsided(self, case: Case) -> bool:
        """Whether one side has a value at a point where the other has none."""
        return any(
            self._exists(self.found, case, place) != self._exists(self.expected, case, place)
            for place in range(len(case.points))
        )

    def shared(self, case: Case) -> tuple[Point, ...]:
        """The points at which both sides have a value; none where that is not the matter."""
        sides = (self.found, self.expected)
        shared = tuple(
            point
            for place, point in enumerate(case.points)
            if all(self._exists(side, case, place) for side in sides)
        )
        return shared if len(shared) < len(case.points) else ()

    def _exists(self, side: Side, case: Case, place: int) -> bool:
        def value(balls: Balls, points: Sequence[Point], first: bool) -> bool:
            side.at(points[place], balls if side.function is None else Floats())
            return True

        try:
            return climb(case, self.digits, value)
        except Unsettled:
            return False


def alike(found: Array, expected: Array, step: Step) -> tuple[Array, Array]:
    """Both sides in one shape: a column may stand for a diagonal, where the step allows it.

    Raises:
        Unsettled: They have shapes that cannot be compared.
    """
    column = (len(found), 1)
    if step.diagonal and found.shape == column and expected.shape == (len(found),) * 2:
        expected = np.diagonal(expected).reshape(-1, 1)
    if found.shape != expected.shape:
        raise Unsettled(
            f"{step.found.name} has the shape {found.shape}, where {expected.shape} is due"
        )
    return found, expected


def require_shapes(found: Side, expected: Side, against: str, diagonal: bool = False) -> None:
    """Raise ClaimError where two sides certainly have different shapes.

    With `diagonal` a column may stand for the square matrix of which it is the diagonal.
    """
    shapes = _shape(found.expression), _shape(expected.expression)
    if shapes[0] is None or shapes[1] is None:
        return
    theirs, ours = shapes[0], shapes[1]
    column = diagonal and ours[0] == ours[1] and build.same_size(theirs[1], sympy.S.One)
    due = (ours[0], sympy.S.One) if column else ours
    if not all(build.same_size(*pair) for pair in zip(theirs, due, strict=True)):
        told = [", ".join(map(str, shape)) for shape in (theirs, ours)]
        raise ClaimError(
            f"{found.name}: its shape is ({told[0]}), where ({told[1]}) is due, that of {against}"
        )


def _shape(expression: Any) -> tuple[Any, Any] | None:
    """Rows and columns; a number has one of each; None for a function."""
    if expression is None:
        return None
    if not getattr(expression, "is_Matrix", False):
        return sympy.S.One, sympy.S.One
    return tuple(map(sympy.sympify, expression.shape))


def expressions(step: Step, setting: Setting) -> tuple[Any, Any] | None:
    """Both sides in symbols that are not defined by the claim; None where one is a function."""
    pair = step.found.expression, step.expected.expression
    if None in pair:
        return None
    try:
        found, expected = map(setting.expanded, pair)
    except DeriveError:
        return None
    columns = getattr(found, "shape", (1, 1))[1], getattr(expected, "shape", (1, 1))[1]
    if step.diagonal and columns[0] == 1 and columns[1] != 1:
        expected = build.diagonal(expected)
    return found, expected
