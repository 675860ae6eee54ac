"""Saddle-point equations: they hold at the saddle point, and single it out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Arithmetic, Floats
from derive.algebra.balls import Unresolved, largest
from derive.claims.comparing import SLACK
from derive.claims.leading import decide_leading, relative
from derive.claims.precision import FLOAT_ROUNDING, GUARD
from derive.claims.result import LineResult
from derive.claims.setting import Case
from derive.claims.sides import FLOAT_DIGITS, Side
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled, Verdict
from derive.theories.networks.words.on_network import OnNetwork

HOLDS = "holds at the saddle point"
LEAST_SINGULAR = 1e-6
"""Smallest singular value of a linearisation, relative to the largest, that is not zero."""
NEARLY = 0.1
"""Decades by which a residual and its larger side may differ where the other one is nothing."""
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
        is_rounded: Whether the claim gives numbers with so many decimals that they are rounded.
    """

    number: int
    left: Side
    right: Side
    overlap: Any
    digits: int
    leading: str = ""
    is_rounded: bool = False

    def arithmetic(self, case: Case) -> Arithmetic:
        """That of the case, or float64 where a side is a function of arrays."""
        if self.left.function is None and self.right.function is None:
            return Floats() if isinstance(case.points[0].arithmetic, Floats) else case.arithmetic
        return Floats()

    def sides(self, case: Case) -> tuple[Array, Array]:
        """Both sides at the first point of a case.

        Raises:
            Unsettled: A side has no value there, or the shapes differ.
        """
        arithmetic = self.arithmetic(case)
        left = self.left.at(case.points[0], arithmetic)
        right = self.right.at(case.points[0], arithmetic)
        return self._alike(left, right)

    def _alike(self, left: Array, right: Array) -> tuple[Array, Array]:
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

    def agreement(self, case: Case, elsewhere: Case) -> tuple[bool, float]:
        """Whether it holds, and to how many digits, relative to its sides, or what it is elsewhere.

        Raises:
            Unsettled: Neither is certain.
        """
        if self.left.function is not None or self.right.function is not None:
            digits = self._roughly(case, elsewhere)
            return digits >= self.required(case), digits
        try:
            return self._exactly(case, elsewhere)
        except Unresolved as error:
            raise Unsettled(f"line {self.number}: {error}") from None

    def holds(self, case: Case, elsewhere: Case) -> bool:
        """Whether it certainly holds."""
        try:
            return self.agreement(case, elsewhere)[0]
        except Unsettled:
            return False

    def _exactly(self, case: Case, elsewhere: Case) -> tuple[bool, float]:
        gap, size = self._enclosed(case)
        top = largest(gap)
        if top == -math.inf:
            return True, float(self.digits)
        if size < top + NEARLY:  # nothing stands on one side
            size = largest(self._enclosed(elsewhere)[0])
        digits = size - top
        if any(not entry.contains(0) for entry in gap):
            rough = self.is_rounded and digits >= self.required(case)
            return rough, min(max(digits, 0.0), float(self.digits))
        if digits < self.required(case):
            raise Unsettled(
                f"line {self.number}: the two sides agree, but their error bounds leave only "
                f"{max(0, math.floor(digits))} digits of what is left of terms that cancel"
            )
        return True, min(digits, float(self.digits))

    def _enclosed(self, case: Case) -> tuple[Array, float]:
        """Left minus right as balls, and log10 of the largest entry of the sides."""
        balls, (point, *_) = case.enclosed(self.digits + GUARD)
        with balls.working():
            left, right = self._alike(self.left.at(point, balls), self.right.at(point, balls))
            return (left - right).ravel(), largest([*left.ravel(), *right.ravel()])

    def _roughly(self, case: Case, elsewhere: Case) -> float:
        left, right = self.sides(case)
        gap = abs(left - right).max()
        size = max(abs(left).max(), abs(right).max())
        if not (abs(left).max() and abs(right).max()) or gap == size:
            size = abs(self.residual(elsewhere)).max()
        sides = [side for side in (self.left, self.right) if side.function is None]
        terms = max([0.0, *(side.terms(case.points[0]) for side in sides)])
        if gap <= terms * FLOAT_ROUNDING:
            return float(FLOAT_DIGITS)
        return min(float(-np.log10(float(gap / size))), FLOAT_DIGITS) if gap < size else 0.0

    def required(self, case: Case) -> int:
        """Digits that must agree."""
        if isinstance(self.arithmetic(case), Floats):
            return FLOAT_DIGITS - 3
        return self.digits - SLACK


def saddles(setting: OnNetwork, count: int) -> list[tuple[Case, Case]]:
    """Saddle points of random instances, each with a generic point of the same instance.

    So many at least, and those beyond the numbers of a claim where the solver converges there.

    Raises:
        Unsettled: The solver converges on none of the instances.
    """
    pairs: list[tuple[Case, Case]] = []
    reason = "no instance was drawn"
    generic = (setting.generic(1) for _ in range(TRIES * count))
    for most, draws in ((count, generic), (math.inf, setting.beyond())):
        for elsewhere in draws:
            try:
                pairs.append((setting.saddle(elsewhere.origin[0]), elsewhere))
            except (Unsettled, ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
                reason = str(error)
            if len(pairs) == most:
                break
    if not pairs:
        raise Unsettled(f"no saddle point was found on {TRIES * count} instances: {reason}")
    return pairs


def decide_equation(
    equation: Equation, setting: OnNetwork, cases: Sequence[tuple[Case, Case]]
) -> LineResult:
    """The verdict on one equation."""
    empty = LineResult(equation.number, "ours", HOLDS, Verdict.INCONCLUSIVE, 0, len(cases), "")
    try:
        if equation.leading:
            return _leading(equation, setting, cases, empty)
        agreements = _agreements(equation, cases)
        required = equation.required(cases[0][0])
        whole = max(0, math.floor(min(digits for _, digits in agreements)))
        if not all(holds for holds, _ in agreements):
            due = f"where {required} are due"
            if whole >= required:
                due = "and then the two sides differ by more than their error bounds"
            reason = (
                f"{whole} digits agree at the saddle point {due}, on {len(cases)} random instances"
            )
            return replace(empty, verdict=Verdict.DISAGREES, digits=whole, reason=reason)
        # The derivative of an equation that always holds is rounding, whatever its rank.
        always = any(equation.holds(*reversed(pair)) for pair in cases)
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


def _agreements(equation: Equation, cases: Sequence[tuple[Case, Case]]) -> list[tuple[bool, float]]:
    """Whether it holds on each case; where it fails on none, Unsettled if one tells nothing."""
    agreements, reason = list[tuple[bool, float]](), None
    for pair in cases:
        try:
            agreements.append(equation.agreement(*pair))
        except Unsettled as error:
            reason = error
    if reason is not None and all(holds for holds, _ in agreements):
        raise reason
    return agreements


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


def _gap(equation: Equation, case: Case) -> float:
    """The relative difference of the sides at a saddle point."""
    try:
        return relative(*equation.sides(case))
    except Unsettled:
        return math.inf


def _leading(
    equation: Equation, setting: OnNetwork, cases: Sequence[tuple[Case, Case]], empty: LineResult
) -> LineResult:
    """At saddle points of ever wider networks the residual must decay."""
    # Where the difference is small already, widths need not grow far to see how it decays.
    case = min((saddle for saddle, _ in cases), key=lambda saddle: _gap(equation, saddle))
    instance = case.origin[0]

    def difference(scale: int) -> float:
        wider = setting.wider(setting.at(instance, case.origin[1][0]), scale, equation.leading)
        left, right = equation.sides(setting.saddle(wider.origin[0]))
        if not (abs(left).max() and abs(right).max()):
            # One side is nothing: what is left is held against the same away from the saddle point.
            elsewhere = abs(equation.residual(wider)).max()
            return float(abs(left - right).max() / elsewhere) if elsewhere else 0.0
        return relative(left, right)

    verdict, seen = decide_leading(difference, WIDENING)
    relation = f"{HOLDS}, leading {equation.leading}"
    return replace(empty, relation=relation, verdict=verdict, reason=seen, instances=1)
