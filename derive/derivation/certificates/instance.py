"""Random small instances: numbers for every size, variance, weight and datum of a network.

Entries are multiples of 1/64, which any binary arithmetic takes exactly. Widths, head counts and
variances are unequal, variances differ from 1: no factor can hide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.derivation.notation import Notation
from derive.network import StreamGraph

Array = NDArray[Any]
Numbers = dict[Any, Any]
"""A number or an array for every symbol."""

MOST_PATHS = 6
"""Head counts grow while no stream has more vectors than this."""


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
        """sigma^2 of a weight: 9/8, 3/4, 11/8, 5/8, 13/8, ..."""
        step = (weight % 5 + 1) / 8
        return 1 + step if weight % 2 == 0 else 7 / 8 - step / 2

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
    notation: Notation, most_paths: int = MOST_PATHS, *, first: int | None = None, room: int = 2
) -> tuple[int, ...]:
    """Head counts 2 and 3 in turn, as long as no stream gets too many vectors; else 1.

    Too many are more than `most_paths`, and more than `room` times as many as single heads make:
    outputs, skips and fixed branches alone may make many, and no factor of heads may hide.

    Args:
        notation: The symbols.
        most_paths: How many vectors are not too many.
        first: The weight whose heads are chosen before all others.
        room: 1 where it does not matter whether any weight has several heads.
    """
    graph = notation.graph
    heads = [int(w.heads) if w.fixed else 1 for w in graph.weights]
    branched = [weight.index for weight in graph.weights if weight.branched and not weight.fixed]
    limit = max(most_paths, room * _most_vectors(graph, heads))
    for number, index in enumerate(sorted(branched, key=lambda index: index != first)):
        for count in (2, 3) if number % 2 == 0 else (3, 2):
            heads[index] = count
            if _most_vectors(graph, heads) <= limit:
                break
            heads[index] = 1
    return tuple(heads)


def _most_vectors(graph: StreamGraph, heads: list[int]) -> int:
    return max(graph.vectors(stream, tuple(heads)) for stream in graph.streams)


def unequal(smallest: list[int]) -> tuple[int, ...]:
    """Sizes of at least the given ones, no two of them equal."""
    found: list[int] = []
    for size in smallest:
        while size in found:
            size += 1
        found.append(size)
    return tuple(found)


def instance(
    notation: Notation, seed: int, most_paths: int = MOST_PATHS, *, room: int = 2
) -> Instance:
    """An instance with widths above the number of vectors, as densities of overlaps need."""
    heads = choose_heads(notation, most_paths, room=room)
    counts = [notation.graph.vectors(stream, heads) for stream in notation.streams()]
    return Instance(notation, heads, unequal([m + 1 for m in counts]), random=Random(seed))
