"""Instances of a network under the conditions of a claim: generic ones, and the smallest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise, product
from typing import Any

import numpy as np
import sympy

from derive.algebra.arithmetic import Digits
from derive.checks.sample import Array, Numbers, Sample
from derive.checks.verdict import Unsettled
from derive.claims.ours import Ours

ATTEMPTS = 200
"""Draws until one meets the conditions."""
EIGHTHS = [k for k in range(-12, 13) if k != 0]
FINE = [k for k in range(-96, 97) if abs(k) > 12]
SMALL = [Fraction(k) for k in (-2, -1, 1, 2)]
VARIANCES = [Fraction(k, 8) for k in (5, 6, 7, 9, 10, 11, 12, 13)]
SIMPLE_VARIANCES = [Fraction(2), Fraction(3), Fraction(1, 2), Fraction(3, 2)]
MOST_SIZE = 40
"""Examples, features and paths of an instance are no more, whatever is assumed; widths may be."""

MOST_VECTORS = 12
"""Vectors of a stream of a generic instance: two layers of two heads and one of three have them."""
CANDIDATES = 40
"""Draws from which the one is taken that has the least in common with earlier instances."""
RECENT = 4
"""Earlier instances that are looked at."""

Parameters = dict[Any, Any]
"""A whole number or a fraction for every parameter."""


@dataclass(frozen=True, eq=False)
class Instance:
    """Sizes, parameters and data of a network.

    Attributes:
        ours: The theory.
        sample: The numbers.
        arithmetic: Of everything that is worked out from them.
    """

    ours: Ours
    sample: Sample
    arithmetic: Digits

    def numbers(self, overlaps: Sequence[Array]) -> Numbers:
        """A number or an array for every symbol, at given G_s, the lowest stream first."""
        theory = self.ours.theory
        found = dict(self.sample.numbers())
        values = dict(
            zip(theory.order_parameters, map(self.arithmetic.array, overlaps), strict=True)
        )
        if theory.chain is not None:
            scales = (int(scale.xreplace(_sizes(found))) for scale in theory.chain.scales)
            pairs = zip(theory.chain.overlaps, scales, values.values(), strict=True)
            values |= {symbol: scale * overlap for symbol, scale, overlap in list(pairs)}
        found |= values
        # The same symbols may have sizes that the claim assumes.
        found |= {self.ours.under(symbol): found[symbol] for symbol in list(found)}
        return {key: value for key, value in found.items() if not getattr(key, "is_number", False)}

    def wider(self, factor: int, name: str) -> Instance:
        """The same with one width multiplied, or all of them where the name is N."""
        streams = self.ours.theory.notation.streams()
        widths = tuple(
            width * factor if name in ("N", f"N_{stream.name}") else width
            for stream, width in zip(streams, self.sample.widths, strict=True)
        )
        return replace(self, sample=replace(self.sample, widths=widths))

    def meets_conditions(self) -> bool:
        """Whether the numbers are those that the claim assumes."""
        numbers = self.sample.numbers()
        exact = {
            s: sympy.Rational(str(numbers[s]))
            for s in self.ours.parameters.values()
            if s in numbers
        }
        return all(
            exact[symbol] == expression.xreplace(exact)
            for symbol, expression in self.ours.assumed.items()
        )

    def shown(self) -> dict[str, str]:
        """Sizes and parameters by name, for an answer."""
        numbers = self.sample.numbers()
        names = {s: n for n, s in reversed(self.ours.parameters.items()) if s in numbers}
        return {names[s]: str(numbers[s]) for s in reversed(names)}


def _sizes(numbers: Numbers) -> dict[Any, Any]:
    return {key: value for key, value in numbers.items() if getattr(key, "is_integer", False)}


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
        self.free = [s for s in dict.fromkeys(ours.parameters.values()) if s not in ours.assumed]
        self.free = [symbol for symbol in self.free if not symbol.is_number]
        self.earlier: list[Parameters] = []
        self.heads = self._legal_heads()

    def generic(self) -> Instance:
        """Unequal widths and heads, variances other than 1, and little in common with earlier ones.

        What is the same in every instance would pass for a number, and what is twice the same
        number in one for the same parameter.

        Raises:
            Unsettled: No draw meets the conditions.
        """
        found: list[Parameters] = []
        for _ in range(ATTEMPTS):
            parameters = self._complete(self._generic())
            found += [] if parameters is None else [parameters]
            if len(found) == CANDIDATES:
                break
        if found:
            chosen = min(found, key=self._in_common)
            self.earlier = [*self.earlier, chosen][-RECENT:]
            return self._instance(chosen, EIGHTHS, Fraction(1, 8))
        raise Unsettled(
            "no instance meets the conditions: sizes must be whole numbers, P, N_0 and paths at "
            f"most {MOST_SIZE}, widths at least the number of paths, variances positive, and P at "
            "most N_0 at temperature 0"
        )

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
        sizes = [symbol for symbol in self.free if symbol.is_integer]
        for raised in combinations_with_replacement(range(len(sizes)), excess):
            parameters: Parameters = {s: 1 + raised.count(k) for k, s in enumerate(sizes)}
            for symbol in self.free:
                if not symbol.is_integer:
                    simple = SIMPLE_VARIANCES[int(self.generator.integers(len(SIMPLE_VARIANCES)))]
                    parameters[symbol] = Fraction(1) if plain else simple
            complete = self._complete(parameters, least=True)
            if complete is not None:
                yield self._instance(complete, SMALL, Fraction(1))

    def _generic(self) -> Parameters:
        notation = self.ours.theory.notation
        found: Parameters = {}
        heads = self.heads[int(self.generator.integers(len(self.heads)))]
        found |= dict(zip(self._free_heads(), heads, strict=True))
        counts = self._complete(
            found | {s: 9 for s in self.free if s.is_integer and s not in found}
        )
        most = max(self._vectors(counts)) if counts else MOST_VECTORS
        widths = [notation.width(stream.index) for stream in notation.streams()]
        free = [width for width in widths if width in self.free]
        for place, width in zip(self.generator.permutation(len(free) + 3), free, strict=False):
            found[width] = int(most + 2 + 2 * place + self.generator.integers(2))
        cold = self.ours.under(notation.temperature) == 0
        sizes = {"P": 3, "N_0": 6 if cold else 2, "Pstar": 2}
        numbers = iter(self.generator.permutation(len(VARIANCES) * 4))
        for symbol in self.free:
            if symbol.name in sizes:
                found[symbol] = sizes[symbol.name] + int(self.generator.integers(4))
            elif symbol not in found:
                found[symbol] = VARIANCES[next(numbers) % len(VARIANCES)]
        if notation.temperature in found:
            found[notation.temperature] = Fraction(int(self.generator.integers(2, 8)), 8)
        return found

    def _free_heads(self) -> list[Any]:
        return [symbol for symbol in self.free if symbol.name.startswith("H_")]

    def _legal_heads(self) -> list[tuple[int, ...]]:
        """Head counts that few enough paths allow, with as few layers of a single head."""
        heads, legal = self._free_heads(), []
        for counts in product((1, 2, 3, 4), repeat=min(len(heads), 6)):
            counts = counts + (1,) * (len(heads) - len(counts))
            given = dict(zip(heads, counts, strict=True))
            rest = {s: MOST_SIZE for s in self.free if s.is_integer and s not in given}
            complete = self._complete(given | rest)
            if complete is not None and max(self._vectors(complete)) <= MOST_VECTORS:
                legal.append(counts)
        fewest = min((counts.count(1) for counts in legal), default=0)
        most = fewest + (len(heads) > 2)
        return [counts for counts in legal if counts.count(1) <= most] or [(1,) * len(heads)]

    def _in_common(self, found: Parameters) -> int:
        """Numbers that an instance shares with earlier ones, or has twice."""
        ours = self._numbers(found)
        whole = [
            int(value)
            for symbol, value in found.items()
            if symbol in self.free and symbol.is_integer
        ]
        twice = len(whole) - len(set(whole))
        same = sum(
            mine == theirs
            for earlier in map(self._numbers, self.earlier)
            for mine, theirs in zip(ours, earlier, strict=True)
        )
        single = sum(found[symbol] == 1 for symbol in self._free_heads())
        return 3 * same + 3 * twice + single

    def _numbers(self, found: Parameters) -> list[Any]:
        """What must not pass for a number: parameters, and sums and products of heads."""
        heads = [found[symbol] for symbol in self._free_heads()]
        sizes = [found[s] for s in self.free if s.is_integer]
        gaps = [b - a for a, b in pairwise(sizes)]
        # Sums and products of heads twice: they stand in every kernel.
        return [*(found[s] for s in self.free), *2 * [sum(heads), math.prod(heads)], *gaps]

    def _complete(self, free: Parameters, least: bool = False) -> Parameters | None:
        """All parameters from the free ones; None where they are not legal.

        Args:
            free: A number for every free parameter; those of the temperature may be missing.
            least: Raise free widths to the least that a density needs.
        """
        found = dict(free)
        exact = {s: sympy.Rational(*Fraction(v).as_integer_ratio()) for s, v in found.items()}
        for symbol, expression in self.ours.assumed.items():
            value = expression.xreplace(exact)
            if value.is_Rational:
                found[symbol] = (
                    int(value) if value.is_Integer else Fraction(int(value.p), int(value.q))
                )
            elif not (value.free_symbols or value.has(sympy.zoo, sympy.nan)):
                found[symbol] = Fraction(str(value.evalf(30)))
        if not all(self._is_legal(symbol, value) for symbol, value in found.items()):
            return None
        return self._fitting(found, free, least)

    def _is_legal(self, symbol: Any, value: Any) -> bool:
        if symbol.is_integer:
            return bool(value == int(value) and value >= 1)
        return bool(value > 0 or (value == 0 and symbol == self.ours.theory.notation.temperature))

    def _fitting(self, found: Parameters, free: Parameters, least: bool) -> Parameters | None:
        """Widths large enough for a density, and a kernel of full rank at temperature 0."""
        notation = self.ours.theory.notation
        counts = self._vectors(found)
        for stream, count in zip(notation.streams(), counts, strict=True):
            width = notation.width(stream.index)
            if least and width in free:
                found[width] = found[width] + count - 1
            elif width in found and found[width] < count:
                return None
        test = notation.data(test=True).examples
        sizes = [found.get(s, 1) for s in (notation.examples, notation.features, test)]
        if max(*sizes, *counts) > MOST_SIZE:
            return None
        cold = found.get(notation.temperature) == 0
        examples, features = found.get(notation.examples, 1), found.get(notation.features, 1)
        return None if cold and examples > features else found

    def _counts(self, found: Parameters) -> tuple[int, ...]:
        notation = self.ours.theory.notation
        heads = (notation.heads(w.index) for w in notation.graph.weights)
        return tuple(int(found.get(h, 1)) if not h.is_number else int(h) for h in heads)

    def _vectors(self, found: Parameters) -> list[int]:
        graph = self.ours.theory.notation.graph
        return [graph.vectors(stream, self._counts(found)) for stream in graph.streams]

    def _array(self, choices: Sequence[Any], shape: tuple[int, ...]) -> Array:
        picked = self.generator.integers(len(choices), size=shape)
        return np.array(choices, dtype=object)[picked]

    def _instance(self, found: Parameters, choices: Sequence[Any], unit: Fraction) -> Instance:
        notation = self.ours.theory.notation
        heads = self._counts(found)
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
