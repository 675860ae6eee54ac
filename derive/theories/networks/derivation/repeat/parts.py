"""The parts of a network of symbolic depth: layers that stand once, and repeated blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import sympy

from derive.algebra.layered import LayerCount, LayerOverlap, LayerSize
from derive.algebra.sizes import multiplied_out
from derive.algebra.sums import reindex
from derive.errors import DescriptionError
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.repeat.pieces import (
    Block,
    Part,
    Piece,
    Whole,
    lowest,
    number_symbol,
)
from derive.theories.networks.description import (
    Embedding,
    Features,
    Network,
    Readout,
    StreamGraph,
    stream_graph,
)
from derive.theories.networks.description.layers import GROUPS
from derive.theories.networks.description.repeat import Segment, segments

INDEX = "l"
"""The letter of a generic copy."""
RESERVED = (
    INDEX, "P", "Pstar", "M", "N", "H", "y", "a", "temperature",
    "C", "I", "K", "S", "T", "X", "f", "g", "m", "p", "pi", "s",
)  # fmt: skip
"""Names that mean something else in every derivation, or look as if they did."""


@dataclass(frozen=True)
class _Placed:
    """A segment in its place, before its sizes are known."""

    segment: Segment
    layers: tuple[Any, ...]
    ends: tuple[Any, Any]
    graph: StreamGraph
    stream: Any
    opened: Any
    weight: Any
    copies: Any

    @property
    def within(self) -> bool:
        """Whether all its layers stand in the stream that the layers above it open."""
        return bool(self.layers) and not self.segment.opens


def parts(network: Network) -> tuple[Part, ...]:
    """The parts of a network from the input up, without embedding and readout.

    Raises:
        DescriptionError: A depth has a name that is taken, or a part hands down some vectors of a
            stream only.
    """
    for name in network.depths():
        if name in RESERVED or "_" in name:
            raise DescriptionError(
                f"the depth {name!r}: the name is taken in derivations; choose another, such as 'L'"
            )
    stream, opened, weight = sympy.Integer(1), sympy.Integer(2), sympy.Integer(1)
    index = number_symbol(INDEX)
    places: list[_Placed] = []
    for segment in segments(network.layers):
        layers, ends, graph = _bare_layers(segment)
        streams, weights = len(graph.streams) - 1, len(graph.weights) - 2
        if places:  # below the lowest layers stands the first weight alone
            _require_whole(graph, segment)
        copies: Any = number_symbol(segment.times) - segment.fewer if segment.times else None
        placed = _Placed(segment, layers, ends, graph, stream, opened, weight, copies)
        if copies is not None:
            low, first = placed.stream + streams * (index - 1), opened + streams * (index - 1)
            placed = replace(
                placed,
                stream=stream if placed.within else low,
                opened=first,
                weight=weight + weights * (index - 1),
            )
        places.append(placed)
        times = sympy.S.One if copies is None else copies
        opened, weight = opened + streams * times, weight + weights * times
        if streams and not placed.within:
            stream = opened - 1
    return _with_sizes(places, index)


def _bare_layers(segment: Segment) -> tuple[tuple[Any, ...], tuple[Any, Any], StreamGraph]:
    """The layers between, the network's own at both ends or None, and their graph."""
    layers = list(map(_bare, segment.layers))
    readout = layers.pop() if layers and isinstance(layers[-1], Readout) else None
    first = layers.pop(0) if layers and isinstance(layers[0], Embedding | Features) else None
    return tuple(layers), (first, readout), stream_graph(bare_network(layers, first, readout))


def bare_network(layers: Iterable[Any], first: Any = None, readout: Any = None) -> Network:
    """A network of layers whose sizes and variances are symbols.

    Args:
        layers: Between its ends.
        first: Its first layer; an embedding where left out.
        readout: Its readout; one of one output at one token where left out.
    """
    first, readout = first or Embedding("width", "variance"), readout or Readout("variance")
    return Network((first, *layers, readout), "temperature", "window")


def _bare(layer: Any) -> Any:
    """A layer whose sizes and variances are symbols: numbers do not enter a derivation."""
    if isinstance(layer, GROUPS):
        return replace(layer, layers=tuple(map(_bare, layer.layers)))
    named = {"width", "variance", "positions", getattr(layer, "counted", "")}
    known = {f.name for f in fields(layer) if getattr(layer, f.name) is not None}
    return replace(layer, **{name: name for name in named & known})


def _require_whole(graph: StreamGraph, segment: Segment) -> None:
    if set(graph.weights[0].acts_on) != set(graph.streams[0].weights):
        where = f"the block repeated {segment.times} times" if segment.times else "the layers"
        raise DescriptionError(
            f"{where}: a residual ends in a residual at the lower end, so that some vectors of a "
            "stream go on and some do not, where the induction hands down whole streams; give the "
            "depth as a number"
        )


def _with_sizes(places: list[_Placed], index: Any) -> tuple[Part, ...]:
    """Sizes from the readout down."""
    above: Any = Notation(places[-1].graph).outputs()
    over: tuple[LayerOverlap, ...] = ()
    shared = {item.stream for item in places if item.within and item.copies is not None}
    by_weight = bool(shared)
    if by_weight:
        _require_named(places, shared)
    result: list[Part] = []
    for item in reversed(places):
        first, readout = item.ends
        piece = Piece(
            item.layers, item.stream, item.opened, item.weight, len(item.graph.streams) - 1, (),
            above, above, over, within=item.within, first=first, readout=readout,
        )  # fmt: skip
        heads = [
            LayerSize("H", item.weight + k) if w.branched else sympy.S.One
            for k, w in enumerate(item.graph.weights[1 : None if readout else -1])
        ]
        if item.copies is None:
            result.insert(0, _piece(piece, item.graph, heads))
        else:
            names = _count_names(piece, len(heads), by_weight)
            part = _block(piece, item, heads, index, names)
            result.insert(0, _with_over(part, item.graph, piece.stream in shared))
        above = result[0].below
        over = _handed_down(lowest(result[0]), item.graph, piece.stream in shared)
    return _with_whole(tuple(result), shared)


def _require_named(places: list[_Placed], shared: set[Any]) -> None:
    """Where vectors are counted by weights, all that come down are those down to the next weight.

    So it has to be for what stands in a shared stream, and beside a block.

    Raises:
        DescriptionError: A sum of several branches there adds the vectors of a later weight last.
    """
    follows = False
    for item in places:
        named = follows or item.copies is not None or item.stream in shared
        if named and item.graph.streams[0].weights[-1] != 1:
            raise DescriptionError(
                "layers: a sum of several branches in or next above a block, or in a stream that "
                "residuals repeated by themselves share: there the induction counts vectors down "
                "to a weight, and the branches of a sum add theirs in their own order; give the "
                "depth as a number, or put residuals with one branch each above one another"
            )
        follows = item.copies is not None or (follows and not item.layers)


def _with_whole(sized: tuple[Part, ...], shared: set[Any]) -> tuple[Part, ...]:
    """The parts of a shared stream with the number of all its vectors."""
    whole: dict[Any, Whole] = {}
    result: list[Part] = []
    for part in sized:
        piece = part.copy if isinstance(part, Block) else part
        if piece.stream in shared and (piece.layers or part is sized[-1]):
            here = Whole(part.below, lowest(part).weight)
            piece = replace(piece, whole=whole.setdefault(piece.stream, here))
        result.append(replace(part, copy=piece) if isinstance(part, Block) else piece)
    return tuple(result)


def _count_names(piece: Piece, weights: int, by_weight: bool) -> tuple[Any, Any]:
    """The names of the numbers of vectors below and above a copy.

    They are those of streams; where a stream is shared by the copies of a block, of weights.
    """
    if by_weight:
        return LayerCount("m", piece.weight), LayerCount("m", piece.weight + weights)
    return LayerSize("m", piece.stream), LayerSize("m", piece.stream + piece.streams)


def _piece(piece: Piece, graph: StreamGraph, heads: list[Any]) -> Piece:
    """Layers that stand once."""
    below = _sizes(graph, heads, piece.above)[0]
    return replace(piece, branches=tuple(heads), below=below)


def _block(
    piece: Piece, item: _Placed, heads: list[Any], index: Any, names: tuple[Any, Any]
) -> Block:
    """A repeated block: m vectors come down, and the branches of one weight are a quotient of m.

    Where no weight has branches, every copy multiplies the vectors by the same number.
    """
    branched = [k for k, count in enumerate(heads) if count != 1]
    graph, copies = item.graph, item.copies
    below, above, end = piece.above, piece.above, piece.above
    total = piece.above
    if branched:
        below, above = names
        end = reindex(above, {index: copies})
        total = _sizes(graph, heads, above)[0]
        chosen = heads[branched[0]]  # a product of head counts has each of them once
        rest = total.coeff(chosen, 0)
        heads[branched[0]] = multiplied_out((below - rest) / total.coeff(chosen, 1))
    else:
        times = _sizes(graph, heads, sympy.S.One)[0]
        above = multiplied_out(end * times ** (copies - index))
        below = total = multiplied_out(above * times)
    copy = replace(piece, branches=tuple(heads), above=above, below=below, over=())
    return Block(copy, index, copies, names, (end, piece.above), piece.over, total)


def _with_over(block: Block, graph: StreamGraph, shared: bool) -> Block:
    """The block with what comes down to copy l from the copy above it."""
    index = block.index
    over = tuple(
        reindex(point, {index: index + 1}) for point in _handed_down(block.copy, graph, shared)
    )
    return replace(block, copy=replace(block.copy, over=over))


def _handed_down(piece: Piece, graph: StreamGraph, shared: bool) -> tuple[LayerOverlap, ...]:
    """The points of the weights that add vectors to the stream below a piece."""
    if shared:  # a symbolic number of weights: their points are one block-diagonal matrix
        return (LayerOverlap("Lambda", piece.below, piece.weight),)
    if not piece.weights:
        return piece.over or (LayerOverlap("Q", piece.below, piece.weight),)
    sizes = _sizes(graph, list(piece.branches), piece.above)[1]
    stands_in = len(graph.weights) - 1
    points: list[LayerOverlap] = []
    for k in graph.streams[0].weights:
        if k == stands_in and piece.over:
            points += piece.over
        else:
            points.append(LayerOverlap("Q", sizes[k], piece.weight - 1 + k))
    return tuple(points)


def _sizes(graph: StreamGraph, heads: list[Any], above: Any) -> tuple[Any, dict[int, Any]]:
    """How many vectors go on below some layers where `above` come down, and weight by weight."""
    named = (
        *graph.weights[:-1],
        replace(graph.weights[-1], outputs=2),
    )  # the symbol of their number is replaced
    notation = Notation(replace(graph, weights=named))
    values = {notation.outputs(): above}
    for k, count in enumerate(heads, start=1):
        if count != 1:
            values[notation.heads(k)] = count
    sizes = {
        k: multiplied_out(notation.block_size(k).xreplace(values)) for k in graph.streams[0].weights
    }
    return multiplied_out(sympy.Add(*sizes.values())), sizes
