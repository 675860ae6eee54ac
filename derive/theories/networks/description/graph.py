"""The stream graph of a network: streams joined by Gaussian weights (theory of section 2).

Going down from the readout every stream collects effective vectors. A weight tensor hands the
vectors on which it acts to the stream below, one set per branch; a skip hands a vector down within
its stream. The graph says which weight acts on which vectors: nothing in it knows an architecture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description.feature_maps import has_mean
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.layers import (
    Embedding,
    Readout,
    Size,
    Value,
    Weighted,
    kind_of,
)
from derive.theories.networks.description.network import Network, Values
from derive.theories.networks.description.outside import no_density
from derive.theories.networks.description.placing import Active, Placed, descend, place


@dataclass(frozen=True)
class Weight:
    """One weight tensor.

    Attributes:
        index: Its place from below: 0 for the embedding, the last for the readout.
        name: V_0, V_1, ..., and a for the readout.
        kind: The kind of its layer.
        heads: Its number of branches.
        variance: Prior variance of its entries.
        above: Index of the stream that it writes to; None for the readout.
        below: Index of the stream that it reads; None for the embedding.
        acts_on: Indices of the weights whose vectors it acts on, in the order of paths.
        branching: Its number among the weights with branches from below, from 1; None without.
        fixed: Whether the number of branches is a part of what the layer does.
        nonlinear: Whether the vectors that it acts on read features, not the weight itself.
        mean: Whether these features have a mean.
        outputs: Of the readout, the number of outputs; 1 elsewhere.
        branch: What one of its branches is called.
    """

    index: int
    name: str
    kind: str
    heads: Size
    variance: Value
    above: int | None
    below: int | None
    acts_on: tuple[int, ...]
    branching: int | None
    fixed: bool = False
    nonlinear: bool = False
    mean: bool = False
    outputs: int = 1
    branch: str = "branch"

    @property
    def branched(self) -> bool:
        """Whether it may have several branches, so that a symbol stands for their number."""
        return self.branching is not None


@dataclass(frozen=True)
class Stream:
    """A space through which activations flow.

    Attributes:
        index: Its place from below.
        name: 1, 2, ..., and a for the one that the readout reads.
        width: N.
        weights: Indices of the weights that add vectors to it, in the order of paths.
    """

    index: int
    name: str
    width: Size
    weights: tuple[int, ...]


@dataclass(frozen=True)
class StreamGraph:
    """Streams and weights of a network.

    Attributes:
        streams: The lowest first.
        weights: The lowest first; those of one branch before those of the next.
        descent: Indices of the weights from the readout down, in the order in which a stream gets
            their vectors: those of the first branch first.
    """

    streams: tuple[Stream, ...]
    weights: tuple[Weight, ...]
    descent: tuple[int, ...]

    def is_chain(self) -> bool:
        """Whether every stream holds the vectors of one weight (section 1's case)."""
        return all(len(stream.weights) == 1 for stream in self.streams)

    def is_scalar(self) -> bool:
        """Whether every stream has one vector where no weight has more than one branch.

        Then, and only then, the theory of one branch each is that of deep linear networks; above
        features with a mean it is none.
        """
        return self.is_chain() and self.weights[-1].outputs == 1 and not self.weights[0].mean

    def vectors(self, stream: Stream, heads: tuple[int, ...]) -> int:
        """The number m_s of distinct vectors of a stream, for numeric head counts."""
        sizes = self.block_sizes(heads)
        return sum(sizes[weight] for weight in stream.weights)

    def block_size(self, weight: int, heads: tuple[int, ...]) -> int:
        """The number of vectors that a weight adds to the stream below it."""
        return self.block_sizes(heads)[weight]

    def block_sizes(self, heads: tuple[int, ...]) -> tuple[int, ...]:
        """The number of vectors that each weight adds to the stream below it, the lowest first.

        The embedding, below which there is no stream, counts the paths.
        """
        sizes: dict[int, int] = {}
        for weight in reversed(self.weights):  # a weight acts on vectors of later weights only
            acted = sum(sizes[k] for k in weight.acts_on) if weight.acts_on else weight.outputs
            sizes[weight.index] = heads[weight.index] * acted
        return tuple(sizes[weight.index] for weight in self.weights)


def stream_graph(network: Network) -> StreamGraph:
    """The stream graph of a network.

    >>> from derive.theories.networks.description import Embedding, Attention, Residual, Readout
    >>> body = (Attention(heads=3, variance=1.0),)
    >>> graph = stream_graph(Network((Embedding(8, 1.0), Residual(body), Readout(1.0)), 0.1))
    >>> [weight.acts_on for weight in graph.weights], graph.streams[0].weights
    ([(2, 1), (2,), ()], (2, 1))
    """
    places, widths = place(network)
    visited: dict[int, Weight] = {}

    def visit(item: Placed, active: Active[None]) -> None:
        visited[item.weight] = _weight(item, tuple(active))

    descend(places, {}, visit, lambda *_: None)
    weights = tuple(visited[index] for index in sorted(visited))
    streams = tuple(_stream(k, width, tuple(visited.values())) for k, width in enumerate(widths))
    return StreamGraph(streams, weights, tuple(visited))


def _weight(item: Placed, acts_on: tuple[int, ...]) -> Weight:
    layer: Any = item.layer
    return Weight(
        index=item.weight,
        name="a" if isinstance(layer, Readout) else f"V_{item.weight}",
        kind=kind_of(layer),
        heads=1 if isinstance(layer, Embedding | Features) else layer.branches,
        variance=layer.variance,
        above=item.above,
        below=item.below,
        acts_on=acts_on,
        branching=item.branching,
        fixed=isinstance(layer, Weighted) and layer.fixed,
        nonlinear=isinstance(layer, Features),
        mean=isinstance(layer, Features) and has_mean(layer.kernel),
        outputs=layer.outputs if isinstance(layer, Readout) else 1,
        branch=getattr(layer, "branch", "branch"),
    )


def _stream(index: int, width: Size, visited: tuple[Weight, ...]) -> Stream:
    """A stream, from the weights in the order of a descent: so vectors are added to it."""
    readers = tuple(weight.index for weight in visited if weight.below == index)
    name = "a" if visited[0].index in readers else str(index + 1)
    return Stream(index, name, width, readers)


def values(network: Network, graph: StreamGraph) -> Values:
    """The numbers of a network whose symbols all have a value.

    Raises:
        DescriptionError: A symbol has none, or the widths are infinite.
    """
    missing = network.symbols()
    if missing:
        raise DescriptionError(
            f"the symbol {missing[0]} has no value; give one with --set {missing[0]}=VALUE "
            f"or network.with_values({{{missing[0]!r}: value}})"
        )
    if network.infinitely_wide:
        raise DescriptionError(
            "width: it is infinite, where only the Gaussian process of `solve`, `run` and `sweep` "
            "is; give a finite one, such as network.with_width(100)"
        )
    return Values(
        widths=tuple(int(stream.width) for stream in graph.streams),
        variances=tuple(float(weight.variance) for weight in graph.weights),
        heads=tuple(int(weight.heads) for weight in graph.weights),
        temperature=float(network.temperature),
    )


def without_density(network: Network, copies: int = 1) -> str:
    """Why the overlaps of a network whose symbols have values have no density; empty where they do.

    Args:
        network: The network.
        copies: What every width is multiplied by.
    """
    graph = stream_graph(network)
    numbers = values(network, graph)
    for stream, width in zip(graph.streams, numbers.widths, strict=True):
        count = graph.vectors(stream, numbers.heads)
        if copies * width < count:
            return no_density(stream.name, count, width)
    return ""
