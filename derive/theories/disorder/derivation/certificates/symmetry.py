"""Replica symmetry and decoupling, replica by replica at n = 2, and at n = 3 where sites are sums.

Both steps are exact for every whole n once the matrices are symmetric; powers of n that agree at
one n differ at another, so that there are several.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import evaluate
from derive.steps.compare import guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.continuation import at_count, moments_of
from derive.theories.disorder.derivation.certificates.instance import (
    QUADRATURE,
    agreement,
    instance_of,
    symmetric_entries,
)
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import FieldMoment
from derive.theories.disorder.nodes.tower_values import WIDE

MOMENTS = 6
"""Digits of joint moments of fields."""


def replica_counts(state: State) -> tuple[int, ...]:
    """1 and 2, and 3 where sites are sums."""
    sums = all(
        sites.variable.base(x).log_density is None and len(sites.variables) == 1
        for sites in state.model.sites
        for x in sites.variables
    )
    return (1, 2, 3) if sums else (1, 2)


def replica_symmetry(before: State, after: State) -> Certificate:
    """Matrices entry by entry against their two values."""

    def check(digits: int) -> Evidence:
        found, values = agreement(digits), instance_of(before)
        moments = before.exponent.atoms(FieldMoment)
        marks = {m: sympy.Dummy(real=True) for m in moments}
        numbers = {mark: 0.3 + 0.1 * k for k, mark in enumerate(marks.values())}
        for n in replica_counts(before):
            at = {**symmetric_entries(before, values, n), **numbers}
            one, other = (evaluate(state.exponent.xreplace(marks), at) for state in (after, before))
            found.compare(f"n = {n}", one, other)
        return found.evidence(
            f"{replica_counts(before)} replicas summed or integrated one by one, to at most "
            f"{QUADRATURE} digits"
        )

    return guarded(check)


def decoupling(before: State, after: State) -> Certificate:
    """All replicas of a site or a field at once against the mean of a power."""

    def check(digits: int) -> Evidence:
        found, values = agreement(digits, MOMENTS), instance_of(before)
        moments = moments_of(after, values, WIDE)
        for n in _field_counts(before):
            at = symmetric_entries(before, values, n)
            found.compare(
                f"n = {n}", at_count(after, moments, values, n), evaluate(before.exponent, at)
            )
        return found.evidence(
            f"joint moments of {_field_counts(before)} replicas by quadrature, to at most "
            f"{MOMENTS} digits"
        )

    return guarded(check)


def _field_counts(state: State) -> tuple[int, ...]:
    """How many replicas the fields of examples leave within reach."""
    students = [len(m.args[1]) for m in state.exponent.atoms(FieldMoment)]
    teachers = [
        len(m.args[2]) + (m.args[4].kind == "gaussian") for m in state.exponent.atoms(FieldMoment)
    ]
    counts: Any = replica_counts(state)
    reach = max((k for k in students), default=0), max((k for k in teachers), default=0)
    return tuple(n for n in counts if n == 1 or reach[0] * n + reach[1] <= 4)
