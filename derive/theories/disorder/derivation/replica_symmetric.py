"""The rules in their order."""

from __future__ import annotations

import sympy

from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.derivation.rules import (
    ansatz,
    average,
    continuation,
    decouple,
    order_parameters,
)
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.description import DisorderedModel

REWRITES = (
    average.replicated,
    order_parameters.with_sites,
    ansatz.symmetric,
    decouple.decoupled,
    continuation.continued,
)


def free_entropy_of(model: DisorderedModel) -> State:
    """The free entropy of no replicas, replica symmetric."""
    state = State(model, overlaps_of(model), sympy.S.Zero)
    for rewrite in REWRITES:
        state = rewrite(state)
    return state
