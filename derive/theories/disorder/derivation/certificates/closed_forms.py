"""Closed forms of the integrals over one replica, and means with fewer variables, by quadrature.

Closed forms and two of their slopes are compared at a few fields, and the free entropy, in which
means were reduced by rules, with quadrature over all its variables.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from derive.algebra import evaluate
from derive.steps.compare import Agreement, guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.instance import (
    QUADRATURE,
    Values,
    agreement,
    instance_of,
)
from derive.theories.disorder.derivation.certificates.stationarity import settled
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.nodes.towers import SiteIntegral, slope


def closed_forms(state: State, theory: Theory) -> Certificate:
    """Every form at several fields, and the free entropy as a whole."""

    def check(digits: int) -> Evidence:
        found = agreement(digits)
        values = settled(theory, instance_of(state))
        count = 0
        for leaf, form in theory.forms.items():
            if form is not None:
                _form(found, leaf, form, values)
                count += 1
        for node, form in theory.inner.items():
            if form is not None:
                at = next(_points(node, values))
                found.compare(
                    f"the average of {node.args[0]}", evaluate(form, at), evaluate(node, at)
                )
        idle = _idle(state, theory, values)
        whole = evaluate(state.exponent, {**values, **idle})
        found.compare("the free entropy", evaluate(theory.free_entropy, values), whole)
        return found.evidence(
            f"{count} closed forms and their slopes, and the averages over all variables, by "
            f"quadrature to at most {QUADRATURE} digits"
        )

    return guarded(check)


def _idle(state: State, theory: Theory, values: Values) -> Values:
    """Conjugates that nothing depends on, once their order parameters are fixed."""
    gone = state.exponent.free_symbols - theory.free_entropy.free_symbols
    conjugates = {s.diagonal: s.conjugates for s in state.overlaps.squares}
    return {
        conjugates[s][0]: -values[conjugates[s][1]]
        for s in theory.fixed
        if conjugates[s][0] in gone and conjugates[s][0] not in theory.multipliers
    }


def _points(leaf: Any, values: Values) -> Any:
    """Fields and labels on both sides of zero."""
    free = sorted(leaf.free_symbols - set(values), key=str)
    for seed in itertools.count(5):
        draw = np.random.default_rng(seed)
        yield {**values, **{s: float(draw.choice([-1, 1]) if s.name == "y" else draw.normal())
                            for s in free}}  # fmt: skip


def _form(found: Agreement, leaf: Any, form: Any, values: Values) -> None:
    for at in itertools.islice(_points(leaf, values), 3):
        name = "F" if isinstance(leaf, SiteIntegral) else "L"
        for indices in ((), (0,), (0, len(leaf.centres) - 1)):
            found.compare(
                f"{name} and {len(indices)} slopes",
                evaluate(form.of(leaf, *indices), at),
                evaluate(slope(leaf, *indices), at),
            )


__all__ = ["closed_forms"]
