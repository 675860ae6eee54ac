"""Parameters of a network that a claim's conditions allow."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import sympy

from derive.theories.networks.description.outside import no_density
from derive.theories.networks.words.ours import Ours

MOST_SIZE = 40
"""Examples, features and paths of an instance are no more, whatever is assumed; widths may be."""
MOST_VECTORS = 24
"""Vectors of a stream of an instance: three layers of two heads and one of three have them."""
FEW_VECTORS = 12
"""The same where there are many layers, or a saddle point has to be found."""
FEW_LAYERS = 5
"""With so many layers all of them may have two heads at once."""
MOST_HEADS = 4

Parameters = dict[Any, Any]
"""A whole number or a fraction for every parameter."""


class Conditions:
    """Completes parameters under the conditions of a claim.

    Args:
        ours: The theory, with the conditions.

    Attributes:
        free: The parameters that nothing is assumed of.
    """

    def __init__(self, ours: Ours) -> None:
        self.ours = ours
        self._counts: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        named = dict.fromkeys(ours.parameters.values())
        self.free = [s for s in named if s not in ours.assumed and not s.is_number]

    @property
    def sizes(self) -> list[Any]:
        """The free parameters that are whole numbers."""
        return [symbol for symbol in self.free if symbol.is_integer]

    @property
    def heads(self) -> list[Any]:
        """The free head counts."""
        return [symbol for symbol in self.free if symbol.name.startswith("H_")]

    def most_heads(self, limits: Iterable[Fraction]) -> int:
        """The most heads of a layer: one more than a whole number that a claim compares with."""
        whole = [int(limit) for limit in limits if limit.denominator == 1]
        return max([MOST_HEADS, *(n + 1 for n in whole if n < FEW_VECTORS)])

    def head_counts(self, most: int, highest: int = MOST_HEADS) -> list[tuple[int, ...]]:
        """Counts for the free heads that few enough vectors allow, those of few vectors first.

        Args:
            most: Vectors of a stream; more where it takes more to have two heads in every layer.
            highest: Heads of a layer.
        """
        if (most, highest) not in self._counts:
            self._counts[most, highest] = self._head_counts(most, highest)
        return self._counts[most, highest]

    def _head_counts(self, most: int, highest: int) -> list[tuple[int, ...]]:
        number = len(self.heads)
        if most == MOST_VECTORS:
            most = FEW_VECTORS if number > FEW_LAYERS else max(most, 2**number)
        legal: list[tuple[int, ...]] = [()]
        for _ in self.heads:
            legal = [
                (*counts, count)
                for counts in legal
                for count in range(1, highest + 1)
                if math.prod(counts) * count <= most
            ]
        sized = [(self._most_vectors(counts), counts) for counts in legal]
        few = [counts for vectors, counts in sorted(sized) if vectors <= most]
        return few or [(1,) * number]

    def _most_vectors(self, counts: tuple[int, ...]) -> float:
        given = dict(zip(self.heads, counts, strict=True))
        complete = self.complete(dict.fromkeys(self.sizes, MOST_SIZE) | given)
        return math.inf if complete is None else max(self.vectors(complete))

    def complete(
        self, free: Parameters, least: bool = False, most: int = MOST_SIZE
    ) -> Parameters | None:
        """All parameters from the free ones; None where they are not legal.

        Args:
            free: A number for every free parameter; those of the temperature may be missing.
            least: Raise free widths to the least that a density needs.
            most: Examples, features and paths are no more.
        """
        parameters = dict(free)
        exact = {s: sympy.Rational(*Fraction(v).as_integer_ratio()) for s, v in parameters.items()}
        for symbol, expression in self.ours.assumed.items():
            value = expression.xreplace(exact)
            if value.is_Rational:
                parameters[symbol] = (
                    int(value) if value.is_Integer else Fraction(int(value.p), int(value.q))
                )
            elif not (value.free_symbols or value.has(sympy.zoo, sympy.nan)):
                parameters[symbol] = Fraction(str(value.evalf(30)))
        if not all(self._is_legal(symbol, value) for symbol, value in parameters.items()):
            return None
        return self._fitting(parameters, free, least, most)

    def _is_legal(self, symbol: Any, value: Any) -> bool:
        if symbol.is_integer:
            return bool(value == int(value) and value >= 1)
        return bool(value > 0 or (value == 0 and symbol == self.ours.theory.notation.temperature))

    def _fitting(
        self, parameters: Parameters, free: Parameters, least: bool, most: int
    ) -> Parameters | None:
        """Widths large enough for a density, and a kernel of full rank at temperature 0."""
        notation = self.ours.theory.notation
        counts = self.vectors(parameters)
        for stream, count in zip(notation.streams(), counts, strict=True):
            width = notation.width(stream.index)
            if least and width in free:
                parameters[width] = parameters[width] + count - 1
            elif width in parameters and parameters[width] < count:
                return None
        test = notation.data(test=True).examples
        sizes = [parameters.get(s, 1) for s in (notation.examples, notation.features, test)]
        if max(*sizes, *counts) > most:
            return None
        cold = parameters.get(notation.temperature) == 0
        examples, features = (
            parameters.get(notation.examples, 1),
            parameters.get(notation.features, 1),
        )
        return None if cold and examples > features else parameters

    def counts(self, parameters: Parameters) -> tuple[int, ...]:
        """Heads of every weight."""
        notation = self.ours.theory.notation
        heads = (notation.heads(w.index) for w in notation.graph.weights)
        return tuple(int(parameters.get(h, 1)) if not h.is_number else int(h) for h in heads)

    def vectors(self, parameters: Parameters) -> list[int]:
        """Vectors of every stream, the lowest first."""
        graph = self.ours.theory.notation.graph
        return [graph.vectors(stream, self.counts(parameters)) for stream in graph.streams]

    def missing_width(self) -> str:
        """Why no overlaps have a density: a width that is assumed; empty where there is none."""
        notation, assumed = self.ours.theory.notation, self.ours.assumed
        known = {symbol: int(value) for symbol, value in assumed.items() if value.is_Integer}
        counts = self.vectors(dict.fromkeys(self.heads, 1) | known)
        for stream, count in zip(notation.streams(), counts, strict=True):
            width = known.get(notation.width(stream.index), count)
            if width < count:
                return no_density(stream.name, count, width)
        return ""
