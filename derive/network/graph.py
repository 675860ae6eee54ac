"""The stream graph of a network: streams joined by Gaussian weights (theory of section 2).

Going down from the readout every stream collects effective vectors. A weight tensor hands the
vectors on which it acts to the stream below, one set per branch; a skip hands a vector down within
its stream. The graph says which weight acts on which vectors: nothing in it knows an architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from derive.errors import DescriptionError
from derive.network.features import Features
from derive.network.groups import branches_of, keeps_stream
from derive.network.layers import (
    Embedding,
    Identity,
    Layer,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Serial,
    Size,
    Value,
    Weighted,
    kind_of,
    output_width,
)
from derive.network.network import Network, Values
from derive.network.wording import shown

T = TypeVar("T")


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
        attention: Its number among the weights with branches from below, from 1; None without.
        fixed: Whether the number of branches is a part of what the layer does.
        nonlinear: Whether the vectors that it acts on read features, not the weight itself.
        outputs: Of the readout, the number of outputs; 1 elsewhere.
    """

    index: int
    name: str
    kind: str
    heads: Size
    variance: Value
    above: int | None
    below: int | None
    acts_on: tuple[int, ...]
    attention: int | None
    fixed: bool = False
    nonlinear: bool = False
    outputs: int = 1

    @property
    def branched(self) -> bool:
        """Whether it may have several branches, so that a symbol stands for their number."""
        return self.attention is not None


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


@dataclass(frozen=True)
class Placed:
    """A layer with a weight, in its place between two streams."""

    layer: Layer
    weight: int
    below: int | None
    above: int | None
    attention: int | None


@dataclass(frozen=True)
class Fork:
    """A sum of branches, each placed; a branch of no layers is the identity."""

    branches: tuple[tuple[Placed | Fork, ...], ...]


Places = tuple[Placed | Fork, ...]
Active = dict[int, T]


def descend(
    places: Places,
    active: Active[T],
    visit: Callable[[Placed, Active[T]], T],
    combine: Callable[[T, T], T],
) -> Active[T]:
    """Carry the active vectors from the top of a run of layers to its bottom.

    Args:
        places: The layers, the lowest first.
        active: What is known of every block of vectors at the top; the key is the block's weight.
        visit: What a weight makes of the blocks that it acts on.
        combine: What becomes of one block that two identity branches hand down.

    Returns:
        The blocks at the bottom, in the order of paths: that of the branches.
    """
    for item in reversed(places):
        if isinstance(item, Placed):
            active = {item.weight: visit(item, active)}
            continue
        below: Active[T] = {}
        for branch in item.branches:
            for block, value in descend(branch, active, visit, combine).items():
                below[block] = combine(below[block], value) if block in below else value
        active = below
    return active


def placed_weights(places: Places) -> Iterator[Placed]:
    """Every weight of some layers, the lowest first."""
    for item in places:
        if isinstance(item, Placed):
            yield item
            continue
        for branch in item.branches:
            yield from placed_weights(branch)


class _Placer:
    """Gives every layer its weight and its streams, going up.

    A stream has a provisional number until the layers that end in it are placed; then it has its
    place in `order`.
    """

    def __init__(self) -> None:
        self.widths: list[Size] = []
        self.order: list[int] = []
        self.weights = 0
        self.attentions = 0

    def place(self, layers: tuple[Layer, ...], stream: int | None, end: int | None) -> Places:
        """Place layers that begin in `stream`; the last weight ends in `end` where one is given."""
        opening = [k for k, layer in enumerate(layers) if not keeps_stream(layer)]
        placed: list[Placed | Fork] = []
        for number, layer in enumerate(layers):
            if isinstance(layer, Repeat):
                raise DescriptionError(
                    f"the depth {shown(layer.times)} has no value; give it one with "
                    f"--set {layer.times}=VALUE or network.with_values({{{layer.times!r}: value}})"
                )
            is_new = number in opening and (end is None or number != opening[-1])
            above = stream if number not in opening else end
            if is_new and not isinstance(layer, Readout):
                above = self._open(layer, stream, end)
            placed += self._placed(layer, stream, above)
            if is_new and above is not None:
                self.order.append(above)
            stream = above
        return tuple(placed)

    def _placed(self, layer: Any, stream: int | None, above: int | None) -> Places:
        if isinstance(layer, Identity):
            return ()
        if isinstance(layer, Serial):
            return self.place(layer.layers, stream, above)
        if isinstance(layer, Residual | Parallel):
            return (Fork(tuple(self.place(b, stream, above) for b in branches_of(layer))),)
        return (self._weight(layer, stream, above),)

    def _open(self, layer: Layer, stream: int | None, end: int | None) -> int:
        # Outside residuals every width is given; inside, one left out is that of the skip.
        below = 0 if stream is None else self.widths[stream]
        self.widths.append(output_width(layer, below, None if end is None else self.widths[end]))
        return len(self.widths) - 1

    def _weight(self, layer: Any, below: int | None, above: int | None) -> Placed:
        attention = None
        if isinstance(layer, Weighted | Readout) and layer.branched:
            self.attentions += 1
            attention = self.attentions
        self.weights += 1
        return Placed(layer, self.weights - 1, below, above, attention)


def place(network: Network) -> tuple[Places, tuple[Size, ...]]:
    """The network's layers between their streams, and the width of every stream.

    A stream in which branches end is counted after the streams inside the branches.
    """
    placer = _Placer()
    places = placer.place(network.layers, None, None)
    numbers = {stream: number for number, stream in enumerate(placer.order)}
    widths = tuple(placer.widths[stream] for stream in placer.order)
    return _numbered(places, numbers), widths


def _numbered(places: Places, numbers: dict[int, int]) -> Places:
    def numbered(item: Placed | Fork) -> Placed | Fork:
        if isinstance(item, Fork):
            return Fork(tuple(_numbered(branch, numbers) for branch in item.branches))
        below = None if item.below is None else numbers[item.below]
        above = None if item.above is None else numbers[item.above]
        return replace(item, below=below, above=above)

    return tuple(map(numbered, places))


def stream_graph(network: Network) -> StreamGraph:
    """The stream graph of a network.

    >>> from derive.network import Embedding, Attention, Residual, Readout
    >>> body = (Attention(heads=3, variance=1.0),)
    >>> graph = stream_graph(Network((Embedding(8, 1.0), Residual(body), Readout(1.0)), 0.1))
    >>> [weight.acts_on for weight in graph.weights], graph.streams[0].weights
    ([(2, 1), (2,), ()], (2, 1))
    """
    places, widths = place(network)
    found: dict[int, Weight] = {}

    def visit(item: Placed, active: Active[None]) -> None:
        found[item.weight] = _weight(item, tuple(active))

    descend(places, {}, visit, lambda *_: None)
    weights = tuple(found[index] for index in sorted(found))
    streams = tuple(_stream(k, width, tuple(found.values())) for k, width in enumerate(widths))
    return StreamGraph(streams, weights, tuple(found))


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
        attention=item.attention,
        fixed=isinstance(layer, Weighted) and layer.fixed,
        nonlinear=isinstance(layer, Features),
        outputs=layer.outputs if isinstance(layer, Readout) else 1,
    )


def _stream(index: int, width: Size, visited: tuple[Weight, ...]) -> Stream:
    """A stream, from the weights in the order of a descent: so vectors are added to it."""
    readers = tuple(weight.index for weight in visited if weight.below == index)
    name = "a" if visited[0].index in readers else str(index + 1)
    return Stream(index, name, width, readers)


def values(network: Network, graph: StreamGraph) -> Values:
    """The numbers of a network whose symbols all have a value.

    Raises:
        DescriptionError: A symbol has none.
    """
    missing = network.symbols()
    if missing:
        raise DescriptionError(
            f"the symbol {missing[0]} has no value; give one with --set {missing[0]}=VALUE "
            f"or network.with_values({{{missing[0]!r}: value}})"
        )
    return Values(
        widths=tuple(int(stream.width) for stream in graph.streams),
        variances=tuple(float(weight.variance) for weight in graph.weights),
        heads=tuple(int(weight.heads) for weight in graph.weights),
        temperature=float(network.temperature),
    )


__all__ = [
    "Fork",
    "Placed",
    "Places",
    "Stream",
    "StreamGraph",
    "Weight",
    "descend",
    "place",
    "placed_weights",
    "stream_graph",
    "values",
]
