"""How the theory of a network with repeated blocks is made: its parts, and kinds of layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

import sympy

from derive.algebra import rebuild
from derive.algebra.kinds import Expression, Matrix, Size
from derive.algebra.latex import latex
from derive.algebra.layered import LayerOverlap, index_text
from derive.algebra.sums import Known, layer_sum, reindex
from derive.errors import RuleError
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic
from derive.theories.networks.derivation.repeat.summed import Summed
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.derivation.theory import Theory

Pairs = tuple[tuple[Any, ...], ...]
"""(name, value) of several assignments."""


@dataclass(frozen=True)
class Share:
    """What one window brings to law and action, or the sum over a repeated block.

    Attributes:
        law: Terms of the log density.
        constant: Terms of it that depend on sizes alone.
        action: Terms of S.
        kept: Terms of ln evidence + S/2.
        dropped: Terms that the proportional limit drops.
        scaled: Terms of S in the papers' normalisation.
        shift: What it leaves out.
        plain: The same in the symbols of the window.
    """

    law: Any
    constant: Any
    action: Any
    kept: Any
    dropped: Any
    scaled: Any
    shift: Any
    plain: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Volume:
    """What the change of variables of some vectors of one stream brings.

    Attributes:
        window: The window that it was read off.
        values: By the field of a share, in that window's symbols.
    """

    window: Window = field(repr=False)
    values: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def overlap(self) -> Any:
        """The overlaps in the values."""
        return self.window.notation.overlap(0)

    @property
    def count(self) -> Any:
        """The number of vectors in the values."""
        return self.window.notation.handed

    def at(self, name: str, overlap: Matrix, count: Size) -> Any:
        """A value for other overlaps of vectors of the stream."""
        return rebuild(self.values[name], {self.overlap: overlap, self.count: count}.get)


@dataclass(frozen=True)
class Range:
    """first <= index <= last, for the number of a generic copy."""

    index: Any
    first: int
    last: Any

    @property
    def known(self) -> Known:
        """What is at least 0 on it."""
        return self.index - self.first, self.last - self.index


@dataclass(frozen=True)
class Layer:
    """The equations of one stream, or of all streams of a kind: what its window derives for it.

    Attributes:
        window: Where it was derived.
        stream: The place of the stream in the window.
        known: The range of the copy's number, where it is generic; None for a single stream.
        in_chain: Whether the network is a chain.
    """

    window: Window = field(repr=False)
    stream: int
    known: Range | None = None
    in_chain: bool = True

    @property
    def number(self) -> Any:
        """The number of the stream."""
        return self.window.stream_number(self.stream)

    @property
    def overlap(self) -> Any:
        """G of the stream."""
        return self._indexed(self.window.notation.overlap(self.stream))

    @cached_property
    def gradient(self) -> Any:
        """dS/dG."""
        return self._indexed(self.window.theory.gradients[self.stream])

    @cached_property
    def change(self) -> Any:
        """The change of that along directions dG of all overlaps."""
        return self._indexed(self.window.theory.hessian.changes[self.stream])

    @cached_property
    def equation(self) -> SaddleEquation:
        """Its saddle-point equation; `stream` in it is the stream's place in the window."""
        return self._of(self.window.theory.equations[self.stream])

    @cached_property
    def scaled(self) -> SaddleEquation | None:
        """(U, right-hand side, flux, its value) in the papers' normalisation, for chains."""
        chain = self.window.theory.chain if self.in_chain else None
        return None if chain is None else self._of(chain.equations[self.stream])

    @property
    def point(self) -> Any:
        """The overlaps at infinite width, in the points of the weights."""
        return self._indexed(self.window.theory.wide.overlaps[self.stream])

    @property
    def points(self) -> Pairs:
        """(Q, value) of the weights that add vectors to it, at infinite width."""
        return self._near("points", "Q")

    @property
    def forces(self) -> Pairs:
        """(Y, value) of them."""
        return self._near("forces", "Y")

    @property
    def shifts(self) -> Pairs:
        """(D, value) of them."""
        return self._near("corrections", "D")

    def _near(self, key: str, letter: str) -> Pairs:
        notation = self.window.notation
        weights = notation.graph.streams[self.stream].weights
        names = {f"{letter}_{notation.letter(weight)}" for weight in weights}
        pairs = getattr(self.window.theory.wide, key)
        return tuple(tuple(map(self._indexed, pair)) for pair in pairs if pair[0].name in names)

    def _indexed(self, value: Expression | None) -> Any:
        return None if value is None else self.window.indexed(value)

    def _of(self, equation: SaddleEquation) -> SaddleEquation:
        named = ("overlap", "right", "flux", "flux_value")
        return replace(equation, **{k: self._indexed(getattr(equation, k)) for k in named})

    def says_the_same(self, other: Layer, numbers: dict[Any, Any]) -> bool:
        """Whether another layer's equations are these, with other numbers in symbols' place."""
        pairs = zip_longest(self._expressions(), other._expressions())
        return all(None not in pair and reindex(pair[0], numbers) == pair[1] for pair in pairs)

    def _expressions(self) -> Iterator[Any]:
        """Everything that holds for the stream, in order."""
        yield from (self.number, self.overlap, self.gradient, self.change)
        for found in (self.equation, self.scaled):
            if found is not None:
                named = (found.overlap, found.right, found.flux, found.flux_value)
                yield from (value for value in named if value is not None)
        for pairs in (self.points, self.forces, self.shifts):
            yield from (part for pair in pairs for part in pair)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Where it was derived."""
        return (self.window,)

    @property
    def title(self) -> str:
        """The number of the stream, and for which copies the equations hold."""
        name = f"stream {index_text(self.number)}"
        if self.known is None:
            return name
        return f"{name}, {self.known.first} <= {self.known.index} <= {index_text(self.known.last)}"


@dataclass(frozen=True)
class Member:
    """What holds near infinite width for one part of a shared stream, in its window's symbols.

    Attributes:
        part: The part.
        window: Where it was derived.
        points: (Q, value) of its weights, and (Lambda, value) of all vectors down to them.
        forces: (Y, value) of its weights, and (F, value) on all vectors above them.
        shifts: (D, value) of all vectors down to each weight.
    """

    part: Part
    window: Window = field(repr=False)
    points: tuple[tuple[Any, Any], ...]
    forces: tuple[tuple[Any, Any], ...]
    shifts: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class SharedLayer(Layer):
    """The equations of a stream to which a symbolic number of copies add vectors.

    Attributes:
        slopes: dS/dG, part by part.
        changes: Its change along directions dG, part by part.
        products: The right-hand side of its equation, part by part.
        members: What holds near infinite width, part by part from the lowest; the first may be
            what is below the stream, for the force on all its vectors.
        volume: What the change of variables brings, which it undergoes as a whole; its window.
        jacobian: The same, for any of its first vectors.
        parts: Those that add vectors to it, from the lowest up.
    """

    slopes: Summed = field(kw_only=True)
    changes: Summed = field(kw_only=True)
    products: Summed = field(kw_only=True)
    members: tuple[Member, ...] = field(kw_only=True)
    volume: tuple[Share, Window] = field(kw_only=True, repr=False)
    jacobian: Volume = field(kw_only=True, repr=False)
    parts: tuple[Part, ...] = field(kw_only=True, repr=False)

    @property
    def overlap(self) -> Any:
        """G of all vectors of the stream."""
        return self.window.indexed(self.window.whole)

    @cached_property
    def gradient(self) -> Any:
        """dS/dG."""
        return self.slopes.indexed()

    @cached_property
    def change(self) -> Any:
        """The change of that along directions dG of all overlaps."""
        return self.changes.indexed()

    @cached_property
    def equation(self) -> SaddleEquation:
        """Its saddle-point equation, multiplied out."""
        here = self.window
        name, width = here.whole.name, here.notation.width(0)
        move = f"multiply by {name} from both sides; divide by {width}"
        right = self.products.indexed()
        reason = NOT_ELIMINATED.format(name=latex(here.whole))
        return SaddleEquation(0, self.overlap, right, None, None, (move,), reason)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Where it was derived: from what is below up to the layers that open the stream."""
        return tuple(member.window for member in self.members)

    @property
    def point(self) -> Any:
        """The overlaps at infinite width: Lambda of all vectors of the stream."""
        whole = generic(self.parts[0]).whole
        assert whole is not None
        return LayerOverlap("Lambda", whole.count, whole.weight)

    def _near(self, key: str, letter: str) -> Pairs:
        """Of all parts; forces F are handed up from part to part."""
        return tuple(
            (member.window.indexed(name), member.window.indexed(value))
            for member in self.members
            for name, value in getattr(member, "shifts" if key == "corrections" else key)
        )


NOT_ELIMINATED = (
    "The vectors of all copies are in one stream (skips join them): the inverse of ${name}$ mixes "
    "their blocks, so its equation stays implicit."
)


@dataclass(frozen=True)
class FixedPoint:
    """One equation for the lowest overlaps, whatever the depth.

    Attributes:
        overlap: G_1.
        right: The right-hand side, in the fluxes.
        fluxes: (R, its value as a partial trace of the lowest flux), as `layers` are ordered.
        flux_value: What the lowest flux stands for, in G_1.
    """

    overlap: Any
    right: Any
    fluxes: tuple[tuple[Any, Any], ...]
    flux_value: Any


@dataclass(frozen=True)
class Composed:
    """The parts of a network with repeated blocks, and its equations kind by kind.

    Attributes:
        parts: The network, from the input up.
        layers: The equations, the lowest stream first; of a repeated block the first copy, then
            all others.
        fixed_point: The equation of the lowest overlaps alone; None where it does not close.
        lowest: The window at the input, with the labels and the predictor.
        labels: What the labels bring, and projections on the mean of features where there are some.
        shares: (part, what it brings, window), from the input up. What the change of variables
            of a shared stream brings is not in them; it stands in `layers`.
    """

    parts: tuple[Part, ...]
    layers: tuple[Layer, ...]
    fixed_point: FixedPoint | None
    lowest: Window = field(repr=False)
    labels: Share = field(repr=False)
    shares: tuple[tuple[Part, Share, Window], ...] = field(repr=False)

    @property
    def notations(self) -> tuple[Any, ...]:
        """The symbols at the input, and of every part."""
        return (self.lowest.notation, *(here.notation for _, _, here in self.shares))

    def total(self, name: str) -> Any:
        """What labels, parts and shared streams bring, by a field of a share."""
        terms = [
            layer_sum(getattr(share, name), part.index, part.copies)
            if isinstance(part, Block)
            else getattr(share, name)
            for part, share, _ in self.shares
        ]
        volumes = [layer.volume[0] for layer in self.layers if isinstance(layer, SharedLayer)]
        return sympy.Add(
            getattr(self.labels, name), *terms, *(getattr(share, name) for share in volumes)
        )

    def layer(self, number: Any) -> Layer:
        """The equations of the stream of a number.

        Raises:
            KeyError: There is no stream with this number; the message lists those that there are.
        """
        for layer in self.layers:
            if layer.number == number:
                return layer
        raise KeyError(", ".join(index_text(layer.number) for layer in self.layers))

    @property
    def least(self) -> dict[Any, int]:
        """The least depths at which the streams of `layers` are distinct and exist."""
        depths: dict[Any, int] = {}
        for part in self.parts:
            if isinstance(part, Block):
                (depth,) = part.copies.free_symbols
                depths[depth] = max(part.least, depths.get(depth, 1))
        return depths

    def settled(self, expression: Expression) -> Any:
        """The expression with the number of vectors above each block in full, not by its name."""
        ends = dict(part.ends for part in self.parts if isinstance(part, Block))
        return reindex(expression, ends)


def composed_of(theory: Theory) -> Composed:
    """The parts and layers of a theory that has several.

    Raises:
        RuleError: The network is a single part.
    """
    if theory.composed is None:
        raise RuleError("the network has no repeated block: the theory is of a single part")
    return theory.composed
