"""Makes instances of a network under the conditions of a claim: generic ones, and the smallest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, islice
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.checks.sample import Array, Sample
from derive.checks.verdict import Unsettled
from derive.claims.conditions import MOST_SIZE, MOST_VECTORS, Conditions, Parameters
from derive.claims.instance import Instance
from derive.claims.ours import Ours
from derive.claims.variety import Levels, Variety, relations

ATTEMPTS = 200
"""Draws until one meets the conditions."""
CANDIDATES = 40
"""Draws from which the one is taken that has the least in common with earlier instances."""
EIGHTHS = [k for k in range(-12, 13) if k != 0]
FINE = [k for k in range(-96, 97) if abs(k) > 12]
SMALL = [Fraction(k) for k in (-2, -1, 1, 2)]
VARIANCES = [Fraction(k, 8) for k in (5, 6, 7, 9, 10, 11, 12, 13)]
SIMPLE_VARIANCES = [Fraction(2), Fraction(3), Fraction(1, 2), Fraction(3, 2)]


class Maker:
    """Makes instances of a network under the conditions of a claim.

    Args:
        ours: The theory, with the conditions.
        digits: Of the arithmetic.
        seed: Of everything random.
    """

    def __init__(self, ours: Ours, digits: int, seed: int) -> None:
        self.ours = ours
        self.arithmetic = Digits(digits)
        self.generator = np.random.default_rng(seed)
        self.conditions = Conditions(ours)
        self.head_counts = self.conditions.head_counts()
        self.varied_heads = Variety(_of_heads)
        self.varied = Variety(self._numbers)

    def generic(self) -> Instance:
        """Unequal widths and heads, variances other than 1, and little in common with earlier ones.

        What is the same in every instance would pass for a number, and parameters that are the
        same number in every instance for each other.

        Raises:
            Unsettled: No draw meets the conditions.
        """
        order = self.generator.permutation(len(self.head_counts))
        for heads in self.varied_heads.ranked(self.head_counts[k] for k in order):
            drawn = (self.conditions.complete(self._generic(heads)) for _ in range(ATTEMPTS))
            legal = islice((found for found in drawn if found is not None), CANDIDATES)
            for found in self.varied.ranked(legal)[:1]:
                self.varied_heads.keep(heads)
                self.varied.keep(found)
                return self._instance(found, EIGHTHS, Fraction(1, 8))
        reason = self.conditions.missing_width() or (
            "sizes must be whole numbers, P, N_0 and paths at most "
            f"{MOST_SIZE}, widths at least the number of paths, variances positive, and P at most "
            "N_0 at temperature 0"
        )
        raise Unsettled(f"no instance meets the conditions: {reason}")

    @property
    def least(self) -> int:
        """Instances in which every layer may have several heads once: one hides their factor."""
        several = max(len(counts) - counts.count(1) for counts in self.head_counts)
        return math.ceil(len(self.conditions.heads) / several) if several else 1

    def _numbers(self, found: Parameters) -> Levels:
        free = self.conditions.free
        return [found[s] for s in free], relations([found[s] for s in self.conditions.sizes])

    def overlaps(self, instance: Instance, simple: bool = False) -> tuple[Array, ...]:
        """Random positive definite G_s, the lowest stream first; simple ones are small integers."""
        found = []
        for stream in self.ours.theory.notation.streams():
            size = instance.sample.count(stream.index)
            if simple:
                root = self.generator.choice([-1, 0, 1], size=(size, size))
                scaled = root @ root.T + np.eye(size, dtype=int) * int(
                    self.generator.integers(1, 4)
                )
                found.append(self.arithmetic.array(scaled.astype(int)))
            else:
                # Finer than the data: no two points of an instance may have the same overlaps.
                root = self.arithmetic.array(self._array(FINE, (size, size))) / 64
                found.append(root @ root.T / 4 + self.arithmetic.array(np.eye(size)))
        return tuple(found)

    def smallest(self, most: int) -> Iterator[Instance]:
        """Instances from the smallest legal sizes upward, with simple numbers."""
        for excess in range(most + 1):
            for plain in (True, False, False):
                yield from self._of_excess(excess, plain)

    def _of_excess(self, excess: int, plain: bool) -> Iterator[Instance]:
        sizes, free = self.conditions.sizes, self.conditions.free
        for raised in combinations_with_replacement(range(len(sizes)), excess):
            parameters: Parameters = {s: 1 + raised.count(k) for k, s in enumerate(sizes)}
            for symbol in free:
                if not symbol.is_integer:
                    simple = SIMPLE_VARIANCES[int(self.generator.integers(len(SIMPLE_VARIANCES)))]
                    parameters[symbol] = Fraction(1) if plain else simple
            complete = self.conditions.complete(parameters, least=True)
            if complete is not None:
                yield self._instance(complete, SMALL, Fraction(1))

    def _generic(self, heads: tuple[int, ...]) -> Parameters:
        notation, conditions = self.ours.theory.notation, self.conditions
        found: Parameters = dict(zip(conditions.heads, heads, strict=True))
        counts = conditions.complete(dict.fromkeys(conditions.sizes, MOST_SIZE) | found)
        most = max(conditions.vectors(counts)) if counts else MOST_VECTORS
        widths = [notation.width(stream.index) for stream in notation.streams()]
        free = [width for width in widths if width in conditions.free]
        places = self.generator.permutation(len(free) + 3)
        for place, width in zip(places, free, strict=False):
            found[width] = int(most + 2 + 2 * place + self.generator.integers(2))
        cold = self.ours.under(notation.temperature) == 0
        sizes = {"P": 3, "N_0": 6 if cold else 2, "Pstar": 2}
        numbers = iter(self.generator.permutation(len(VARIANCES) * 4))
        for symbol in conditions.free:
            if symbol.name in sizes:
                found[symbol] = sizes[symbol.name] + int(self.generator.integers(4))
            elif symbol not in found:
                found[symbol] = VARIANCES[next(numbers) % len(VARIANCES)]
        if notation.temperature in found:
            found[notation.temperature] = Fraction(int(self.generator.integers(2, 8)), 8)
        return found

    def _array(self, choices: Sequence[Any], shape: tuple[int, ...]) -> Array:
        picked = self.generator.integers(len(choices), size=shape)
        return np.array(choices, dtype=object)[picked]

    def _instance(self, found: Parameters, choices: Sequence[Any], unit: Fraction) -> Instance:
        notation = self.ours.theory.notation
        heads = self.conditions.counts(found)
        paths = notation.graph.block_size(0, heads)
        examples, features = found[notation.examples], found[notation.features]
        tests = found[notation.data(test=True).examples]

        def array(*shape: int) -> Array:
            # Multiples of a power of 1/2: float64 and mpmath hold the same number.
            return (self._array(choices, shape) * unit).astype(float)

        sample = Sample(
            notation=notation,
            heads=heads,
            widths=tuple(int(found[notation.width(s.index)]) for s in notation.streams()),
            variances=tuple(found[notation.variance(w.index)] for w in notation.graph.weights),
            temperature=found[notation.temperature],
            attended=array(examples, features, paths),
            labels=array(examples),
            attended_test=array(tests, features, paths),
        )
        return Instance(self.ours, sample, self.arithmetic)


def _of_heads(counts: tuple[int, ...]) -> Levels:
    """A single head hides its factor; sums and products stand in every kernel."""
    single = [1 if count == 1 else math.nan for count in counts]  # only single heads are alike
    return single, [sum(counts), math.prod(counts), *counts]
