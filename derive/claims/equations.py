"""Saddle-point equations: they hold at the saddle point, and single it out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Arithmetic, Floats
from derive.checks.sample import Array
from derive.checks.verdict import Unsettled, Verdict
from derive.claims.comparing import SLACK
from derive.claims.leading import decide_leading, relative
from derive.claims.on_network import OnNetwork
from derive.claims.result import LineResult
from derive.claims.setting import Case
from derive.claims.sides import Side, most_digits

HOLDS = "holds at the saddle point"
LEAST_SINGULAR = 1e-6
"""Smallest singular value of a linearisation, relative to the largest, that is not zero."""
TRIES = 4
"""Instances that are tried for each one whose saddle point is found."""
WIDENING = (1, 16, 256)


@dataclass(frozen=True, eq=False)
class Equation:
    """One line that is an equation.

    Attributes:
        number: Of the line, from 1.
        left: Its left-hand side.
        right: Its right-hand side; the number 0 stands for a matrix of zeros too.
        overlap: The order parameter that it is to determine.
        digits: Decimal digits asked for.
        leading: What goes to infinity, for an equation at leading order; or empty.
    """

    number: int
    left: Side
    right: Side
    overlap: Any
    digits: int
    leading: str = ""

    def arithmetic(self, case: Case) -> Arithmetic:
        """That of the case, or float64 where a side is a function of arrays."""
        if self.left.function is None and self.right.function is None:
            return case.points[0].arithmetic
        return Floats()

    def sides(self, case: Case) -> tuple[Array, Array]:
        """Both sides at the first point of a case.

        Raises:
            Unsettled: A side has no value there, or the shapes differ.
        """
        arithmetic = self.arithmetic(case)
        left = self.left.at(case.points[0], arithmetic)
        right = self.right.at(case.points[0], arithmetic)
        if right.size == 1 and right.ravel()[0] == 0:
            right = 0 * left
        if left.shape != right.shape:
            raise Unsettled(
                f"line {self.number}: the left side has the shape {left.shape}, the right side "
                f"{right.shape}"
            )
        return left, right

    def residual(self, case: Case) -> Array:
        """Left minus right."""
        left, right = self.sides(case)
        return left - right

    def digits_at(self, case: Case, elsewhere: Case) -> float:
        """Digits to which it holds, relative to its sides, or to what it is elsewhere."""
        left, right = self.sides(case)
        gap = abs(left - right).max()
        size = max(abs(left).max(), abs(right).max())
        if not (abs(left).max() and abs(right).max()) or gap == size:
            size = abs(self.residual(elsewhere)).max()
        most = most_digits(self.arithmetic(case), self.digits)
        if gap <= self._rounding(case):
            return float(most)
        return min(float(-np.log10(float(gap / size))), most) if gap < size else 0.0

    def _rounding(self, case: Case) -> float:
        """Differences that may be rounding: terms of a side may cancel."""
        arithmetic = self.arithmetic(case)
        sides = (self.left, self.right)
        return max(side.rounding(case.points[0], arithmetic, self.digits) for side in sides)

    def required(self, case: Case) -> int:
        """Digits that must agree."""
        arithmetic = self.arithmetic(case)
        return most_digits(arithmetic, self.digits) - (
            3 if isinstance(arithmetic, Floats) else SLACK
        )


def saddles(setting: OnNetwork, count: int) -> list[tuple[Case, Case]]:
    """Saddle points of random instances, each with a generic point of the same instance.

    Raises:
        Unsettled: The solver converges on none of the instances.
    """
    found: list[tuple[Case, Case]] = []
    reason = "no instance was drawn"
    for _ in range(TRIES * count):
        elsewhere = setting.generic(1)
        try:
            found.append((setting.saddle(elsewhere.origin[0]), elsewhere))
        except (Unsettled, ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
            reason = str(error)
        if len(found) == count:
            return found
    if not found:
        raise Unsettled(f"no saddle point was found on {TRIES * count} instances: {reason}")
    return found


def decide_equation(
    equation: Equation, setting: OnNetwork, cases: Sequence[tuple[Case, Case]]
) -> LineResult:
    """The verdict on one equation."""
    empty = LineResult(equation.number, "ours", HOLDS, Verdict.INCONCLUSIVE, 0, len(cases), "")
    try:
        if equation.leading:
            return _leading(equation, setting, cases, empty)
        digits = min(equation.digits_at(*pair) for pair in cases)
        required = equation.required(cases[0][0])
        whole = max(0, math.floor(digits))
        if digits < required:
            reason = (
                f"{whole} digits agree at the saddle point where {required} are due, on "
                f"{len(cases)} random instances"
            )
            return replace(empty, verdict=Verdict.DISAGREES, digits=whole, reason=reason)
        # The derivative of an equation that always holds is rounding, whatever its rank.
        always = any(_holds_elsewhere(equation, required, *pair) for pair in cases)
        determined = not always and all(_determines(equation, setting, *pair) for pair in cases[:2])
    except Unsettled as error:
        return replace(empty, reason=str(error))
    if not determined:
        reason = f"it holds, but would hold elsewhere too: it does not determine {equation.overlap}"
        return replace(empty, digits=whole, reason=reason)
    reason = (
        f"{whole} digits agree at the saddle points of {len(cases)} random instances, and its "
        f"linearisation there determines {equation.overlap}"
    )
    return replace(empty, verdict=Verdict.AGREES, digits=whole, reason=reason)


def _holds_elsewhere(equation: Equation, required: int, case: Case, elsewhere: Case) -> bool:
    """Whether it has a value and holds at a point that is no saddle point."""
    try:
        return equation.digits_at(elsewhere, case) >= required
    except Unsettled:
        return False


def _size(equation: Equation, setting: OnNetwork, case: Case, elsewhere: Case) -> float:
    """The residual away from the saddle point; not far away where it has no value there.

    Raises:
        Unsettled: It has no value at any of the points.
    """
    instance, (overlaps,) = case.origin
    reason = Unsettled("")
    for factor in (None, Fraction(5, 4), Fraction(4, 5)):
        if factor is not None:
            near = tuple(instance.arithmetic.number(factor) * overlap for overlap in overlaps)
            elsewhere = setting.at(instance, near)
        try:
            return float(abs(equation.residual(elsewhere)).max())
        except Unsettled as error:
            reason = error
    raise reason


def _determines(equation: Equation, setting: OnNetwork, case: Case, elsewhere: Case) -> bool:
    """Whether the linearisation of the residual in the order parameter has full rank.

    Differences in float64 will do: a singular one is singular far beyond their errors.
    It is measured against the residual elsewhere: that of the square of an equation vanishes.
    """
    instance, (overlaps,) = case.origin
    stream = setting.stream(equation.overlap)
    centre = overlaps[stream]
    step = instance.arithmetic.ratio(1, 10**5)
    columns = []
    for row in range(len(centre)):
        for column in range(row + 1):
            move = 0 * centre
            move[row, column] = move[column, row] = step * abs(centre).max()
            ends = []
            for sign in (1, -1):
                moved = [*overlaps]
                moved[stream] = centre + sign * move
                ends.append(equation.residual(setting.at(instance, tuple(moved), floats=True)))
            columns.append(((ends[0] - ends[1]) / (2 * float(step))).ravel())
    values = np.linalg.svd(np.array(columns), compute_uv=False)
    size = _size(equation, setting, case, elsewhere) / float(abs(centre).max())
    return len(values) == len(columns) and bool(values[-1] > LEAST_SINGULAR * max(values[0], size))


def _leading(
    equation: Equation, setting: OnNetwork, cases: Sequence[tuple[Case, Case]], empty: LineResult
) -> LineResult:
    """At saddle points of ever wider networks the residual must decay."""
    instance = cases[0][0].origin[0]

    def difference(scale: int) -> float:
        wider = setting.wider(
            setting.at(instance, cases[0][0].origin[1][0]), scale, equation.leading
        )
        left, right = equation.sides(setting.saddle(wider.origin[0]))
        if not (abs(left).max() and abs(right).max()):
            # One side is nothing: what is left is held against the same away from the saddle point.
            elsewhere = abs(equation.residual(wider)).max()
            return float(abs(left - right).max() / elsewhere) if elsewhere else 0.0
        return relative(left, right)

    verdict, seen = decide_leading(difference, WIDENING)
    relation = f"{HOLDS}, leading {equation.leading}"
    return replace(empty, relation=relation, verdict=verdict, reason=seen, instances=1)
