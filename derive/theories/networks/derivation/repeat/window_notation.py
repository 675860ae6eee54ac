"""The symbols of a window: those of its streams and weights, by their numbers in the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build
from derive.theories.networks.derivation.notation import Notation

OUTPUTS_DRAWN = 2
"""How many outputs of the network certificates draw, where it has several."""


@dataclass(frozen=True)
class WindowNotation(Notation):
    """The symbols of a window.

    Attributes:
        letters: The number of every weight, as written in names.
        handed: The symbol of how many vectors come down from what is above; None at the top.
        shared: Whether a symbolic number of copies share the lowest stream.
        stacked: Whether what stands in for the layers above stands for such a stream.
        several: Whether it stands for several weights.
        by_weight: Whether numbers of vectors have those of weights, not of streams.
        network_outputs: O of the whole network.
    """

    letters: tuple[str, ...] = ()
    handed: Any = None
    shared: bool = False
    stacked: bool = False
    several: bool = False
    by_weight: bool = False
    network_outputs: Any = sympy.S.One

    def letter(self, weight: int) -> str:
        """The number that names a weight's variance, heads and vectors."""
        return self.letters[weight]

    def outputs(self) -> Any:
        """The number of vectors that come down, where the readout stands in for what is above."""
        return super().outputs() if self.handed is None else self.handed

    def outputs_of_network(self) -> Any:
        """O of the whole network."""
        return self.network_outputs

    @property
    def outputs_apart(self) -> int:
        """The number of outputs that paths do not share: those that certificates draw."""
        if self.handed is None:
            return super().outputs_apart
        return 1 if self.network_outputs == 1 else OUTPUTS_DRAWN

    def size_name(self, weight: int) -> str | None:
        """Sizes are named as in the whole network: by streams, whose parts have no name then."""
        below = self.graph.weights[weight].below
        if self.by_weight:
            return f"m_{self.letter(weight)}"
        if below is None or self.graph.streams[below].weights[-1] != weight:
            return None
        return f"m_{self.graph.streams[below].name}"

    def vectors(self, weight: int) -> Any:
        """g of a weight; v, all vectors down to a weight, where one stands in for them."""
        vectors = super().vectors(weight)
        if not self.several or weight < len(self.graph.weights) - 1:
            return vectors
        return build.matrix_symbol(f"v_{self.letter(weight)}", *vectors.shape)

    def is_whole(self, stream: int) -> bool:
        """Whether the window has all weights that add vectors to a stream."""
        return not (self.shared and stream == 0)
