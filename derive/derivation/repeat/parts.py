"""The parts of a network of symbolic depth: layers that stand once, and repeated blocks.

Every stream and weight has a number, counted from the input, which is an expression in the depths;
so has the number of vectors that come down through a repeated block. There the branches of one
weight are written as a quotient of these, so that sizes cancel as they do for known depth.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import sympy

from derive.algebra.layered import LayerSize
from derive.algebra.sizes import multiplied_out
from derive.algebra.sums import reindex
from derive.derivation.notation import Notation
from derive.errors import DescriptionError
from derive.network import Embedding, Network, Readout, StreamGraph, stream_graph
from derive.network.layers import GROUPS
from derive.network.repeat import Segment, segments

INDEX = "l"
"""The letter of a generic copy."""
RESERVED = (
    INDEX, "P", "Pstar", "M", "N", "H", "y", "a", "temperature",
    "C", "I", "K", "S", "T", "X", "f", "g", "m", "p", "pi", "s",
)  # fmt: skip
"""Names that mean something else in every derivation, or look as if they did."""


def number_symbol(name: str) -> Any:
    """A depth, or the number of a generic copy."""
    return sympy.Symbol(name, positive=True, integer=True)


@dataclass(frozen=True)
class Piece:
    """A run of layers in its place: layers that stand once, or one copy of a repeated block.

    Attributes:
        layers: Without embedding and readout, the lowest first.
        stream: The number of the stream below the lowest layer; the lowest of all is 1.
        weight: The number of the lowest weight; the embedding's is 0.
        streams: How many streams the layers open.
        branches: How many branches every weight has, the lowest first.
        above: How many vectors come down from what is above.
        below: How many go on to what is below.
        over: (number, size) of the weights whose vectors come down, in the order of paths.
    """

    layers: tuple[Any, ...]
    stream: Any
    weight: Any
    streams: int
    branches: tuple[Any, ...]
    above: Any
    below: Any
    over: tuple[tuple[Any, Any], ...] = ()

    @property
    def weights(self) -> int:
        """How many weights there are."""
        return len(self.branches)

    def changed(self, numbers: dict[Any, Any]) -> Piece:
        """The same layers with other numbers."""
        named = ("stream", "weight", "above", "below")
        values = {key: multiplied_out(reindex(getattr(self, key), numbers)) for key in named}
        branches = tuple(reindex(count, numbers) for count in self.branches)
        over = tuple((reindex(k, numbers), reindex(n, numbers)) for k, n in self.over)
        return replace(self, branches=branches, over=over, **values)


@dataclass(frozen=True)
class Block:
    """A repeated block in its place.

    Attributes:
        copy: Copy number l of it, l = 1 the lowest.
        index: The symbol l.
        copies: How many there are: the depth, or one less where a copy stands outside.
        ends: The number of vectors above the highest copy, by its name and in full.
        over: (number, size) of the weights whose vectors come down to the highest copy.
        counted: The number of vectors below copy l, in head counts and those above it.
    """

    copy: Piece
    index: Any
    copies: Any
    ends: tuple[Any, Any]
    over: tuple[tuple[Any, Any], ...]
    counted: Any

    @property
    def below(self) -> Any:
        """How many vectors go on to what is below the lowest copy."""
        return self.at(1).below

    @property
    def alike(self) -> bool:
        """Whether above the highest copy stand the weights that stand above every other one."""
        found = [reindex(number, {self.index: self.copies}) for number, _ in self.copy.over]
        return found == [number for number, _ in self.over]

    @property
    def least(self) -> int:
        """The least depth at which the lowest copy is no other one, and there is one."""
        return (1 if self.alike else 2) - int(self.copies.as_coeff_Add()[0])

    @property
    def counts(self) -> tuple[tuple[Any, Any], ...]:
        """(name, value): m below copy l from m above it, and m above the highest copy."""
        low, high = (LayerSize("m", self.copy.stream + k) for k in (0, self.copy.streams))
        value = self.counted
        if self.copy.below != low:
            value = multiplied_out(self.copy.below / self.copy.above) * high
        end = reindex(high, {self.index: self.copies})
        pairs = ((low, value), (end, self.ends[1]))
        return tuple(pair for pair in pairs if pair[0] != pair[1])

    def in_heads(self, expression: Any) -> Any:
        """An expression of copy l with head counts in the place of quotients of sizes."""
        return sympy.cancel(reindex(expression, {self.copy.below: self.counted}))

    def at(self, number: Any) -> Piece:
        """One copy by its number."""
        moved = self.copy.changed({self.index: sympy.sympify(number)}).changed(dict([self.ends]))
        return replace(moved, over=self.over) if number == self.copies else moved


Part = Piece | Block


def parts(network: Network) -> tuple[Part, ...]:
    """The parts of a network from the input up, without embedding and readout.

    Raises:
        DescriptionError: A depth has a name that is taken, a repeated block opens no stream, a
            part hands down some vectors of a stream only, or the readout is not of one output.
    """
    for name in network.depths():
        if name in RESERVED or "_" in name:
            raise DescriptionError(
                f"the depth {name!r}: the name is taken in derivations; choose another, such as 'L'"
            )
    if network.readout.branched or network.readout.outputs > 1:
        raise DescriptionError(
            "layers: a readout per position, or of several outputs, above a symbolic depth; give "
            "the depth as a number, or read one output at one token"
        )
    stream, weight = sympy.Integer(1), sympy.Integer(1)
    index, found = number_symbol(INDEX), []
    for segment in segments(network.layers):
        layers, graph = _bare_layers(segment)
        streams, weights = len(graph.streams) - 1, len(graph.weights) - 2
        _require_whole(graph, segment)
        copies: Any = sympy.S.One
        first, low = stream, weight
        if segment.times is not None:
            copies = number_symbol(segment.times) - segment.fewer
            first, low = stream + streams * (index - 1), weight + weights * (index - 1)
        found.append((layers, graph, first, low, copies if segment.times else None))
        stream, weight = stream + streams * copies, weight + weights * copies
    return _with_sizes(found, index)


def _bare_layers(segment: Segment) -> tuple[tuple[Any, ...], StreamGraph]:
    """The layers without embedding and readout, and the graph of a network made of them."""
    inner = tuple(_bare(x) for x in segment.layers if not isinstance(x, Embedding | Readout))
    return inner, stream_graph(bare_network(inner))


def bare_network(layers: tuple[Any, ...]) -> Network:
    """A network of the given layers whose sizes and variances are symbols."""
    return Network((Embedding("N", "s"), *layers, Readout("s")), "T", "window")


def _bare(layer: Any) -> Any:
    """A layer whose sizes and variances are symbols: numbers do not enter a derivation."""
    if isinstance(layer, GROUPS):
        return replace(layer, layers=tuple(map(_bare, layer.layers)))
    named = {"width": "N", "variance": "s", "heads": "H"}
    known = {f.name for f in fields(layer) if getattr(layer, f.name) is not None}
    return replace(layer, **{key: name for key, name in named.items() if key in known})


def _require_whole(graph: StreamGraph, segment: Segment) -> None:
    if set(graph.weights[0].acts_on) != set(graph.streams[0].weights):
        where = f"the block repeated {segment.times} times" if segment.times else "the layers"
        raise DescriptionError(
            f"{where}: a residual ends in a residual at the lower end, so that some vectors of a "
            "stream go on and some do not; give the depth as a number"
        )


def _with_sizes(found: list[Any], index: Any) -> tuple[Part, ...]:
    """Sizes from the readout down."""
    above: Any = sympy.S.One
    over: tuple[tuple[Any, Any], ...] = ()
    placed: list[Part] = []
    for layers, graph, stream, weight, copies in reversed(found):
        piece = Piece(layers, stream, weight, len(graph.streams) - 1, (), above, above, over)
        heads = [
            LayerSize("H", weight + k) if item.branched else sympy.S.One
            for k, item in enumerate(graph.weights[1:-1])
        ]
        if copies is None:
            placed.insert(0, _piece(piece, graph, heads))
        else:
            placed.insert(0, _block(piece, graph, heads, index, copies))
        lowest = placed[0].at(1) if isinstance(placed[0], Block) else placed[0]
        above, over = placed[0].below, _handed_down(lowest, graph)
    return tuple(placed)


def _piece(piece: Piece, graph: StreamGraph, heads: list[Any]) -> Piece:
    """Layers that stand once."""
    below = _sizes(graph, heads, piece.above)[0]
    return replace(piece, branches=tuple(heads), below=below)


def _block(piece: Piece, graph: StreamGraph, heads: list[Any], index: Any, copies: Any) -> Block:
    """A repeated block: m vectors come down, and the branches of one weight are a quotient of m.

    Where no weight has branches, every copy multiplies the vectors by the same number.
    """
    branched = [k for k, count in enumerate(heads) if count != 1]
    below, above, end = piece.above, piece.above, piece.above
    total = piece.above
    if branched:
        below = LayerSize("m", piece.stream)
        above = LayerSize("m", piece.stream + piece.streams)
        end = reindex(above, {index: copies})
        total = _sizes(graph, heads, above)[0]
        chosen = heads[branched[0]]  # a product of head counts has each of them once
        rest = total.coeff(chosen, 0)
        heads[branched[0]] = multiplied_out((below - rest) / total.coeff(chosen, 1))
    else:
        times = _sizes(graph, heads, sympy.S.One)[0]
        above = multiplied_out(end * times ** (copies - index))
        below = total = multiplied_out(above * times)
    copy = replace(piece, branches=tuple(heads), above=above, below=below)
    over = tuple(
        (reindex(k, {index: index + 1}), reindex(n, {index: index + 1}))
        for k, n in _handed_down(copy, graph)
    )
    return Block(replace(copy, over=over), index, copies, (end, piece.above), piece.over, total)


def _handed_down(piece: Piece, graph: StreamGraph) -> tuple[tuple[Any, Any], ...]:
    """(number, size) of the weights that add vectors to the stream below a piece."""
    if not piece.weights:
        return piece.over or ((piece.weight, piece.above),)
    sizes = _sizes(graph, list(piece.branches), piece.above)[1]
    stands_in = len(graph.weights) - 1
    found: list[tuple[Any, Any]] = []
    for k in graph.streams[0].weights:
        if k == stands_in and piece.over:
            found += piece.over
        else:
            found.append((piece.weight - 1 + k, sizes[k]))
    return tuple(found)


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
