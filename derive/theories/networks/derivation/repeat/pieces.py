"""One copy of a repeated block, or layers that stand once, in their place in a network.

Every stream and weight has a number, counted from the input, which is an expression in the depths;
so has the number of vectors that come down through a repeated block. There the branches of one
weight are written as a quotient of these, so that sizes cancel as they do for known depth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy

from derive.algebra.kinds import Expression
from derive.algebra.layered import LayerOverlap
from derive.algebra.sizes import multiplied_out
from derive.algebra.sums import reindex


def number_symbol(name: str) -> Any:
    """A depth, or the number of a generic copy."""
    return sympy.Symbol(name, positive=True, integer=True)


@dataclass(frozen=True)
class Whole:
    """All vectors of a stream that a symbolic number of copies share.

    Attributes:
        count: How many there are.
        weight: The number of the lowest weight that adds some.
    """

    count: Any
    weight: Any


@dataclass(frozen=True)
class Piece:
    """A run of layers in its place: layers that stand once, or one copy of a repeated block.

    Attributes:
        layers: Without embedding and readout, the lowest first.
        stream: The number of the stream below the lowest layer; the lowest of all is 1.
        opened: The number of the first stream that the layers open.
        weight: The number of the lowest weight; the embedding's is 0.
        streams: How many streams the layers open.
        branches: How many branches every weight has, the lowest first; those of the network's own
            readout last.
        above: How many vectors come down from what is above.
        below: How many go on to what is below.
        over: The points of the weights whose vectors come down, in the order of paths.
        whole: All vectors of its lowest stream, where a symbolic number of copies share it.
        within: Whether all its layers stand in that stream.
        first: The network's first layer, where it is the lowest piece.
        readout: The network's readout, where it is the highest.
    """

    layers: tuple[Any, ...]
    stream: Any
    opened: Any
    weight: Any
    streams: int
    branches: tuple[Any, ...]
    above: Any
    below: Any
    over: tuple[LayerOverlap, ...] = ()
    whole: Whole | None = None
    within: bool = False
    first: Any = None
    readout: Any = None

    @property
    def weights(self) -> int:
        """How many weights its layers have."""
        return len(self.branches) - (self.readout is not None)

    @property
    def numbers(self) -> tuple[Any, ...]:
        """The numbers of its streams: the one below it, then those that it opens."""
        return (self.stream, *(self.opened + k for k in range(self.streams)))

    @property
    def stands_in(self) -> Piece:
        """No layers, in the place of everything that is above."""
        number = self.stream if self.within or not self.streams else self.numbers[-1]
        weight = self.weight + self.weights
        whole = self.whole if number == self.stream else None
        return Piece(
            (), number, number + 1, weight, 0, (), self.above, self.above, self.over, whole, True
        )

    @property
    def seen_from_below(self) -> Piece:
        """No layers, in the place of it and of everything that is above."""
        over = (LayerOverlap("Lambda", self.below, self.weight),)
        return Piece(
            (), self.stream, self.stream + 1, self.weight, 0, (), self.below, self.below, over,
            self.whole, True,
        )  # fmt: skip

    def changed(self, numbers: dict[Any, Any]) -> Piece:
        """The same layers with other numbers."""
        named = ("stream", "opened", "weight", "above", "below")
        values = {key: multiplied_out(reindex(getattr(self, key), numbers)) for key in named}
        branches = tuple(reindex(count, numbers) for count in self.branches)
        over = tuple(reindex(point, numbers) for point in self.over)
        return replace(self, branches=branches, over=over, **values)


@dataclass(frozen=True)
class Block:
    """A repeated block in its place.

    Attributes:
        copy: Copy number l of it, l = 1 the lowest.
        index: The symbol l.
        copies: How many there are: the depth, or one less where a copy stands outside.
        names: The names of the numbers of vectors below and above copy l.
        ends: The number of vectors above the highest copy, by its name and in full.
        over: The points of the weights whose vectors come down to the highest copy.
        counted: The number of vectors below copy l, in head counts and those above it.
    """

    copy: Piece
    index: Any
    copies: Any
    names: tuple[Any, Any]
    ends: tuple[Any, Any]
    over: tuple[LayerOverlap, ...]
    counted: Any

    @property
    def below(self) -> Any:
        """How many vectors go on to what is below the lowest copy."""
        return self.at(1).below

    @property
    def alike(self) -> bool:
        """Whether above the highest copy stand the weights that stand above every other one."""
        points = [reindex(point, {self.index: self.copies}) for point in self.copy.over]
        return [point.name for point in points] == [point.name for point in self.over]

    @property
    def least(self) -> int:
        """The least depth at which the lowest copy is no other one, and there is one."""
        return (1 if self.alike else 2) - int(self.copies.as_coeff_Add()[0])

    @property
    def counts(self) -> tuple[tuple[Any, Any], ...]:
        """(name, value): m below copy l from m above it, and m above the highest copy."""
        low, high = self.names
        value = self.counted
        if self.copy.below != low:
            value = multiplied_out(self.copy.below / self.copy.above) * high
        end = reindex(high, {self.index: self.copies})
        pairs = ((low, value), (end, self.ends[1]))
        return tuple(pair for pair in pairs if pair[0] != pair[1])

    def in_heads(self, expression: Expression) -> Any:
        """An expression of copy l with head counts in the place of quotients of sizes."""
        return sympy.cancel(reindex(expression, {self.copy.below: self.counted}))

    def at(self, number: Any) -> Piece:
        """One copy by its number."""
        moved = self.copy.changed({self.index: sympy.sympify(number)}).changed(dict([self.ends]))
        return replace(moved, over=self.over) if number == self.copies else moved


Part = Piece | Block


def generic(part: Part) -> Piece:
    """Layers that stand once, or copy l of a block."""
    return part.at(part.index) if isinstance(part, Block) else part


def lowest(part: Part) -> Piece:
    """Layers that stand once, or the lowest copy of a block."""
    return part.at(1) if isinstance(part, Block) else part


def highest(part: Part) -> Piece:
    """Layers that stand once, or the highest copy of a block."""
    return part.at(part.copies) if isinstance(part, Block) else part
