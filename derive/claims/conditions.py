"""Parameters of a network that a claim's conditions allow."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy

from derive.claims.ours import Ours
from derive.network.outside import no_density

MOST_SIZE = 40
"""Examples, features and paths of an instance are no more, whatever is assumed; widths may be."""
MOST_VECTORS = 12
"""Vectors of a stream of a generic instance: two layers of two heads and one of three have them."""
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

    def head_counts(self) -> list[tuple[int, ...]]:
        """Counts for the free heads that few enough paths allow, few layers with a single head."""
        legal: list[tuple[int, ...]] = [()]
        for _ in self.heads:
            legal = [
                (*counts, count)
                for counts in legal
                for count in range(1, MOST_HEADS + 1)
                if math.prod(counts) * count <= MOST_VECTORS
            ]
        legal = [counts for counts in legal if self._are_few(counts)]
        fewest = min((counts.count(1) for counts in legal), default=0)
        most = fewest + (len(self.heads) > 2)
        few = [counts for counts in legal if counts.count(1) <= most]
        return few or [(1,) * len(self.heads)]

    def _are_few(self, counts: tuple[int, ...]) -> bool:
        given = dict(zip(self.heads, counts, strict=True))
        complete = self.complete(dict.fromkeys(self.sizes, MOST_SIZE) | given)
        return complete is not None and max(self.vectors(complete)) <= MOST_VECTORS

    def complete(self, free: Parameters, least: bool = False) -> Parameters | None:
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
        counts = self.vectors(found)
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

    def counts(self, found: Parameters) -> tuple[int, ...]:
        """Heads of every weight."""
        notation = self.ours.theory.notation
        heads = (notation.heads(w.index) for w in notation.graph.weights)
        return tuple(int(found.get(h, 1)) if not h.is_number else int(h) for h in heads)

    def vectors(self, found: Parameters) -> list[int]:
        """Vectors of every stream, the lowest first."""
        graph = self.ours.theory.notation.graph
        return [graph.vectors(stream, self.counts(found)) for stream in graph.streams]

    def missing_width(self) -> str:
        """Why no overlaps have a density: a width that is assumed; empty where there is none."""
        notation, assumed = self.ours.theory.notation, self.ours.assumed
        found = {symbol: int(value) for symbol, value in assumed.items() if value.is_Integer}
        counts = self.vectors(dict.fromkeys(self.heads, 1) | found)
        for stream, count in zip(notation.streams(), counts, strict=True):
            width = found.get(notation.width(stream.index), count)
            if width < count:
                return no_density(stream.name, count, width)
        return ""
