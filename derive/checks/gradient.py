"""Gradients, derived and generated, against differences of the action."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from derive.algebra.arithmetic import Digits
from derive.checks.claim import Claim
from derive.checks.sample import Array, Numbers, Sample
from derive.checks.subject import FLOAT_DIGITS, Subject
from derive.checks.verdict import CheckResult

DIRECTIONS = 3
"""Random symmetric directions in which each order parameter is moved."""


def derived(subject: Subject, claim: str) -> CheckResult:
    """The derived gradients are the slopes of the derived action, to all digits."""
    sample, overlaps = _instance(subject)
    slopes = subject.gradients(subject.at(sample, overlaps))
    compared = "dS/dG of the derivation against central differences of S in mpmath"
    return _compare(subject, claim, slopes, subject.digits - 3, compared)


def generated(subject: Subject, claim: str) -> CheckResult:
    """The generated gradients are the slopes of the derived action, as far as float64 goes."""
    sample, overlaps = _instance(subject)
    slopes = subject.module.gradient(overlaps, sample.problem(subject.module))
    compared = (
        "dS/dG of the generated module, in float64, against central differences of S in mpmath"
    )
    return _compare(subject, claim, slopes, FLOAT_DIGITS, compared)


def _instance(subject: Subject) -> tuple[Sample, tuple[Array, ...]]:
    draw = subject.draw(1)
    sample = draw.sample()
    return sample, draw.overlaps(sample)


def _compare(
    subject: Subject, claim: str, slopes: tuple[Array, ...], required: int, compared: str
) -> CheckResult:
    """tr(slope dG) against the change of S, for every order parameter, in several directions."""
    sample, overlaps = _instance(subject)
    fine = replace(subject, digits=2 * subject.digits)
    numbers = subject.at(sample, overlaps)
    comparison, draw = subject.comparison(), subject.draw(2)
    for number, symbol in enumerate(subject.theory.order_parameters):
        slope = subject.arithmetic.array(slopes[number])
        comparison.add(f"dS/d{symbol.name}, transposed", slope, slope.T)
        for _ in range(DIRECTIONS):
            direction = draw.directions(sample)[number]
            change = difference(fine, numbers, symbol, direction)
            what = f"the change of S along a direction of {symbol.name}"
            comparison.add(what, (slope * direction).sum(), change, abs(slope).max())
    return comparison.result(claim, required, compared)


def difference(fine: Subject, numbers: Numbers, symbol: Any, direction: Array) -> Any:
    """The central difference of S; half of its digits go into the step, half are right."""
    arithmetic: Digits = fine.arithmetic
    step = arithmetic.context.mpf(10) ** -(fine.digits // 4 + 3)
    centre, move = arithmetic.array(numbers[symbol]), step * arithmetic.array(direction)
    values = [
        fine.value(fine.theory.action, {**numbers, symbol: centre + sign * move})
        for sign in (1, -1)
    ]
    return (values[0] - values[1]) / (2 * step)


CLAIMS = (
    Claim("derived gradient", derived),
    Claim("generated gradient", generated),
)
