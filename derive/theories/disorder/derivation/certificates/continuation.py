"""No replicas: at n = 0.2, 0.1, ... the formula of n replicas divided by n, extrapolated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy
from scipy.special import logsumexp

from derive.algebra import evaluate
from derive.steps.compare import guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.instance import (
    QUADRATURE,
    agreement,
    instance_of,
)
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import N
from derive.theories.disorder.nodes.tower_values import at_nodes
from derive.theories.disorder.nodes.towers import LogMean

LARGEST, LEVELS = 0.16, 5


def extrapolated(at: Sequence[float], values: Sequence[Any]) -> Any:
    """The value at zero of the polynomial through all points, by Neville's scheme."""
    row = list(values)
    for level in range(1, len(row)):
        for k in range(len(row) - level):
            far, near = at[k], at[k + level]
            row[k] = (far * row[k + 1] - near * row[k]) / (far - near)
    return row[0]


def moments_of(state: State, values: Any, wider: float = 1.0) -> dict[Any, tuple[Any, Any]]:
    """The masses of the nodes of each mean of a power, and the values at them."""
    return {
        node: at_nodes(node.args[1], node.law, values, wider)
        for node in state.exponent.atoms(LogMean)
    }


def at_count(state: State, moments: dict[Any, tuple[Any, Any]], values: Any, n: float) -> Any:
    """The exponent at a number of replicas, whole or not, with means of powers from their nodes."""
    known = {}
    for node, (mass, value) in moments.items():
        power = node.args[0].xreplace({N: sympy.Float(n)})
        known[node] = float(logsumexp(np.log(mass) + float(power) * value))
    return evaluate(state.exponent, {**values, N: n, **known})


def no_replicas(before: State, after: State) -> Certificate:
    """The part of first order in n, by extrapolation."""

    def check(digits: int) -> Evidence:
        found, values = agreement(digits), instance_of(before)
        counts = [LARGEST / 2**level for level in range(LEVELS)]
        moments = moments_of(before, values)
        ratios = [at_count(before, moments, values, n) / n for n in counts]
        limit = extrapolated(counts, ratios)
        found.compare("the limit", evaluate(after.exponent, values), limit)
        return found.evidence(
            f"n = {LARGEST} to {counts[-1]}, extrapolated to none, to at most {QUADRATURE} digits"
        )

    return guarded(check)
