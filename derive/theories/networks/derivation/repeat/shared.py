"""The equations of a stream that a symbolic number of copies share.

Its vectors are those of the copies, one set below the other; copy l acts on the first m_{l+1} of
them, so that its window has the first m_l. The gradient of the action is a sum over the copies,
each embedded in the whole. Near infinite width forces go up and shifts come down from copy to copy:
the force on the first m_l vectors from what is below gives that on the first m_{l+1}, the shift of
the first m_{l+1} that of the first m_l.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, gradient, normal, rebuild, substitute
from derive.algebra.kinds import Expression, Matrix
from derive.theories.networks.derivation.repeat.composed import Member, SharedLayer
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic, highest
from derive.theories.networks.derivation.repeat.shares import plain_share, volume_of, volume_share
from derive.theories.networks.derivation.repeat.summed import Summed, Term
from derive.theories.networks.derivation.repeat.window import Window, Windows
from derive.theories.networks.derivation.rules.response import forces, shifts
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.rules.wide.rewrite import (
    force_symbol,
    point_symbol,
    response,
    shift_symbol,
)

Pairs = tuple[tuple[Any, Any], ...]


def shared_layer(parts: tuple[Part, ...], start: int, windows: Windows) -> SharedLayer:
    """The equations of the stream in which a part is the lowest with layers.

    Args:
        parts: Those of the network that bring something, from the input up.
        start: The place of that part.
        windows: Makes the windows.
    """
    return _Stream(parts, start, windows).layer()


@dataclass(frozen=True)
class _Source:
    """A part of S that has the overlaps of a shared stream.

    Attributes:
        window: Its symbols.
        value: The part.
        stream: The place of the stream in the window.
        part: The part of the network whose first vectors of the stream it has; None for all.
        share: The number rho that is in it, for features with a mean.
        volume: Whether it is that of the change of variables, which all vectors undergo.
    """

    window: Window
    value: Any
    stream: int
    part: Part | None = None
    share: Share | None = None
    volume: bool = False


class _Stream:
    """Collects what the parts bring to a shared stream."""

    def __init__(self, parts: tuple[Part, ...], start: int, windows: Windows) -> None:
        number = generic(parts[start]).stream
        self.windows = windows
        self.below = parts[start - 1] if start else None
        self.parts = [p for p in parts[start:] if _shares(p, number)]
        self.first = self.of(self.parts[0])
        self.overlap = self.first.whole

    def of(self, part: Part) -> Window:
        """The window of a part."""
        return self.windows.of(generic(part))

    def layer(self) -> SharedLayer:
        """All equations."""
        terms = self._terms(changes=False)
        here, volume = self.first, volume_of(generic(self.parts[0]), self.windows)
        slopes, changes = Summed(terms), Summed(self._terms(changes=True))
        products = Summed(tuple(self._products(terms)), Term(here, self.overlap))
        return SharedLayer(
            here,
            0,
            in_chain=False,
            slopes=slopes,
            changes=changes,
            products=products,
            members=tuple(self._members()),
            volume=(volume_share(volume, here, self.overlap), here),
            jacobian=volume,
            parts=tuple(self.parts),
        )

    def _sources(self) -> Iterable[_Source]:
        """Where S has the overlaps: in what is below, the parts, and the change of variables."""
        yield self._source_below()
        for part in self.parts:
            here, piece = self.of(part), generic(part)
            yield _Source(here, plain_share(piece, here, self.windows)["action"], 0, part)
        piece = generic(self.parts[0])
        volume, seen = volume_of(piece, self.windows), self.windows.of(piece.seen_from_below)
        yield _Source(seen, volume.values["action"], 0, volume=True)

    def _source_below(self) -> _Source:
        """The labels, or the layers below, which act on all vectors of the stream."""
        piece = None if self.below is None else highest(self.below)
        here = self.first if piece is None else self.windows.of(piece)
        place = 0 if piece is None else len(here.notation.streams()) - 1
        if piece is None or not piece.weights:
            return _Source(here, here.theory.energy, place, share=here.theory.share)
        return _Source(here, plain_share(piece, here, self.windows)["action"], place)

    def _terms(self, *, changes: bool) -> tuple[Term, ...]:
        """dS/dG, or its change along directions of all overlaps, source by source."""
        terms = (self._term(source, changes=changes) for source in self._sources())
        return tuple(term for term in terms if not (changes and build.is_zero(term.value)))

    def _term(self, source: _Source, *, changes: bool) -> Term:
        here, rules, part = source.window, self.windows.rules, source.part
        found = rules.stationarity(source.value, here.notation)
        if changes:
            found = rules.hessian(found, here.notation, source.share).changes
        value = found[source.stream]
        if part is not None:
            value = build.embed(value, 0, here.whole.shape[0])
            return Term(here, value, part if isinstance(part, Block) else None)
        if not source.volume:
            return Term(here, value)
        notation = here.notation
        whole = {notation.overlap(0): self.overlap, notation.direction(0): self.first.direction}
        return Term(self.first, rebuild(value, whole.get))

    def _products(self, terms: tuple[Term, ...]) -> Iterable[Term]:
        """dS/dG / N + G^{-1}, term by term: the last one, of the change of variables, cancels."""
        for term in terms:
            value = build.scale(1 / self._width(term.window), term.value)
            if term is terms[-1]:
                value = build.add(value, build.inv(self.overlap))
            if not build.is_zero(normal(value)):
                yield Term(term.window, normal(value), term.block)

    def _width(self, here: Window) -> Any:
        """N of the stream, in the symbols of a window: its lowest stream, or its highest."""
        notation = here.notation
        is_lowest = here.stream_number(0) == self.first.stream_number(0)
        return notation.width(0 if is_lowest else len(notation.streams()) - 1)

    def _members(self) -> Iterable[Member]:
        if self.below is not None:
            yield self._force_below(self.below)
        for part in self.parts:
            here = self.of(part)
            if generic(part).within:
                yield self._within(part, here)
            else:
                yield self._opening(part, here)

    def _force_below(self, part: Part) -> Member:
        """The force that what is below hands to the stream."""
        here = self.windows.of(highest(part))
        last = force_symbol(here.notation, len(here.notation.graph.weights) - 1)
        return Member(highest(part), here, (), ((last, dict(here.theory.wide.forces)[last]),), ())

    def _force(self, here: Window) -> Any:
        """The force on the first vectors of the stream, from what is below a part."""
        if here is self.first and self.below is None:
            theory, overlap = here.theory, here.notation.overlap(0)
            slope = gradient(theory.energy, overlap)
            point = {overlap: theory.wide.overlaps[0]}
            if here.notation.has_mean:
                point[here.notation.share()] = sympy.S.One  # up to 1/N, as the overlaps are
            return build.scale(-1, substitute(slope, point))
        lowest_weight = here.notation.graph.streams[0].weights[-1]
        name = here.notation.letter(lowest_weight)
        return build.overlap(f"F_{name}", here.notation.vectors_count(0))

    def _within(self, part: Part, here: Window) -> Member:
        """A part all of whose layers stand in the stream; what stands in above does so too."""
        own = here.notation.graph.streams[0].weights[1:]
        above = len(here.notation.graph.weights) - 1
        assignments, moved = respond_within(here, self._force(here))
        names = {shift_symbol(here.notation, weight) for weight in own}
        pairs = tuple((name, value) for name, value in moved if name in names)
        chosen = self._chosen(here, assignments, (*own, above))
        return Member(part, here, self._points(here, own), chosen, pairs)

    def _opening(self, part: Part, here: Window) -> Member:
        """The part that opens the stream: its vectors are the first of all."""
        own = here.notation.graph.streams[0].weights
        correction = response(self._force(here), here.theory.law, here.theory.wide)
        names = [shift_symbol(here.notation, weight) for weight in own]
        pairs = tuple((name, dict(correction.corrections)[name]) for name in names)
        chosen = self._chosen(here, correction.forces, own)
        return Member(part, here, self._points(here, own), chosen, pairs)

    @staticmethod
    def _chosen(here: Window, pairs: Pairs, weights: tuple[int, ...]) -> Pairs:
        names = {force_symbol(here.notation, weight) for weight in weights}
        return tuple((name, value) for name, value in pairs if name in names)

    @staticmethod
    def _points(here: Window, weights: tuple[int, ...]) -> Pairs:
        """Q of some weights of the stream, and what they make of the point of all."""
        notation, known = here.notation, dict(here.theory.wide.points)
        names = [point_symbol(notation, weight) for weight in weights]
        whole = here.theory.wide.overlaps[0]
        letter = notation.letter(notation.graph.streams[0].weights[-1])
        point = build.overlap(f"Lambda_{letter}", notation.vectors_count(0))
        return (*((name, known[name]) for name in names), (point, whole))


def respond_within(here: Window, force: Matrix) -> tuple[Pairs, Pairs]:
    """The first correction where what stands in above is in the lowest stream, too.

    Its vectors are the first there. Their shift is known from above, under all forces on them, so
    that none is left to act on them alone; the others respond to the rest.

    Args:
        here: The window.
        force: That on the overlaps of the lowest stream, from what is below.

    Returns:
        (Y, value) of the window's weights and of what stands in above; (D, value) of the former.
    """
    notation, law, wide = here.notation, here.theory.law, here.theory.wide
    assignments, totals = forces(law, {0: force}, force_symbol)
    count = notation.vectors_count(0)
    known = build.embed(build.block(totals[0], 0, notation.handed), 0, count)
    left = {**totals, 0: normal(build.subtract(totals[0], known))}

    def innovation(stream: int, total: Any) -> Any:
        point = build.block(wide.overlaps[stream], 0, total)
        shift = build.mul(point, build.block(left[stream], 0, total), point)
        return build.scale(1 / notation.width(stream), shift)

    def shift(name: Any, value: Expression) -> Any:
        return build.add(build.embed(given, 0, build.rows(name)), value) if name in own else value

    given = shift_symbol(notation, len(notation.graph.weights) - 1)
    own = {shift_symbol(notation, weight) for weight in notation.graph.streams[0].weights[1:]}
    pairs = shifts(law, innovation, shift_symbol)
    return assignments, tuple((name, shift(name, value)) for name, value in pairs if name != given)


def _shares(part: Part, number: Any) -> bool:
    """Whether a part has its lowest stream in common with others, and this is it."""
    piece = generic(part)
    return piece.whole is not None and bool(piece.stream == number)
