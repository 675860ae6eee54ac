"""Draws of a network: sizes, parameters, data, order parameters, on every side of what occurs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import chain, islice
from typing import Any

import numpy as np

from derive.algebra import contains
from derive.algebra.arithmetic import Arithmetic, Digits, Floats
from derive.claims import aspects, beyond
from derive.claims.coverage import Aspect
from derive.claims.draws import SMALL_SIZE, Draws, Entries
from derive.claims.variety import Levels, Variety, relations
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.derivation.turns import covering
from derive.theories.networks.words import at_once
from derive.theories.networks.words.conditions import MOST_SIZE, Conditions, Parameters
from derive.theories.networks.words.far_sizes import FarSizes
from derive.theories.networks.words.instance import Instance, sample_of
from derive.theories.networks.words.ours import Ours

ATTEMPTS = 200
"""Draws until one meets the conditions."""
CANDIDATES = 8
"""Draws from which the one is taken that reaches the most."""
CROWDED = 8
"""Vectors of a stream beyond which there are few data: kernels of many paths are dear."""
MOST_EXAMPLES, MOST_WIDTH = 24, 10**6
"""Sizes are drawn below this where a number of the claim asks for it."""
FAR_VECTORS, FAR_WIDTH, FAR_WIDTH_SOLVED = 100, 10**12, 10**4
"""Vectors of a stream and widths of draws that are beyond all numbers of a claim, at most."""
MOST_TURNS = 32
"""Head counts that are chosen to show what heads have to do with each other."""
SPREAD = (-7, -5, -3, -1, 0, 0, 2)
"""Powers of 2 that order parameters are multiplied by: those of chains grow with the heads."""
FINE = [k for k in range(-96, 97) if abs(k) > 12]

Counts = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Parameters, and what data and order parameters are made from.

    Attributes:
        parameters: Sizes, variances and temperature.
        sample: The same with data.
        overlaps: Of every stream, at every point.
    """

    parameters: Parameters
    sample: Sample
    overlaps: tuple[tuple[Entries, ...], ...]


@dataclass(frozen=True, eq=False)
class NetworkDraws:
    """Draws cases of a network under the conditions of a claim.

    Attributes:
        ours: The theory, with the conditions.
        conditions: What they allow.
        draws: Of numbers and entries.
        arithmetic: Of the values.
        room: Vectors of a stream at most.
        solved: Whether order parameters are those of a saddle point, and not drawn.
        expressions: That are compared.
        count: Points of a case.
        kept: Head counts of the cases that were kept.
        chosen: The turns, once they are known.
    """

    ours: Ours
    conditions: Conditions
    draws: Draws
    arithmetic: Digits
    room: int
    solved: bool = False
    expressions: Sequence[Any] = ()
    count: int = 1
    kept: list[Counts] = field(default_factory=list)
    chosen: list[Counts] = field(default_factory=list)
    varied: Variety[Parameters] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "varied", Variety(self._numbers))

    @property
    def legal(self) -> list[Counts]:
        """Head counts that few enough vectors allow, the fewest first."""
        return self.conditions.head_counts(self.room, self.conditions.most_heads(self.draws.limits))

    @property
    def turns(self) -> tuple[Counts, ...]:
        """A few of them: as many layers as can be have several heads at once, and other numbers."""
        if not self.chosen:
            limits = [int(n) for n in self.draws.limits if n.denominator == 1]
            sights = partial(at_once.sights, limits=limits)
            self.chosen.extend(covering(self.legal, sights, MOST_TURNS))
        return tuple(self.chosen)

    @cached_property
    def aspects(self) -> tuple[Aspect, ...]:
        """Sides of parameters, orders of sizes, and kinds of order parameters."""
        names = {s: n for n, s in reversed(self.ours.parameters.items())}
        free = [(names[s], s) for s in self.conditions.free if self.occurs(s)]
        numbers = [(name, symbol) for name, symbol in free if not symbol.is_integer]
        heads = [(name, symbol) for name, symbol in free if symbol in self.conditions.heads]
        sizes = [(n, s) for n, s in free if s.is_integer and s not in self.conditions.heads]
        limits = aspects.thresholds(self.expressions)
        notation = self.ours.theory.notation
        labels = self.ours.under(notation.labels())
        sides = [
            *aspects.of_numbers(numbers, limits, real=()),
            *aspects.of_sizes(sizes, limits, self._most, due=False),
            *aspects.of_sizes(heads, limits, self._most),
            *(aspects.of_entries("y", labels) if self.occurs(labels) else ()),
        ]
        letter = "G" if self.ours.theory.chain is None else "U"
        named = () if self.solved else self.ours.overlaps.items()
        for symbol in dict.fromkeys(symbol for name, symbol in named if name[0] == letter):
            sides += aspects.of_definite(symbol.name, symbol) if self.occurs(symbol) else ()
        return (*sides, *aspects.of_expressions(self.expressions))

    def _most(self, size: Any) -> int:
        """Above what a size is not drawn, where nothing else is dear."""
        if size in self.conditions.heads:
            return self.conditions.most_heads(self.draws.limits)
        return MOST_EXAMPLES if size.name in ("P", "N_0", "Pstar") else MOST_WIDTH

    def occurs(self, symbol: Any) -> bool:
        """Whether it is in what is compared; all are where nothing is known of it."""
        looked = self.expressions
        return not looked or any(contains(e, {symbol}) for e in looked)

    def candidates(self) -> Iterator[Drawn]:
        """Draws that meet the conditions, those with little in common with earlier ones first.

        Raises:
            Unsettled: No draw meets the conditions.
        """
        for counts in self._head_counts():
            drawn = (self.conditions.complete(self._parameters(counts)) for _ in range(ATTEMPTS))
            legal = list(
                islice((parameters for parameters in drawn if parameters is not None), CANDIDATES)
            )
            if legal:
                yield from map(self._drawn, self.varied.ranked(legal))
                return
        reason = self.conditions.missing_width() or (
            "sizes must be whole numbers, P, N_0 and paths at most "
            f"{MOST_SIZE}, widths at least the number of paths, variances positive, and P at most "
            "N_0 at temperature 0"
        )
        raise Unsettled(f"no instance meets the conditions: {reason}")

    def points(self, drawn: Drawn) -> list[Numbers]:
        """The numbers in float64."""
        instance = Instance(self.ours, drawn.sample, Floats())
        return [instance.numbers(_overlaps(made, Floats())) for made in drawn.overlaps]

    def case(self, drawn: Drawn) -> tuple[Instance, list[tuple[Array, ...]]]:
        """The instance to all digits, with its order parameters at every point."""
        self.varied.keep(drawn.parameters)
        self.kept.append(tuple(drawn.parameters[symbol] for symbol in self.conditions.heads))
        instance = Instance(self.ours, drawn.sample, self.arithmetic)
        return instance, [_overlaps(made, self.arithmetic) for made in drawn.overlaps]

    def beyond(self) -> Iterator[Drawn]:
        """Draws whose sizes are all above the numbers of the claim, as far as can be."""
        return map(self._drawn, self.farthest[0])

    @cached_property
    def farthest(self) -> tuple[list[Parameters], dict[str, int]]:
        """Parameters of such draws, and the bounds that sizes are above."""
        vectors = self.room if self.solved else FAR_VECTORS
        widest = FAR_WIDTH_SOLVED if self.solved else FAR_WIDTH
        far = FarSizes(self.conditions, self.expressions, vectors, widest, self.draws.generator)
        modest = replace(self.draws, reach=0)
        return far.parameters(lambda: self._variances(modest)), far.bounds

    def told(self) -> str:
        """How many of the heads were above 1 at once, and what was above higher numbers."""
        names = [symbol.name for symbol in self.conditions.heads]
        parts = [at_once.told(names, self.kept), beyond.told(self.farthest[1], self.expressions)]
        return "; ".join(filter(None, parts))

    def _head_counts(self) -> Iterator[Counts]:
        """The next of the turns; after them, or where it meets no conditions, whatever differs."""
        rest = [self.legal[k] for k in self.draws.generator.permutation(len(self.legal))]
        rest.sort(key=lambda counts: sum(counts == kept for kept in self.kept))
        return chain(self.turns[len(self.kept) : len(self.kept) + 1], rest)

    def _parameters(self, heads: Counts) -> Parameters:
        notation, conditions, draws = self.ours.theory.notation, self.conditions, self.draws
        parameters: Parameters = dict(zip(conditions.heads, heads, strict=True))
        counts = conditions.complete(dict.fromkeys(conditions.sizes, MOST_SIZE) | parameters)
        vectors = max(conditions.vectors(counts)) if counts else self.room
        widths = [notation.width(s.index) for s in notation.streams()]
        free = [width for width in widths if width in conditions.free]
        apart = draws.pick([1, 1, 2])
        places = draws.generator.permutation(len(free) + 3)
        for place, width in zip(places, free, strict=False):
            parameters[width] = int(vectors + apart * place)
        for width in free:
            near = draws.size(MOST_WIDTH)
            if near > SMALL_SIZE and draws.pick([True, False]):
                parameters[width] = max(vectors, near)
        widest = max((parameters[width] for width in free), default=vectors)
        for symbol in conditions.free:
            if symbol.is_integer and symbol not in parameters:
                parameters[symbol] = self._size(symbol.name, vectors, widest)
        return parameters | self._variances(draws)

    def _variances(self, draws: Draws) -> Parameters:
        """And a temperature."""
        free = (symbol for symbol in self.conditions.free if not symbol.is_integer)
        return {symbol: draws.number(signed=False) for symbol in free}

    def _size(self, name: str, vectors: int, widest: int) -> int:
        """Of examples or features: small, or P above every width where that is not dear."""
        cold = self.ours.under(self.ours.theory.notation.temperature) == 0
        if vectors > CROWDED:
            return int(self.draws.generator.integers(1, 4)) + (2 if cold and name == "N_0" else 0)
        near = self.draws.size(MOST_EXAMPLES)
        if near > SMALL_SIZE and self.draws.pick([True, False]):
            return near
        if name == "P" and not cold and widest < CROWDED and self.draws.pick([True, False]):
            return widest + int(self.draws.generator.integers(1, 3))
        return int(self.draws.generator.integers(1, 8)) + (5 if cold and name == "N_0" else 0)

    def _drawn(self, parameters: Parameters) -> Drawn:
        sample = sample_of(self.conditions, parameters, self._data)
        sizes = [sample.count(stream.index) for stream in sample.notation.streams()]
        points = (tuple(map(self._definite, sizes)) for _ in range(self.count))
        return Drawn(parameters, sample, tuple(points))

    def _data(self, *shape: int) -> Array:
        """Multiples of a power of 1/2, which float64 holds exactly."""
        made = self.draws.entries(shape, simple=False)
        scale = max(Fraction(1, 8), min(Fraction(8), made.scale))
        return (made.array * (scale if self.draws.reach else 1)).astype(float)

    def _definite(self, size: int) -> Entries:
        """Finer than the data: no two points of an instance may have the same order parameters."""
        picked = self.draws.generator.integers(len(FINE), size=(size, size))
        scale = Fraction(2) ** int(self.draws.pick(SPREAD))
        return Entries(np.array(FINE, dtype=object)[picked], scale, self.draws.pick([1, 2, 4]))

    def _numbers(self, parameters: Parameters) -> Levels:
        heads = [parameters[s] for s in self.conditions.heads]
        free = [parameters[s] for s in self.conditions.free]
        sizes = [parameters[s] for s in self.conditions.sizes]
        return [sum(heads), math.prod(heads), *heads], free, relations(sizes)


def _overlaps(made: Sequence[Entries], arithmetic: Arithmetic) -> tuple[Array, ...]:
    """G = scale (E E^T + shift) / 4, of entries in units of 1/64; with whole numbers it is fast."""
    overlaps = []
    for entries in made:
        root = entries.array.astype(int)
        whole = root @ root.T + int(64**2 * entries.shift) * np.eye(len(root), dtype=int)
        overlaps.append(arithmetic.number(entries.scale / 4 / 64**2) * arithmetic.array(whole))
    return tuple(overlaps)
