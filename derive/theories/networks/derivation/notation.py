"""The symbols of a stream graph: one name per size, weight, set of vectors and order parameter.

Docs: docs/notation.md maps them to the papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from derive.algebra import build, sizes
from derive.algebra.copies import Copies
from derive.algebra.nodes import Overlap
from derive.theories.networks.description import StreamGraph
from derive.theories.networks.description.graph import Stream, Weight
from derive.theories.networks.nodes import Attended


def _size(name: str) -> Any:
    return sympy.Symbol(name, positive=True, integer=True)


@dataclass(frozen=True)
class Notation:
    """Symbols for everything that a stream graph contains.

    Widths N_1, ..., N_a belong to streams; heads H_l and variances s_0, ..., s_a (each a variance,
    sigma squared) to weights; g_l are the vectors that weight l adds to the stream below it; G_1,
    ..., G_a are the overlaps of all vectors of a stream.
    """

    graph: StreamGraph

    @property
    def temperature(self) -> Any:
        """The variance of the label noise; it may be zero."""
        return sympy.Symbol("temperature", nonnegative=True)

    @property
    def features(self) -> Any:
        """N_0."""
        return _size("N_0")

    @property
    def examples(self) -> Any:
        """P."""
        return _size("P")

    def width(self, stream: int) -> Any:
        """N of a stream."""
        return _size(f"N_{self.graph.streams[stream].name}")

    def letter(self, weight: int) -> str:
        """0, 1, ..., a: the index that names a weight's variance, heads and vectors."""
        return "a" if self.graph.weights[weight].above is None else str(weight)

    def variance(self, weight: int) -> Any:
        """sigma^2 of a weight."""
        return sympy.Symbol(f"s_{self.letter(weight)}", positive=True)

    def heads(self, weight: int) -> Any:
        """H of a weight; 1 for a weight with one branch by construction."""
        if not self.graph.weights[weight].branched:
            return sympy.S.One
        return _size(f"H_{self.letter(weight)}")

    def block_size(self, weight: int) -> Any:
        """The number of vectors that a weight adds to the stream below it."""
        return self._block_sizes[weight]

    @cached_property
    def _block_sizes(self) -> dict[int, Any]:
        """By weight; heads times a sum is held as copies, so that no size doubles with a layer."""
        by_weight: dict[int, Any] = {}
        for item in reversed(self.graph.weights):  # a weight acts on vectors of later ones only
            acted = (by_weight[k] for k in item.acts_on)
            above = sizes.total(*acted) if item.acts_on else self.outputs()
            by_weight[item.index] = sizes.product(self.heads(item.index), above)
        return by_weight

    @cached_property
    def copies(self) -> tuple[Copies, ...]:
        """The products of heads and sums that sizes hold."""
        copies = {part for size in self._block_sizes.values() for part in size.atoms(Copies)}
        return tuple(sorted(copies, key=lambda copy: copy.level))

    def outputs(self) -> Any:
        """O, the number of outputs; 1 for one."""
        return sympy.S.One if self.graph.weights[-1].outputs == 1 else _size("outputs")

    def outputs_of_network(self) -> Any:
        """O of the whole network, also where the graph is a part of it."""
        return self.outputs()

    @property
    def outputs_apart(self) -> int:
        """The number of outputs that paths do not share: the network's own."""
        return self.graph.weights[-1].outputs

    def size_name(self, weight: int) -> str | None:
        """What the number of a stream's vectors, down to those of a weight, is called."""
        return f"m_{self.letter(weight)}"

    def block_start(self, weight: int) -> Any:
        """The place of a weight's vectors among those of the stream below it."""
        below = self.graph.weights[weight].below
        assert below is not None
        before = self.graph.streams[below].weights
        earlier = before[: before.index(weight)]
        return sizes.total(*(self.block_size(k) for k in earlier))

    def size_down_to(self, weight: int) -> Any:
        """The number of a stream's vectors, from the first down to those of a weight."""
        return sizes.total(self.block_start(weight), self.block_size(weight))

    def acts_on_first(self, weight: int) -> bool:
        """Whether a weight acts on the vectors of a stream from the first down to some weight's."""
        item = self.graph.weights[weight]
        if item.above is None:
            return True
        return item.acts_on == self.graph.streams[item.above].weights[: len(item.acts_on)]

    def span(self, weights: tuple[int, ...]) -> tuple[tuple[Any, Any], ...]:
        """Runs (start, length) of the vectors of some weights within their stream."""
        return tuple((self.block_start(k), self.block_size(k)) for k in weights)

    def vectors_count(self, stream: int) -> Any:
        """m_s: the number of distinct vectors of a stream."""
        return sizes.total(*(self.block_size(k) for k in self.graph.streams[stream].weights))

    def overlap(self, stream: int) -> Overlap:
        """G_s, the overlaps of all vectors of a stream."""
        return build.overlap(f"G_{self.graph.streams[stream].name}", self.vectors_count(stream))

    def direction(self, stream: int) -> Overlap:
        """dG_s, a symmetric change of the overlaps of a stream."""
        overlap = self.overlap(stream)
        return build.overlap(f"d{overlap.name}", overlap.shape[0])

    def tensor(self, weight: int) -> Any:
        """The weight itself; heads one below the other, the readout as a row per output."""
        item = self.graph.weights[weight]
        columns = self.features if item.below is None else self.width(item.below)
        above = self.outputs() if item.above is None else self.width(item.above)
        rows = self.heads(weight) * above
        return build.matrix_symbol(item.name, rows, columns)

    def vectors(self, weight: int) -> Any:
        """g_l, shape (number of vectors, width of the stream below)."""
        below = self.graph.weights[weight].below
        assert below is not None
        return build.matrix_symbol(
            f"g_{self.letter(weight)}", self.block_size(weight), self.width(below)
        )

    def above(self, weight: int) -> Any:
        """The vectors that a weight acts on, as one stack; for the readout one per output."""
        item = self.graph.weights[weight]
        if item.above is None:
            return sympy.Identity(self.outputs())
        return build.stack(*(self.vectors(k) for k in item.acts_on))

    def data(self, test: bool = False) -> Attended:
        """The attended inputs of the training or the test examples."""
        bottom = sizes.total(*(self.block_size(k) for k in self.graph.weights[0].acts_on))
        if test:
            return Attended("Xstar", _size("Pstar"), self.features, bottom)
        return Attended("X", self.examples, self.features, bottom)

    @property
    def has_mean(self) -> bool:
        """Whether the first layer is one of features with a mean."""
        return self.graph.weights[0].mean

    def projected(self, stream: int) -> bool:
        """Whether a stream's vectors have projections beside their overlaps: they read features."""
        return self.has_mean and stream == 0

    def means(self, test: bool = False) -> Attended:
        """The part of attended inputs along the mean of the features: one number per path."""
        data = self.data(test)
        name = data.name.replace("X", "mu")
        return Attended(name, data.examples, sympy.S.One, data.paths)

    def along(self) -> Any:
        """b of the features' stream: its vectors' projections on the all-ones direction."""
        return build.matrix_symbol(f"b_{self.graph.streams[0].name}", self.vectors_count(0), 1)

    def share(self) -> Any:
        """rho: the share of the lowest overlaps that their projections leave."""
        return sympy.Symbol(f"rho_{self.graph.streams[0].name}", positive=True)

    def bottom(self) -> Any:
        """G_bottom: the overlaps of the vectors that the embedding acts on, one per path."""
        return build.pick(self.overlap(0), self.span(self.graph.weights[0].acts_on))

    def is_whole(self, stream: int) -> bool:
        """Whether all weights that add vectors to a stream are in the graph."""
        return True

    def labels(self) -> Any:
        """y, a column."""
        return build.matrix_symbol("y", self.examples, 1)

    def inner_weights(self) -> tuple[Weight, ...]:
        """Every weight but the embedding, from the readout down, in the order of a descent."""
        weights = (self.graph.weights[index] for index in self.graph.descent)
        return tuple(weight for weight in weights if weight.below is not None)

    def streams(self) -> tuple[Stream, ...]:
        """The streams, the lowest first."""
        return self.graph.streams
