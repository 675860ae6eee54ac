"""States as named numbers, and whether two of them are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derive.running.journal import Record
from derive.theories.disorder.module.runtime.verdict import Solution

SAME = 1e-5
"""Order parameters that differ by less, relative to the larger of them and 1, are one state's."""

NEAR = 0.03
"""Neighbours that differ by less are taken for one branch without going back from one to the other.

A jump between branches that are nearer would not be seen in a figure.
"""


def states_of(solution: Solution) -> list[Record]:
    """All states of a solution as named numbers, the one that dominates first."""
    return [_record(state) for state in (solution, *solution.others)]


def _record(state: Solution) -> Record:
    named = {name: getattr(state, name) for name in ("free_entropy", "entropy", "energy")}
    named |= {"replicon": state.replicon, **state.overlaps, **state.observables}
    named |= {"residual": state.residual, "quadrature_error": state.quadrature_error}
    numbers = {name: float(np.asarray(value)) for name, value in named.items()}
    return {**numbers, "converged": bool(state.converged), "message": state.message}


def is_stable(state: Record) -> bool:
    """Whether iterations stay near it; the others dominate nothing."""
    return bool(state["converged"]) and "iterations leave it" not in state["message"]


def order_of(state: Mapping[str, Any], names: Sequence[str]) -> tuple[float, ...]:
    """The order parameters to begin at."""
    return tuple(float(state[name]) for name in names)


def is_same(
    first: Mapping[str, Any], second: Mapping[str, Any], names: Sequence[str], least: float = SAME
) -> bool:
    """Whether two states are one, or differ by less than `least`."""
    pairs = [(first[name], second[name]) for name in names]
    return all(abs(a - b) <= least * max(abs(a), abs(b), 1.0) for a, b in pairs)
