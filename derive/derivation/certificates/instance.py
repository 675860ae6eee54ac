"""Random small instances: numbers for every size, variance, weight and datum of a network.

Entries are multiples of 1/64, which any binary arithmetic takes exactly. Sizes and variances are
unequal, variances differ from 1: no factor can hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.derivation.notation import Notation

Array = NDArray[Any]
Numbers = dict[Any, Any]
"""A number or an array for every symbol."""
Pairs = list[tuple[int, int]]

MOST_PATHS = 6
"""Head counts grow while no stream has more vectors than this."""
ROOM = 24
"""Where copies of a weight share a stream, so many vectors may be what it takes to see a factor."""


@dataclass(frozen=True)
class Instance:
    """Sizes for a network, and a generator for the rest.

    Attributes:
        notation: The symbols.
        heads: Branches of every weight, the lowest first.
        widths: N of every stream, the lowest first.
        examples: P.
        features: N_0.
        random: Where the random entries come from.
    """

    notation: Notation
    heads: tuple[int, ...]
    widths: tuple[int, ...]
    examples: int = 4
    features: int = 3
    random: Random = field(default_factory=lambda: Random(1), compare=False)

    def block_size(self, weight: int) -> int:
        """The number of vectors that a weight adds below; of paths, for the embedding."""
        return self.notation.graph.block_size(weight, self.heads)

    def count(self, stream: int) -> int:
        """m_s, the number of vectors of a stream."""
        return self.notation.graph.vectors(self.notation.graph.streams[stream], self.heads)

    def variance(self, weight: int) -> float:
        """sigma^2 of a weight: 9/8, 3/4, 11/8, 5/8, 13/8, ..., no two of them equal."""
        step, more = (weight % 5 + 1) / 8, weight // 10 * 33 / 32
        return more + (1 + step if weight % 2 == 0 else 7 / 8 - step / 2)

    @property
    def temperature(self) -> float:
        """The variance of the label noise."""
        return 3 / 8

    def sizes(self, scale: int = 1) -> Numbers:
        """Sizes, variances and temperature; every width multiplied by `scale`."""
        notation, graph = self.notation, self.notation.graph
        numbers: Numbers = {
            notation.examples: self.examples,
            notation.features: self.features,
            notation.data(test=True).examples: 2,
            notation.temperature: self.temperature,
        }
        if notation.outputs() != 1:
            numbers[notation.outputs()] = graph.weights[-1].outputs
        for weight in graph.weights:
            numbers[notation.variance(weight.index)] = self.variance(weight.index)
            if weight.branched:
                numbers[notation.heads(weight.index)] = self.heads[weight.index]
        for stream in graph.streams:
            numbers[notation.width(stream.index)] = scale * self.widths[stream.index]
        return numbers

    def array(self, *shape: int) -> Array:
        """Random multiples of 1/64 between -1.5 and 1.5, none of them zero."""
        steps = [k for k in range(-96, 97) if k != 0]
        count = int(np.prod(shape))
        return np.array([self.random.choice(steps) / 64 for _ in range(count)]).reshape(shape)

    def integers(self, *shape: int) -> Array:
        """Random -1, 0 and 1."""
        count = int(np.prod(shape))
        return np.array([self.random.randint(-1, 1) for _ in range(count)]).reshape(shape)

    def positive(self, size: int) -> Array:
        """A random symmetric positive definite matrix."""
        root = self.array(size, size)
        return root @ root.T / 4 + np.eye(size)

    def data(self) -> Numbers:
        """Attended inputs and labels."""
        return {
            self.notation.data(): self.array(self.examples, self.features, self.block_size(0)),
            self.notation.labels(): self.array(self.examples, 1),
        }

    def tensor(self, weight: int) -> Array:
        """A weight tensor, shaped as its symbol is."""
        item = self.notation.graph.weights[weight]
        columns = self.features if item.below is None else self.widths[item.below]
        rows = self.heads[weight] * (
            item.outputs if item.above is None else self.widths[item.above]
        )
        return self.array(rows, columns)

    def vectors(self, weight: int) -> Array:
        """The vectors that a weight adds to the stream below it."""
        below = self.notation.graph.weights[weight].below
        assert below is not None
        return self.array(self.block_size(weight), self.widths[below])

    def overlaps(self) -> Numbers:
        """A random order parameter for every stream."""
        streams = self.notation.streams()
        return {self.notation.overlap(s.index): self.positive(self.count(s.index)) for s in streams}

    def point(self, weights: tuple[int, ...]) -> Numbers:
        """Random values for everything in a density; vectors are free of their definitions.

        Args:
            weights: The weights that are still in it.
        """
        numbers = {**self.sizes(), **self.data()}
        numbers |= {self.notation.tensor(index): self.tensor(index) for index in weights}
        for weight in self.notation.inner_weights():
            numbers[self.notation.vectors(weight.index)] = self.vectors(weight.index)
        return numbers


def choose_heads(
    notation: Notation, most_paths: int = MOST_PATHS, first: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Head counts 2 and 3 in turn, as long as no stream gets too many vectors; else 1.

    Args:
        notation: The symbols.
        most_paths: So many vectors are not too many.
        first: Weights whose turn comes first; the others follow from the lowest up.
    """
    graph = notation.graph
    heads = [int(w.heads) if w.fixed else 1 for w in graph.weights]
    rest = (k for k in _branched(notation) if k not in first)
    for number, index in enumerate((*first, *rest)):
        for count in (2, 3) if number % 2 == 0 else (3, 2):
            heads[index] = count
            if _most(notation, heads) <= most_paths:
                break
            heads[index] = 1
    return tuple(heads)


def head_counts(
    notation: Notation, most_paths: int = MOST_PATHS, room: int = ROOM
) -> tuple[tuple[int, ...], ...]:
    """Head counts in turns, until every weight with branches has had several: 1 hides a factor.

    So have any two at once: log H is zero for one head, and hides a factor of other heads.

    Args:
        notation: The symbols.
        most_paths: As in `choose_heads`.
        room: A weight for which there is none otherwise gets a turn of its own with two branches,
            if no stream has more vectors than this.
    """
    left, found = list(_branched(notation)), [choose_heads(notation, most_paths)]
    while left := [k for k in left if found[-1][k] == 1]:
        heads = several(notation, left[0], most_paths, tuple(left))
        if _most(notation, heads) > room:
            left = left[1:]
        else:
            found.append(heads)
    pairs = _apart(notation, found)
    while pairs:
        heads = _together(notation, pairs[0], pairs, most_paths + 2)
        found += [heads] if _most(notation, heads) <= room else []
        pairs = _apart(notation, [heads], pairs)
    for j, k in permutations(_branched(notation), 2):
        heads = _together(notation, (j,))
        if all(h[j] in (1, h[k]) for h in found) and _most(notation, heads) <= room:
            found.append(heads)  # or the two could stand for each other
    return tuple(found)


def _apart(
    notation: Notation, turns: Sequence[tuple[int, ...]], pairs: Pairs | None = None
) -> Pairs:
    """The pairs of weights, all or of some, that never have several branches at once."""
    known = list(combinations(_branched(notation), 2)) if pairs is None else pairs
    return [(j, k) for j, k in known if not any(h[j] > 1 and h[k] > 1 for h in turns)]


def _together(
    notation: Notation, weights: Sequence[int], pairs: Pairs | None = None, most_paths: int = 0
) -> tuple[int, ...]:
    """Two branches of some weights, and of others in pairs while there are not too many vectors."""
    heads = [int(w.heads) if w.fixed else 1 for w in notation.graph.weights]
    for index in weights:
        heads[index] = 2
    for index in dict.fromkeys(k for pair in pairs or () for k in pair if k not in weights):
        heads[index] = 2
        if _most(notation, heads) > most_paths:
            heads[index] = 1
    return tuple(heads)


def several(
    notation: Notation, weight: int, most_paths: int = MOST_PATHS, first: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Head counts as chosen, but for a weight with branches that has several in any case."""
    if weight not in _branched(notation):
        return choose_heads(notation, most_paths)
    heads = choose_heads(notation, most_paths, first or (weight,))
    if heads[weight] == 1:
        return tuple(2 if k == weight else count for k, count in enumerate(heads))
    return heads


def rounds(turns: Sequence[tuple[int, ...]]) -> list[tuple[int, tuple[int, ...]]]:
    """Seeds 1, 2, ..., each with head counts in turn; at least two."""
    return [(k + 1, turns[k % len(turns)]) for k in range(max(2, len(turns)))]


def _branched(notation: Notation) -> tuple[int, ...]:
    return tuple(w.index for w in notation.graph.weights if w.branched and not w.fixed)


def _most(notation: Notation, heads: Sequence[int]) -> int:
    """The most vectors that a stream has."""
    return max(notation.graph.vectors(stream, tuple(heads)) for stream in notation.streams())


def unequal(smallest: Sequence[int], taken: Sequence[int] = ()) -> tuple[int, ...]:
    """Sizes of at least the given ones, no two of them equal, and none of those that are taken."""
    found: list[int] = []
    for size in smallest:
        while size in found or size in taken:
            size += 1
        found.append(size)
    return tuple(found)


def counted(notation: Notation, heads: Sequence[int]) -> tuple[int, ...]:
    """The numbers of branches and of outputs, which other sizes have to differ from."""
    return *heads, notation.graph.weights[-1].outputs


def instance(notation: Notation, seed: int, most_paths: int = MOST_PATHS) -> Instance:
    """An instance with widths above the number of vectors, as densities of overlaps need."""
    return _instance(notation, seed, choose_heads(notation, most_paths))


def instances(
    notation: Notation, seed: int, most_paths: int = MOST_PATHS, room: int = ROOM
) -> tuple[Instance, ...]:
    """Such instances, one for each of the `head_counts`."""
    turns = head_counts(notation, most_paths, room)
    return tuple(_instance(notation, seed + 100 * k, heads) for k, heads in enumerate(turns))


def unseen(samples: Sequence[Instance]) -> str:
    """What to say of the head counts of instances; see `hidden`."""
    return hidden(samples[0].notation, [sample.heads for sample in samples])


def hidden(notation: Notation, turns: Sequence[tuple[int, ...]]) -> str:
    """What to say of weights with a single branch in all turns, or in all but their own."""
    single = [k for k in _branched(notation) if all(heads[k] == 1 for heads in turns)]
    found = ", ".join(notation.graph.weights[k].name for k in single)
    said = f"; with a single branch of {found}" if single else ""
    if any(j not in single and k not in single for j, k in _apart(notation, turns)):
        said += "; some two weights never with several branches at once"
    return said


def _instance(notation: Notation, seed: int, heads: tuple[int, ...]) -> Instance:
    """N - m - 1, the exponent of a determinant, is nowhere 0."""
    counts = [notation.graph.vectors(stream, heads) for stream in notation.streams()]
    return sized(notation, heads, [m + 2 for m in counts], seed)


def sized(
    notation: Notation, heads: tuple[int, ...], smallest: Sequence[int], seed: int
) -> Instance:
    """An instance with widths of at least the given ones; no two of all its sizes are equal."""
    features, examples, *widths = unequal((3, 4, *smallest), counted(notation, heads))
    return Instance(notation, heads, tuple(widths), examples, features, Random(seed))
