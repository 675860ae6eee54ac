"""Makes the smallest instances of a network under the conditions of a claim."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.claims.draws import SMALL
from derive.evidence.numbers import Array
from derive.theories.networks.words.conditions import Conditions, Parameters
from derive.theories.networks.words.instance import Instance, sample_of
from derive.theories.networks.words.ours import Ours

SIMPLE_VARIANCES = [Fraction(2), Fraction(3), Fraction(1, 2), Fraction(3, 2)]


class Maker:
    """Makes small instances of a network under the conditions of a claim.

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

    def overlaps(self, instance: Instance) -> tuple[Array, ...]:
        """Random positive definite G_s of small whole numbers, the lowest stream first."""
        overlaps = []
        for stream in self.ours.theory.notation.streams():
            size = instance.sample.count(stream.index)
            root = self.generator.choice([-1, 0, 1], size=(size, size))
            unit = np.eye(size, dtype=int) * int(self.generator.integers(1, 4))
            overlaps.append(self.arithmetic.array((root @ root.T + unit).astype(int)))
        return tuple(overlaps)

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
                yield self._instance(complete)

    def _array(self, *shape: int) -> Array:
        picked = self.generator.integers(len(SMALL), size=shape)
        return np.array(SMALL, dtype=object)[picked].astype(float)

    def _instance(self, parameters: Parameters) -> Instance:
        sample = sample_of(self.conditions, parameters, self._array)
        return Instance(self.ours, sample, self.arithmetic)
