"""Random small instances of a network, as numbers that mpmath and float64 both hold exactly.

Sizes are unequal, variances differ from 1 and from each other, and head counts take turns: no
factor can hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.evidence.numbers import Array, Numbers
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.turns import (
    Heads,
    branched,
    head_counts,
    hidden,
    most,
    several,
    unequal,
)

EIGHTHS = np.array([k for k in range(-12, 13) if k != 0])
TESTS = 2
"""Rows of test inputs, at least."""
VARIANCES = np.array([5, 6, 7, 9, 10, 11, 12, 13]) / 8


@dataclass(frozen=True, eq=False)
class Sample:
    """Numbers for a network, and data.

    Attributes:
        notation: The symbols.
        heads: Branches of every weight, the embedding's first.
        widths: N of every stream, the lowest first.
        variances: Of every weight.
        temperature: Variance of the label noise.
        attended: Attended inputs, shape (P, N_0, M).
        labels: y, shape (P,).
        attended_test: Of the test examples, shape (P_*, N_0, M).
    """

    notation: Notation
    heads: tuple[int, ...]
    widths: tuple[int, ...]
    variances: tuple[float, ...]
    temperature: float | Fraction
    attended: Array
    labels: Array
    attended_test: Array

    def wider(self, factor: int) -> Sample:
        """The same data for a network with every width multiplied."""
        return replace(self, widths=tuple(factor * width for width in self.widths))

    def at(self, temperature: float | Fraction) -> Sample:
        """The same at another temperature."""
        return replace(self, temperature=temperature)

    def tested_on_training(self) -> Sample:
        """The same with the training examples as test examples."""
        return replace(self, attended_test=self.attended)

    def count(self, stream: int) -> int:
        """m_s, the number of vectors of a stream."""
        graph = self.notation.graph
        return graph.vectors(graph.streams[stream], self.heads)

    def attention_heads(self) -> tuple[int, ...]:
        """Branches of the layers that have some, as the generated module takes them."""
        weights = self.notation.graph.weights
        return tuple(self.heads[w.index] for w in weights if w.branching is not None)

    def numbers(self) -> Numbers:
        """A number or an array for every symbol but the order parameters."""
        notation, test = self.notation, self.notation.data(test=True)
        numbers: Numbers = {
            notation.examples: len(self.attended),
            notation.features: self.attended.shape[1],
            test.examples: len(self.attended_test),
            notation.temperature: self.temperature,
            notation.data(): self.attended,
            notation.labels(): self.labels[:, None],
            test: self.attended_test,
        }
        if notation.has_mean:  # the first feature is the mean, which the others are without
            for symbol, means in (
                (notation.data(), notation.means()),
                (test, notation.means(True)),
            ):
                given = numbers[symbol]
                numbers[means] = given[:, :1]
                numbers[symbol] = np.concatenate([0 * given[:, :1], given[:, 1:]], axis=1)
        if notation.outputs() != 1:
            numbers[notation.outputs()] = notation.graph.weights[-1].outputs
        for weight, variance in zip(notation.graph.weights, self.variances, strict=True):
            numbers[notation.variance(weight.index)] = variance
            if weight.branching is not None:
                numbers[notation.heads(weight.index)] = self.heads[weight.index]
        for stream, width in zip(notation.streams(), self.widths, strict=True):
            numbers[notation.width(stream.index)] = width
        return numbers

    def problem(self, module: Any) -> Any:
        """The same as a problem of the generated module."""
        return module.make_problem(
            self.attended, self.labels, self.widths, self.variances,
            float(self.temperature), self.attention_heads(), **self.mean(),
        )  # fmt: skip

    def mean(self) -> dict[str, Any]:
        """The direction of the mean of features that have one: the first axis."""
        direction = np.eye(self.attended.shape[1])[0]
        return {"mean_direction": direction} if self.notation.has_mean else {}

    def solve(self, module: Any, start: tuple[Array, ...] | None) -> Any:
        """What the generated solver finds."""
        return module.solve(
            self.attended, self.labels, widths=self.widths, variances=self.variances,
            temperature=float(self.temperature), heads=self.attention_heads(), start=start,
            **self.mean(),
        )  # fmt: skip

    def tests_by_path(self, module: Any) -> Any:
        """Test inputs as the functions of the generated module take them, shape (P_*, M, N_0)."""
        if self.notation.has_mean:
            return module.tests_by_path(self.attended_test, self.problem(module))
        return np.ascontiguousarray(self.attended_test.transpose(0, 2, 1))


def rows_for(least: int, notation: Notation) -> int:
    """At least so many rows of data, as many for every output of the network."""
    outputs = notation.outputs_apart
    return outputs * -(-least // outputs)


def seen(samples: Sequence[Sample]) -> str:
    """What to add to a reason: over which instances, and which weights had a single branch."""
    counts = ", ".join(str(sample.attention_heads()) for sample in samples)
    said = f", with branches {counts}" if samples[0].attention_heads() else ""
    return said + hidden(samples[0].notation, [sample.heads for sample in samples])


class Draw:
    """Draws samples and order parameters; every number is a multiple of a power of 1/2."""

    def __init__(self, notation: Notation, seed: int) -> None:
        self.notation = notation
        self.generator = np.random.default_rng(seed)

    def array(self, *shape: int) -> Array:
        """Multiples of 1/8 between -1.5 and 1.5, none of them zero."""
        return self.generator.choice(EIGHTHS, size=shape) / 8

    def sample(self, *, one_head: bool = False, examples: int = 4, features: int = 3) -> Sample:
        """Numbers and data; `one_head` sets every head count to 1.

        Else one weight at least has several branches, and few enough streams crowd.
        """
        free = [int(k) for k in self.generator.permutation(branched(self.notation))]
        heads = several(self.notation, free[0] if free else -1, first=free)
        if one_head:
            heads = (1,) * len(heads)
        return self._of(heads, examples, features)

    def samples(self, examples: int = 4, features: int = 3) -> tuple[Sample, ...]:
        """Such samples in turns: what is due to the branches of two weights shows in one."""
        turns = head_counts(self.notation)
        return tuple(self._of(heads, examples, features) for heads in turns)

    def _of(self, heads: Heads, examples: int, features: int) -> Sample:
        graph = self.notation.graph
        paths = graph.block_size(0, heads)
        return Sample(
            notation=self.notation,
            heads=heads,
            widths=self._widths(heads, (examples, features)),
            variances=self._variances(len(graph.weights)),
            temperature=3 / 8,
            attended=self.array(examples, features, paths),
            labels=self.array(examples),
            attended_test=self.array(rows_for(TESTS, self.notation), features, paths),
        )

    def overlaps(self, sample: Sample) -> tuple[Array, ...]:
        """Random positive definite order parameters, the lowest stream first."""
        sizes = [sample.count(stream.index) for stream in self.notation.streams()]
        roots = [self.array(size, size) for size in sizes]
        return tuple(root @ root.T / 4 + np.eye(len(root)) for root in roots)

    def directions(self, sample: Sample) -> tuple[Array, ...]:
        """A random symmetric direction for every order parameter."""
        sizes = [sample.count(stream.index) for stream in self.notation.streams()]
        roots = [self.array(size, size) for size in sizes]
        return tuple(root + root.T for root in roots)

    def _widths(self, heads: Heads, taken: tuple[int, ...]) -> tuple[int, ...]:
        """Above the number of vectors of every stream, no two sizes equal, in random order."""
        order = self.generator.permutation(len(self.notation.streams()))
        smallest = most(self.notation, heads) + 2
        rising = unequal([smallest + 2 * k for k in range(len(order))], (*taken, *heads))
        return tuple(rising[place] for place in order)

    def _variances(self, count: int) -> tuple[float, ...]:
        """Unequal as long as there are enough values."""
        rounds = -(-count // len(VARIANCES))
        drawn = np.concatenate([self.generator.permutation(VARIANCES) for _ in range(rounds)])
        return tuple(float(variance) for variance in drawn[:count])
