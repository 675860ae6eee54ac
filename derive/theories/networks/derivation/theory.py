"""The result of a derivation: every expression that a solver or a check needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from derive.errors import RuleError
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.chain.rewrite import Chain
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.derivation.rules.hessian.rewrite import Hessian
from derive.theories.networks.derivation.rules.predictor.rewrite import Predictor
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.rules.wide.rewrite import Wide
from derive.theories.networks.derivation.state import State

if TYPE_CHECKING:
    from derive.theories.networks.derivation.repeat.composed import Composed, Layer


@dataclass(frozen=True)
class Theory:
    """The statistical mechanics of a network, in the normalisation of streams.

    A network is parts; one without a repeated block is a single part, on which the rules worked as
    they stand. With repeated blocks the same expressions are sums over the parts, in nodes that
    carry the numbers of layers, and equations are listed kind by kind: see `composed`.

    Attributes:
        notation: The symbols; of several parts those at the input.
        law: The exact finite-width law of labels and overlaps.
        action: S = -2 ln density at leading order.
        energy: E, the labels' part of S.
        constant: ln evidence = -S/2 + constant at the saddle.
        dropped: What the proportional limit dropped from the log density.
        gradients: dS/dG_s, the lowest stream first.
        equations: The saddle-point equations solved for the overlaps, the lowest stream first.
        predictor: Mean and variance on test examples, given the overlaps.
        wide: The infinite-width point and the first 1/N correction.
        chain: The papers' normalisation; None where the network is no chain.
        hessian: The changes of the gradients along directions dG_s.
        share: Of features with a mean, the number rho in the action and what it stands for; None
            for others.
        composed: Its parts and kinds of layers; None where the network is a single part.
    """

    notation: Notation
    law: State
    action: Any
    energy: Any
    constant: Any
    dropped: Any
    gradients: tuple[Any, ...]
    equations: tuple[SaddleEquation, ...]
    predictor: Predictor
    wide: Wide
    chain: Chain | None
    hessian: Hessian
    share: Share | None = None
    composed: Composed | None = field(default=None, repr=False)

    @property
    def order_parameters(self) -> tuple[Any, ...]:
        """G_s, the lowest stream first."""
        return tuple(equation.overlap for equation in self.equations)

    @property
    def log_evidence(self) -> Any:
        """ln evidence at leading order, every constant kept."""
        fluctuation = 0 if self.share is None else self.share.fluctuation
        return -self.action / 2 + self.constant + fluctuation

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The kinds of layers of a network with repeated blocks, the lowest first."""
        return () if self.composed is None else self.composed.layers

    def __repr__(self) -> str:
        if self.composed is not None:
            return f"Theory({'; '.join(layer.title for layer in self.layers)})"
        sizes = ", ".join(f"{g.name} ({g.shape[0]})" for g in self.order_parameters)
        return f"Theory(order parameters: {sizes})"


def refuse_mean(theory: Theory, analysis: str) -> None:
    """Refuse an analysis that does not know the projections of vectors that read features.

    Raises:
        RuleError: The first layer is one of features with a mean.
    """
    if theory.share is not None:
        raise RuleError(
            f"layers[1]: the features have a mean, and their vectors' projections on it are order "
            f"parameters, which {analysis} does not have; solve the network as it is, or take "
            "features without a mean"
        )
