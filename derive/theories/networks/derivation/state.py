"""The state of a derivation: what is left to integrate, and what has replaced it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from derive.theories.networks.derivation.notation import Notation

PROPORTIONAL = "N, P -> infinity at fixed P/N"
WIDE = "N -> infinity at fixed P"


@dataclass(frozen=True)
class State:
    """A joint log density of labels and what has not been integrated yet.

    Attributes:
        notation: The symbols.
        body: The log density, without `constant`; a SymPy expression.
        constant: The part of the log density that depends on sizes alone.
        definitions: (vectors, expression in the weights): what deterministic vectors stand for,
            from the readout down.
        weights: Indices of the weights still in the density.
        overlaps: Streams whose vectors have been replaced by overlaps.
        outputs: The outputs f in the input weights, and the variance of these, once integrated.
        covariances: (weight, Sigma) of every set of vectors that has been replaced, in overlaps.
    """

    notation: Notation
    body: Any
    constant: Any
    definitions: tuple[tuple[Any, Any], ...]
    weights: tuple[int, ...]
    overlaps: tuple[int, ...] = ()
    outputs: tuple[Any, Any] | None = None
    covariances: tuple[tuple[int, Any], ...] = ()

    def covariance(self, weight: int) -> Any:
        """Sigma of a weight's vectors, as the law has it."""
        return dict(self.covariances)[weight]

    def but(self, **changes: Any) -> State:
        """A copy with some fields changed."""
        return replace(self, **changes)
