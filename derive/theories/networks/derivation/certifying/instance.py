"""Random small instances: numbers for every size, variance, weight and datum of a network.

Entries are multiples of 1/64, which any binary arithmetic takes exactly. Sizes and variances are
unequal, variances differ from 1: no factor can hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.turns import (
    MOST_VECTORS,
    ROOM,
    Heads,
    choose_heads,
    counted,
    head_counts,
    hidden,
    unequal,
)

Array = NDArray[Any]
Numbers = dict[Any, Any]
"""A number or an array for every symbol."""


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
        numbers[notation.outputs_of_network()] = notation.outputs_apart
        numbers[notation.outputs()] = graph.weights[-1].outputs
        if notation.has_mean:
            numbers[notation.share()] = 11 / 16
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
        numbers: Numbers = {
            self.notation.data(): self.array(self.examples, self.features, self.block_size(0)),
            self.notation.labels(): self.array(self.examples, 1),
        }
        if self.notation.has_mean:
            numbers[self.notation.means()] = self.array(self.examples, 1, self.block_size(0))
        return numbers

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
        """A random order parameter for every stream, and projections where there are some."""
        streams = self.notation.streams()
        numbers = {
            self.notation.overlap(s.index): self.positive(self.count(s.index)) for s in streams
        }
        if self.notation.has_mean:  # so small that the overlaps exceed b b^T / N
            numbers[self.notation.along()] = self.array(self.count(0), 1) / 4
        return numbers

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


def instance(notation: Notation, seed: int, most_vectors: int = MOST_VECTORS) -> Instance:
    """An instance with widths above the number of vectors, as densities of overlaps need."""
    return _instance(notation, seed, choose_heads(notation, most_vectors))


def instances(
    notation: Notation, seed: int, most_vectors: int = MOST_VECTORS, room: int = ROOM
) -> tuple[Instance, ...]:
    """Such instances, one for each of the `head_counts`."""
    turns = head_counts(notation, most_vectors, room)
    return tuple(_instance(notation, seed + 100 * k, heads) for k, heads in enumerate(turns))


def unseen(samples: Sequence[Instance]) -> str:
    """What to say of the head counts of instances; see `hidden`."""
    return hidden(samples[0].notation, [sample.heads for sample in samples])


def _instance(notation: Notation, seed: int, heads: Heads) -> Instance:
    """N - m - 1, the exponent of a determinant, is nowhere 0."""
    counts = [notation.graph.vectors(stream, heads) for stream in notation.streams()]
    return sized(notation, heads, [m + 2 for m in counts], seed)


def sized(
    notation: Notation, heads: tuple[int, ...], smallest: Sequence[int], seed: int
) -> Instance:
    """An instance with widths of at least the given ones; no two of all its sizes are equal."""
    features, examples, *widths = unequal((3, 4, *smallest), counted(notation, heads))
    return Instance(notation, heads, tuple(widths), examples, features, Random(seed))
