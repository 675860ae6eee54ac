"""How the theory of a network with repeated blocks is made: its parts, and kinds of layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy

from derive.algebra import rebuild
from derive.algebra.kinds import Expression, Matrix, Size
from derive.algebra.layered import LayerOverlap, index_text
from derive.algebra.sums import Known, layer_sum, reindex
from derive.errors import RuleError
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic
from derive.theories.networks.derivation.repeat.summed import Summed
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.derivation.theory import Theory


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
    """The equations of one stream, or of all streams of a kind.

    Attributes:
        number: The number of the stream.
        known: The range of the copy's number, where it is generic; None for a single stream.
        overlap: G of the stream.
        gradient: dS/dG.
        change: The change of that along directions dG of all overlaps.
        equation: Its saddle-point equation; `stream` in it is the stream's place in the window.
        points: (Q, value) of the weights that add vectors to it, at infinite width.
        forces: (Y, value) of them.
        shifts: (D, value) of them.
        scaled: (U, right-hand side, flux, its value) in the papers' normalisation, for chains.
        window: Where it was derived.
        stream: The place of the stream in the window.
    """

    number: Any
    known: Range | None
    overlap: Any
    gradient: Any
    change: Any
    equation: SaddleEquation
    points: tuple[tuple[Any, Any], ...]
    forces: tuple[tuple[Any, Any], ...]
    shifts: tuple[tuple[Any, Any], ...]
    scaled: SaddleEquation | None
    window: Window = field(repr=False, compare=False)
    stream: int = field(repr=False)

    def expressions(self) -> tuple[Any, ...]:
        """Everything that holds for the stream, in order."""
        expressions = [self.number, self.overlap, self.gradient, self.change]
        expressions += _of_equation(self.equation)
        for pairs in (self.points, self.forces, self.shifts):
            expressions += [part for pair in pairs for part in pair]
        return (*expressions, *(_of_equation(self.scaled) if self.scaled else ()))

    def at(self, numbers: dict[Any, Any]) -> Layer:
        """The equations with other numbers in the place of symbols."""

        def moved(value: Expression) -> Any:
            return None if value is None else reindex(value, numbers)

        def pairs(given: tuple[tuple[Any, Any], ...]) -> tuple[tuple[Any, Any], ...]:
            return tuple((moved(name), moved(value)) for name, value in given)

        def equation(given: SaddleEquation) -> SaddleEquation:
            overlap, right, flux, value = map(moved, _of_equation(given))
            return replace(given, overlap=overlap, right=right, flux=flux, flux_value=value)

        return replace(
            self,
            number=moved(self.number),
            known=None,
            overlap=moved(self.overlap),
            gradient=moved(self.gradient),
            change=moved(self.change),
            equation=equation(self.equation),
            points=pairs(self.points),
            forces=pairs(self.forces),
            shifts=pairs(self.shifts),
            scaled=None if self.scaled is None else equation(self.scaled),
        )

    @property
    def windows(self) -> tuple[Window, ...]:
        """Where it was derived."""
        return (self.window,)

    @property
    def point(self) -> Any:
        """The overlaps at infinite width, in the points of the weights."""
        return self.window.indexed(self.window.theory.wide.overlaps[self.stream])

    def near(self, key: str) -> tuple[tuple[Any, Any], ...]:
        """(name, value) of what holds near infinite width: "points", "forces" or "shifts"."""
        pairs: tuple[tuple[Any, Any], ...] = getattr(self, key)
        return pairs

    @property
    def title(self) -> str:
        """The number of the stream, and for which copies the equations hold."""
        name = f"stream {index_text(self.number)}"
        if self.known is None:
            return name
        return f"{name}, {self.known.first} <= {self.known.index} <= {index_text(self.known.last)}"


def _of_equation(equation: SaddleEquation) -> tuple[Any, ...]:
    return equation.overlap, equation.right, equation.flux, equation.flux_value


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

    slopes: Summed
    changes: Summed
    products: Summed
    members: tuple[Member, ...]
    volume: tuple[Share, Window] = field(repr=False)
    jacobian: Volume = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)

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

    def near(self, key: str) -> tuple[tuple[Any, Any], ...]:
        """The same, part by part."""
        return tuple(
            (member.window.indexed(name), member.window.indexed(value))
            for member in self.members
            for name, value in getattr(member, key)
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
