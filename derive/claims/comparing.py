"""One side of a line against another, on random instances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy

from derive.algebra import build
from derive.algebra.arithmetic import Arithmetic, Floats
from derive.checks.sample import Array
from derive.checks.verdict import Unsettled, Verdict
from derive.claims.claim import CONSTANT, FACTOR
from derive.claims.fit import Fit, fit, points_needed
from derive.claims.found import constant_of, constant_text, factor_of, factor_text
from derive.claims.leading import relative
from derive.claims.result import LineResult
from derive.claims.setting import Case, Setting
from derive.claims.sides import Side, most_digits
from derive.errors import ClaimError, DeriveError

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
    """

    number: int
    against: str
    found: Side
    expected: Side
    up_to: tuple[str, ...]
    digits: int
    diagonal: bool = False

    @property
    def relation(self) -> str:
        """What is claimed, in words."""
        words = [word for word in (CONSTANT, FACTOR) if word in self.up_to]
        return "equal" if not words else "equal up to " + " and ".join(words)

    def arithmetic(self, case: Case) -> Arithmetic:
        """That of the case, or float64 where a side is a function of arrays."""
        plain = self.found.function is None and self.expected.function is None
        return case.arithmetic if plain else Floats()

    def required(self, arithmetic: Arithmetic) -> int:
        """Digits that must agree."""
        slack = 2 if isinstance(arithmetic, Floats) else SLACK
        return most_digits(arithmetic, self.digits) - slack

    def fit(self, case: Case) -> Fit:
        """How well the sides agree on one case.

        Raises:
            Unsettled: A side has no value there.
        """
        arithmetic = self.arithmetic(case)
        pairs = [self.pair(point, arithmetic) for point in case.points]
        found, expected = zip(*pairs, strict=True)
        most = most_digits(arithmetic, self.digits)
        fitted = fit(found, expected, self.up_to, arithmetic, most)
        if self.holds(fitted, arithmetic):
            return fitted
        floors = [self.rounding(point, arithmetic) for point in case.points]
        return fit(found, expected, self.up_to, arithmetic, most, floors)

    def pair(self, numbers: Any, arithmetic: Arithmetic) -> tuple[Array, Array]:
        """The line and what it should be, at one point, in one shape."""
        found = self.found.at(numbers, arithmetic)
        expected = self.expected.at(numbers, arithmetic)
        return alike(found, expected, self)

    def rounding(self, numbers: Any, arithmetic: Arithmetic) -> float:
        """Differences that may be rounding: terms of a side may cancel."""
        sides = (self.found, self.expected)
        return max(side.rounding(numbers, arithmetic, self.digits) for side in sides)

    def relative(self, numbers: Any, arithmetic: Arithmetic) -> float:
        """The largest relative difference of the sides at one point; none where it is rounding."""
        found, expected = self.pair(numbers, arithmetic)
        gap = np.max(abs(found - expected), initial=0)
        return relative(found, expected) if gap > self.rounding(numbers, arithmetic) else 0.0

    def is_lopsided(self, case: Case) -> bool:
        """Whether one side has a value at a point where the other has none."""
        arithmetic = self.arithmetic(case)
        return any(
            self.found.exists(point, arithmetic) != self.expected.exists(point, arithmetic)
            for point in case.points
        )

    def holds(self, fitted: Fit, arithmetic: Arithmetic) -> bool:
        """Whether a fit is good enough."""
        return not fitted.refused and fitted.digits >= self.required(arithmetic)


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


def decide(step: Step, setting: Setting, cases: Sequence[Case]) -> LineResult:
    """The verdict on one line; inconclusive where a side has no value."""
    fits, kept, aside = [], list[Case](), list[tuple[Case, str]]()
    for case in cases:
        try:
            fits.append(step.fit(case))
            kept.append(case)
        except Unsettled as error:
            aside.append((case, str(error)))
    if not fits:
        return _result(step, Verdict.INCONCLUSIVE, 0, len(cases), aside[0][1])
    arithmetic = step.arithmetic(cases[0])
    digits = max(0, math.floor(min(fitted.digits for fitted in fits)))
    refused = next((fitted.refused for fitted in fits if fitted.refused), "")
    if refused:
        return _result(step, Verdict.DISAGREES, 0, len(cases), refused)
    if not all(step.holds(fitted, arithmetic) for fitted in fits):
        required = step.required(arithmetic)
        reason = f"{digits} digits agree where {required} are due, on {len(cases)} random instances"
        return _result(step, Verdict.DISAGREES, digits, len(cases), reason)
    for case, why in aside:
        if step.is_lopsided(case):
            where = ", ".join(f"{name} = {size}" for name, size in case.sizes.items())
            reason = f"{why}, where the other side has a value{f' ({where})' if where else ''}"
            return _result(step, Verdict.INCONCLUSIVE, 0, len(cases), reason)
    reason = (
        f"{digits} digits agree on {len(kept)} random instances of {len(cases[0].points)} points"
    )
    if aside:
        reason += f"; neither side has a value on {len(aside)} more: {aside[0][1]}"
    factor, constant = _what_differs(step, setting, kept, fits)
    result = _result(step, Verdict.AGREES, digits, len(kept), reason)
    return replace(result, factor=factor, constant=constant)


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


def _what_differs(
    step: Step, setting: Setting, cases: Sequence[Case], fits: Sequence[Fit]
) -> tuple[str, str]:
    """The factor and the constant that were found, as text."""
    factor, texts = sympy.S.One, ["", ""]
    if FACTOR in step.up_to:
        required = step.required(step.arithmetic(cases[0]))
        factor = factor_of(fits, cases, setting.parameters, required)
        texts[0] = factor_text(factor, fits)
    if CONSTANT in step.up_to:
        pair = expressions(step, setting)
        constant = None if pair is None else constant_of(*pair, factor, setting.varying)
        texts[1] = constant_text(constant, fits)
    return texts[0], texts[1]


def points_for(steps: Sequence[Step]) -> int:
    """Points that every step can be fitted on and checked at."""
    return max(points_needed(step.up_to) for step in steps)


def _result(step: Step, verdict: Verdict, digits: int, instances: int, reason: str) -> LineResult:
    return LineResult(step.number, step.against, step.relation, verdict, digits, instances, reason)
