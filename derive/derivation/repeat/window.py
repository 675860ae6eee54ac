"""Windows: a few neighbouring pieces of a network, with what is around them stood in for.

A window is a network like any other, so that every rule and every certificate works on it: below
its pieces stands an embedding, above them a readout with as many outputs as vectors come down. Its
streams and weights carry the numbers that they have in the whole network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy

from derive.algebra import build, rebuild
from derive.algebra.layered import LayerMatrix, LayerOverlap, LayerSize, LayerValue, index_text
from derive.algebra.nodes import Overlap
from derive.algebra.sizes import multiplied_out
from derive.derivation.notation import Notation
from derive.derivation.pipeline import RULES, Rules, derive_theory
from derive.derivation.repeat.parts import Piece, bare_network
from derive.derivation.step import Step
from derive.derivation.theory import Theory
from derive.network import Network, StreamGraph, stream_graph

OF_STREAMS = {"G": LayerOverlap, "U": LayerOverlap, "u": LayerOverlap, "R": LayerMatrix}
"""Letters of matrices of streams, and the nodes that stand for them."""

DRAWN = 2
"""How many vectors come down in the instances that certificates draw."""


@dataclass(frozen=True)
class WindowNotation(Notation):
    """The symbols of a window.

    Attributes:
        letters: The number of every weight, as written in names.
        handed: The symbol of how many vectors come down from what is above; None at the top.
    """

    letters: tuple[str, ...] = ()
    handed: Any = None

    def letter(self, weight: int) -> str:
        """The number that names a weight's variance, heads and vectors."""
        return self.letters[weight]

    def outputs(self) -> Any:
        """The number of vectors that come down, where the readout stands in for what is above."""
        return super().outputs() if self.handed is None else self.handed

    @property
    def outputs_apart(self) -> int:
        """The number of outputs that are the network's own: vectors that come down are none."""
        return super().outputs_apart if self.handed is None else 1

    def size_name(self, weight: int) -> str | None:
        """Sizes are named by streams, as in the whole network; a part of a stream has no name."""
        below = self.graph.weights[weight].below
        if below is None or self.graph.streams[below].weights[-1] != weight:
            return None
        return f"m_{self.graph.streams[below].name}"


@dataclass(frozen=True)
class Window:
    """Neighbouring pieces, with the theory of the network that they make.

    Attributes:
        network: The window as a network.
        notation: Its symbols.
        pieces: The lowest first.
        top: Whether the readout above them is the network's own.
        theory: What the rules derive for it.
        steps: How.
    """

    network: Network
    notation: WindowNotation
    pieces: tuple[Piece, ...]
    top: bool
    theory: Theory
    steps: tuple[Step, ...]

    def stream_number(self, stream: int) -> Any:
        """The number of a stream in the whole network."""
        return self.pieces[0].stream + stream

    def weight_number(self, weight: int) -> Any:
        """The number of a weight in the whole network."""
        return self.pieces[0].weight - 1 + weight

    def streams_of(self, piece: int) -> range:
        """The streams to which the weights of a piece add vectors, by their place in the window."""
        start = sum(other.streams for other in self.pieces[:piece])
        return range(start, start + self.pieces[piece].streams + self._is_last(piece))

    def weights_of(self, piece: int) -> range:
        """The weights of a piece, by their place in the window; the last piece has the readout."""
        start = 1 + sum(other.weights for other in self.pieces[:piece])
        return range(start, start + self.pieces[piece].weights + self._is_last(piece))

    def _is_last(self, piece: int) -> int:
        return int(self.top and piece == len(self.pieces) - 1)

    def step(self, name: str) -> Step:
        """A step of the derivation by its name."""
        return next(step for step in self.steps if step.name == name)

    def indexed(self, expression: Any) -> Any:
        """The expression with nodes of layers in the place of the window's symbols."""
        return rebuild(sympy.sympify(expression), self._nodes.get)

    @cached_property
    def _nodes(self) -> Mapping[Any, Any]:
        """From the window's symbols to nodes of layers."""
        found = dict(self._branches())
        notation = self.notation
        for stream in notation.streams():
            number = self.stream_number(stream.index)
            found[notation.width(stream.index)] = LayerSize("N", number)
            size = notation.vectors_count(stream.index)
            for letter, kind in OF_STREAMS.items():
                self._add(found, letter, kind, size, number, stream.name)
        for item in notation.graph.weights:
            number = self.weight_number(item.index)
            found[notation.variance(item.index)] = LayerValue("s", number)
            if item.below is not None:
                block = notation.block_size(item.index)
                self._add(found, "Q", LayerOverlap, block, number, notation.letter(item.index))
                if notation.handed is not None and item.above is None and self.pieces[-1].over:
                    points = [LayerOverlap("Q", n, k) for k, n in self.pieces[-1].over]
                    name = notation.letter(item.index)
                    found[Overlap(f"Q_{name}", block)] = build.block_diagonal(*points)
                self._add(found, "Y", LayerOverlap, block, number, notation.letter(item.index))
                size = notation.block_start(item.index) + block
                self._add(found, "D", LayerOverlap, size, number, notation.letter(item.index))
        return found

    @staticmethod
    def _add(
        found: dict[Any, Any], letter: str, kind: Any, size: Any, number: Any, text: str
    ) -> None:
        plain = sympy.MatrixSymbol if kind is LayerMatrix else Overlap
        size = sympy.expand(size)
        full = multiplied_out(size.xreplace(found))
        found[plain(f"{letter}_{text}", size, size)] = kind(letter.upper(), full, number)

    def _branches(self) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for place, piece in enumerate(self.pieces):
            for weight, count in zip(self.weights_of(place), piece.branches, strict=False):
                if self.notation.graph.weights[weight].branched:
                    found[self.notation.heads(weight)] = count
        if self.notation.handed is not None:
            found[self.notation.handed] = self.pieces[-1].above
        return found


def window(*pieces: Piece, top: bool = False, rules: Rules = RULES) -> Window:
    """The window of neighbouring pieces.

    Args:
        pieces: The lowest first; each begins where the one below it ends.
        top: Whether the readout above them is the network's own, or stands in for what is above.
        rules: The rewriting rules.
    """
    network = bare_network(tuple(layer for piece in pieces for layer in piece.layers))
    graph = stream_graph(network)
    streams = [index_text(pieces[0].stream + k) for k in range(len(graph.streams))]
    weights = tuple(index_text(pieces[0].weight - 1 + k) for k in range(len(graph.weights)))
    handed = None
    if not top:
        handed = sympy.Symbol(f"m_{streams[-1]}", positive=True, integer=True)
    notation = WindowNotation(_named(graph, streams, weights, top), weights, handed)
    theory, steps = derive_theory(network, notation, rules)
    return Window(network, notation, pieces, top, theory, steps)


def _named(
    graph: StreamGraph, streams: list[str], weights: tuple[str, ...], top: bool
) -> StreamGraph:
    """The graph with the numbers of the whole network in its names."""
    found = tuple(replace(s, name=name) for s, name in zip(graph.streams, streams, strict=True))
    named = [replace(w, name=f"V_{name}") for w, name in zip(graph.weights, weights, strict=True)]
    if not top:
        named[-1] = replace(named[-1], kind="above", outputs=DRAWN)
    return replace(graph, streams=found, weights=tuple(named))


class Windows:
    """Makes windows, each once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._made: dict[Any, Window] = {}

    def of(self, *pieces: Piece, top: bool = False) -> Window:
        """The window of neighbouring pieces."""
        key = (pieces, top)
        if key not in self._made:
            self._made[key] = window(*pieces, top=top, rules=self.rules)
        return self._made[key]

    def above(self, piece: Piece) -> Window:
        """What stands in for everything above a piece."""
        stream, weight = piece.stream + piece.streams, piece.weight + piece.weights
        return self.of(Piece((), stream, weight, 0, (), piece.above, piece.above, piece.over))
