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
from derive.algebra.kinds import Expression, Size
from derive.algebra.layered import (
    LayerMatrix,
    LayerOverlap,
    LayerSize,
    LayerValue,
    index_text,
)
from derive.algebra.nodes import Overlap
from derive.algebra.sizes import multiplied_out
from derive.steps.step import Step
from derive.theories.networks.derivation.pipeline import RULES, Rules, derive_theory
from derive.theories.networks.derivation.repeat.parts import bare_network
from derive.theories.networks.derivation.repeat.pieces import Piece
from derive.theories.networks.derivation.repeat.window_notation import OUTPUTS_DRAWN, WindowNotation
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network, StreamGraph, stream_graph

OF_STREAMS = {
    "G": LayerOverlap,
    "dG": LayerOverlap,
    "U": LayerOverlap,
    "u": LayerOverlap,
    "R": LayerMatrix,
}
"""Letters of matrices of streams, and the nodes that stand for them."""

DRAWN = 2
"""How many vectors come down to each output in the instances that certificates draw."""


@dataclass(frozen=True)
class Window:
    """Neighbouring pieces, with the theory of the network that they make.

    Attributes:
        network: The window as a network.
        notation: Its symbols.
        pieces: The lowest first.
        theory: What the rules derive for it.
        steps: How.
    """

    network: Network
    notation: WindowNotation
    pieces: tuple[Piece, ...]
    theory: Theory
    steps: tuple[Step, ...]

    @property
    def top(self) -> bool:
        """Whether the readout above them is the network's own, or stands in for what is above."""
        return self.pieces[-1].readout is not None

    def stream_number(self, stream: int) -> Any:
        """The number of a stream in the whole network."""
        return self._numbers[stream]

    @cached_property
    def _numbers(self) -> tuple[Any, ...]:
        first, *others = self.pieces
        return (*first.numbers, *(number for piece in others for number in piece.numbers[1:]))

    def weight_number(self, weight: int) -> Any:
        """The number of a weight in the whole network."""
        return self.pieces[0].weight - 1 + weight

    def streams_of(self, piece: int) -> range:
        """The streams to which the weights of a piece add vectors, by their place in the window.

        A stream that is shared by a symbolic number of copies is no piece's own.
        """
        start, here = sum(other.streams for other in self.pieces[:piece]), self.pieces[piece]
        stop = start + here.streams + self._is_last(piece)
        if here.whole is None:
            return range(start, stop)
        return range(start + 1, start + 1 + here.streams if here.within else stop)

    def weights_of(self, piece: int) -> range:
        """The weights of a piece, by their place in the window; the last piece has the readout."""
        start = 1 + sum(other.weights for other in self.pieces[:piece])
        return range(start, start + self.pieces[piece].weights + self._is_last(piece))

    def _is_last(self, piece: int) -> int:
        return int(self.top and piece == len(self.pieces) - 1)

    def step(self, name: str) -> Step:
        """A step of the derivation by its name."""
        return next(step for step in self.steps if step.name == name)

    def indexed(self, expression: Expression) -> Any:
        """The expression with nodes of layers in the place of the window's symbols."""
        return rebuild(sympy.sympify(expression), self._nodes.get)

    @cached_property
    def whole(self) -> Any:
        """All overlaps of the lowest stream; those of the window are the first of them."""
        return self._whole(self.notation.overlap(0))

    @cached_property
    def direction(self) -> Any:
        """A change of all of them; that of those of the window is the first of it."""
        return self._whole(self.notation.direction(0))

    def _whole(self, here: Overlap) -> Any:
        whole = self.pieces[0].whole
        if whole is None or self.pieces[0].below == whole.count:
            return here
        size = sympy.Symbol(f"m_{index_text(whole.weight)}", positive=True, integer=True)
        return build.overlap(here.name, size)

    def shown(self, expression: Expression) -> Any:
        """The expression as it is printed: with the place of the overlaps in their stream."""
        printed = {}
        for here, whole in self._firsts:
            if whole != here:
                printed[here] = build.block(whole, 0, here.shape[0])
        if self.notation.stacked:
            count, name = self.notation.handed, self.notation.letters[-1]
            for old, new in (("Q", "Lambda"), ("Y", "F")):
                printed[Overlap(f"{old}_{name}", count)] = Overlap(f"{new}_{name}", count)
        elif self.notation.several:
            point = Overlap(f"Q_{self.notation.letters[-1]}", self.notation.handed)
            printed[point] = self._points_above
        return rebuild(sympy.sympify(expression), printed.get) if printed else expression

    @property
    def _firsts(self) -> tuple[tuple[Any, Any], ...]:
        """Overlaps and direction of the lowest stream, as the window has them, and of all of it."""
        notation = self.notation
        return ((notation.overlap(0), self.whole), (notation.direction(0), self.direction))

    @property
    def _points_above(self) -> Any:
        """The points of the weights for which one stands in; their sizes are not printed."""
        over, left = self.pieces[-1].over, self.notation.handed
        points: list[Any] = []
        for place, point in enumerate(over):
            last = place == len(over) - 1
            size = left if last else sympy.Symbol(f"rows_{place}", positive=True, integer=True)
            points.append(Overlap(f"Q_{index_text(point.number)}", size))
            left = left - size
        return build.block_diagonal(*points)

    @cached_property
    def _nodes(self) -> Mapping[Any, Any]:
        """From the window's symbols to nodes of layers."""
        nodes = dict(self._branches())
        notation = self.notation
        if notation.has_mean:
            along = notation.along()
            size = multiplied_out(along.shape[0].xreplace(nodes))
            nodes[along] = build.matrix_symbol(along.name, size, 1)
        for stream in notation.streams():
            number = self.stream_number(stream.index)
            nodes[notation.width(stream.index)] = LayerSize("N", number)
            size = notation.vectors_count(stream.index)
            for letter, kind in OF_STREAMS.items():
                self._add(nodes, letter, kind, size, number, stream.name)
            if not notation.is_whole(stream.index):
                self._add_whole(nodes, number)
        for item in notation.graph.weights:
            number = self.weight_number(item.index)
            nodes[notation.variance(item.index)] = LayerValue("s", number)
            if item.below is not None:
                block, name = notation.block_size(item.index), notation.letter(item.index)
                size = notation.block_start(item.index) + block
                for letter, count in (("Q", block), ("Y", block), ("D", size), ("F", size)):
                    self._add(nodes, letter, LayerOverlap, count, number, name)
                self._add(nodes, "Lambda", LayerOverlap, size, number, name)
                if notation.handed is not None and item.above is None and self.pieces[-1].over:
                    nodes[Overlap(f"Q_{name}", block)] = build.block_diagonal(*self.pieces[-1].over)
                if notation.stacked and item.above is None:
                    force = nodes[Overlap(f"Y_{name}", block)]
                    nodes[Overlap(f"Y_{name}", block)] = LayerOverlap("F", *force.args[1:])
        return nodes

    def _add_whole(self, nodes: dict[Any, Any], number: Any) -> None:
        """The overlaps of a shared stream: those of the window are its first."""
        whole = self.pieces[0].whole
        assert whole is not None
        for (here, named), letter in zip(self._firsts, ("G", "dG"), strict=True):
            full = LayerOverlap(letter, whole.count, number)
            size = multiplied_out(sympy.expand(here.shape[0]).xreplace(nodes))
            nodes[here] = build.block(full, 0, size)
            nodes[named.shape[0]] = whole.count
            nodes[named] = full

    @staticmethod
    def _add(
        nodes: dict[Any, Any], letter: str, kind: Any, size: Size, number: Any, text: str
    ) -> None:
        plain = sympy.MatrixSymbol if kind is LayerMatrix else Overlap
        size = sympy.expand(size)
        full = multiplied_out(size.xreplace(nodes))
        name = letter.upper() if len(letter) == 1 else letter
        nodes[plain(f"{letter}_{text}", size, size)] = kind(name, full, number)

    def _branches(self) -> dict[Any, Any]:
        nodes: dict[Any, Any] = {}
        for place, piece in enumerate(self.pieces):
            for weight, count in zip(self.weights_of(place), piece.branches, strict=False):
                if self.notation.graph.weights[weight].branched:
                    nodes[self.notation.heads(weight)] = count
        if self.notation.handed is not None:
            nodes[self.notation.handed] = self.pieces[-1].above
        return nodes


def window(
    *pieces: Piece, outputs: Size = sympy.S.One, rules: Rules = RULES, by_weight: bool = False
) -> Window:
    """The window of neighbouring pieces.

    Args:
        pieces: The lowest first; each begins where the one below it ends.
        outputs: The number of the network's outputs.
        rules: The rewriting rules.
        by_weight: Whether numbers of vectors have those of weights, not of streams.
    """
    layers = tuple(layer for piece in pieces for layer in piece.layers)
    network = bare_network(layers, pieces[0].first, pieces[-1].readout)
    top = pieces[-1].readout is not None
    graph = stream_graph(network)
    numbers = (*pieces[0].numbers, *(n for piece in pieces[1:] for n in piece.numbers[1:]))
    streams = [index_text(number) for number in numbers]
    weights = tuple(index_text(pieces[0].weight - 1 + k) for k in range(len(graph.weights)))
    handed, over = None, pieces[-1].over
    if not top:
        last = index_text(over[-1].number) if over else weights[-1]
        name = last if by_weight else streams[-1]
        handed = sympy.Symbol(f"m_{name}", positive=True, integer=True)
    stacked = bool(over) and str(over[0].args[0]) == "Lambda"
    drawn = DRAWN if outputs == 1 else DRAWN * OUTPUTS_DRAWN
    notation = WindowNotation(
        _named(graph, streams, weights, None if top else drawn), weights, handed,
        shared=pieces[0].whole is not None,
        stacked=stacked,
        several=stacked or len(over) > 1,
        by_weight=by_weight,
        network_outputs=outputs,
    )  # fmt: skip
    theory, steps = derive_theory(network, notation, rules)
    return Window(network, notation, pieces, theory, steps)


def _named(
    graph: StreamGraph, streams: list[str], weights: tuple[str, ...], drawn: int | None
) -> StreamGraph:
    """The graph with the numbers of the whole network in its names.

    Args:
        graph: The window's.
        streams: Names of its streams.
        weights: Those of its weights.
        drawn: How many vectors certificates hand down, where the readout stands in for what is
            above.
    """
    renamed = tuple(replace(s, name=name) for s, name in zip(graph.streams, streams, strict=True))
    named = [replace(w, name=f"V_{name}") for w, name in zip(graph.weights, weights, strict=True)]
    if drawn is not None:
        named[-1] = replace(named[-1], kind="above", outputs=drawn)
    return replace(graph, streams=renamed, weights=tuple(named))


class Windows:
    """Makes windows, each once."""

    def __init__(self, rules: Rules, outputs: Size, by_weight: bool = False) -> None:
        self.rules, self.outputs, self.by_weight = rules, outputs, by_weight
        self._made: dict[Any, Window] = {}

    def of(self, *pieces: Piece) -> Window:
        """The window of neighbouring pieces."""
        if pieces not in self._made:
            self._made[pieces] = window(
                *pieces, outputs=self.outputs, rules=self.rules, by_weight=self.by_weight
            )
        return self._made[pieces]

    def above(self, piece: Piece) -> Window:
        """What stands in for everything above a piece."""
        return self.of(piece.stands_in)
