"""What a rule is given and gives back: the replicated free entropy as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sympy

from derive.steps.step import Certificate, Equation, Order, Step
from derive.theories.disorder.derivation.overlaps import Overlaps
from derive.theories.disorder.description import DisorderedModel

BETA = sympy.Symbol("beta", real=True)
"""The inverse temperature."""


@dataclass(frozen=True)
class State:
    """A model, its order parameters, and how far the theory has come.

    Attributes:
        model: The model.
        overlaps: Its order parameters.
        exponent: The exponent of the weight of n replicas: first as a sum over sites and examples
            for given disorder, then per site as a function of order parameters.
        equations: What has been found, by the name of the step.
    """

    model: DisorderedModel
    overlaps: Overlaps
    exponent: Any

    def with_exponent(self, exponent: Any) -> State:
        """The same with another exponent."""
        return replace(self, exponent=exponent)


@dataclass(frozen=True)
class Rule:
    """A rewrite of the state.

    Attributes:
        name: What it does.
        statement: The mathematics, in words; its first sentence stands in tables.
        source: Where it is from.
        order: Whether it holds exactly.
        limit: In which limit, or on what assumption; empty where it is exact.
        rewrite: The state before to the state after.
        shown: What is displayed of a state before and after.
        certificate: From the states before and after to a check.
    """

    name: str
    statement: str
    source: str
    order: Order
    limit: str
    rewrite: Callable[[State], State]
    shown: Callable[[State, State], tuple[Equation, ...]]
    certificate: Callable[[State, State], Certificate]

    def apply(self, state: State) -> tuple[State, Step]:
        """The state after, and the step that led there."""
        after = self.rewrite(state)
        step = Step(
            self.name,
            self.statement,
            self.source,
            self.order,
            (),
            self.shown(state, after),
            self.certificate(state, after),
            self.limit,
        )
        return after, step
