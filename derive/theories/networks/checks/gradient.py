"""Gradients, derived and generated, against differences of the action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from derive.algebra.arithmetic import Digits
from derive.evidence.claim import Claim
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.sample import Sample, seen
from derive.theories.networks.checks.subject import FLOAT_DIGITS, Subject

Change = tuple[int, Array, Any]
"""Of which order parameter, along which direction, and by how much."""
DIRECTIONS = 3
"""Random symmetric directions in which each order parameter is moved."""


def derived(subject: Subject, claim: str) -> CheckResult:
    """The derived gradients are the slopes of the derived action, to all digits."""

    def slopes(sample: Sample, overlaps: tuple[Array, ...]) -> tuple[Array, ...]:
        return subject.gradients(subject.at(sample, overlaps))

    compared = "dS/dG of the derivation against central differences of S in mpmath"
    return _compare(subject, claim, slopes, subject.digits - 3, compared)


def generated(subject: Subject, claim: str) -> CheckResult:
    """The generated gradients are the slopes of the derived action, as far as float64 goes."""

    def slopes(sample: Sample, overlaps: tuple[Array, ...]) -> tuple[Array, ...]:
        gradient: tuple[Array, ...] = subject.module.gradient(
            overlaps, sample.problem(subject.module)
        )
        return gradient

    compared = (
        "dS/dG of the generated module, in float64, against central differences of S in mpmath"
    )
    return _compare(subject, claim, slopes, FLOAT_DIGITS, compared)


def _compare(
    subject: Subject,
    claim: str,
    slopes: Callable[[Sample, tuple[Array, ...]], tuple[Array, ...]],
    required: int,
    compared: str,
) -> CheckResult:
    """tr(slope dG) against the change of S, for every order parameter, in several directions."""
    comparison = subject.comparison()
    for sample, overlaps, changes in _changes(subject):
        gradients = [subject.arithmetic.array(slope) for slope in slopes(sample, overlaps)]
        for symbol, slope in zip(subject.theory.order_parameters, gradients, strict=True):
            comparison.add(f"dS/d{symbol.name}, transposed", slope, slope.T)
        for number, direction, change in changes:
            what = f"the change of S along a direction of {subject.theory.order_parameters[number]}"
            slope = gradients[number]
            comparison.add(what, (slope * direction).sum(), change, abs(slope).max())
    return comparison.result(claim, required, compared + seen([s for s, *_ in _changes(subject)]))


@lru_cache(maxsize=1)
def _changes(subject: Subject) -> list[tuple[Sample, tuple[Array, ...], list[Change]]]:
    """Samples, points, and the changes of S there, which serve both claims."""
    draw, cases = subject.draw(1), []
    fine = replace(subject, digits=2 * subject.digits)
    for sample in subject.draw(2).samples():
        overlaps = draw.overlaps(sample)
        numbers, changes = subject.at(sample, overlaps), []
        for number, symbol in enumerate(subject.theory.order_parameters):
            for _ in range(DIRECTIONS):
                direction = draw.directions(sample)[number]
                change = difference(fine, numbers, symbol, direction)
                changes.append((number, direction, change))
        cases.append((sample, overlaps, changes))
    return cases


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


CLAIMS = (Claim("derived gradient", derived), Claim("generated gradient", generated))
