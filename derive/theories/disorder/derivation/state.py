"""What a rule is given and gives back: the replicated free entropy as it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy

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
    """

    model: DisorderedModel
    overlaps: Overlaps
    exponent: Any

    def with_exponent(self, exponent: Any) -> State:
        """The same with another exponent."""
        return replace(self, exponent=exponent)
