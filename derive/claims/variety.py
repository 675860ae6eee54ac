"""Draws that have little in common with earlier ones: what stays the same passes for a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any, Generic, TypeVar

Drawn = TypeVar("Drawn")
Levels = Sequence[Sequence[Any]]
"""Numbers of a draw, those that matter most in the first sequence."""


@dataclass(eq=False)
class Variety(Generic[Drawn]):
    """Chooses draws one after the other.

    Attributes:
        numbers: What of a draw must not pass for a number; in the same order for every draw.
        earlier: Those of the draws that were kept.
    """

    numbers: Callable[[Drawn], Levels]
    earlier: list[Levels] = field(default_factory=list)

    def ranked(self, candidates: Iterable[Drawn]) -> list[Drawn]:
        """Candidates, those first that have the least in common with what was kept.

        >>> variety = Variety(lambda pair: [pair])
        >>> variety.keep((1, 2))
        >>> variety.ranked([(1, 2), (1, 3), (2, 3)])
        [(2, 3), (1, 3), (1, 2)]
        """
        return sorted(candidates, key=self._in_common)

    def keep(self, drawn: Drawn) -> None:
        """Hold later candidates against this one too."""
        self.earlier.append(self.numbers(drawn))

    def _in_common(self, drawn: Drawn) -> list[int]:
        """How many numbers are the same as in an earlier draw, level by level."""
        return [
            sum(
                mine == theirs
                for earlier in self.earlier
                for mine, theirs in zip(numbers, earlier[level], strict=True)
            )
            for level, numbers in enumerate(self.numbers(drawn))
        ]


def relations(sizes: Sequence[int]) -> list[Any]:
    """Differences and ratios of all pairs: neither m + 1 nor 2 m must pass for n.

    >>> relations([2, 5])
    [3, Fraction(5, 2)]
    """
    pairs = list(combinations(map(int, sizes), 2))
    return [b - a for a, b in pairs] + [Fraction(b, a) for a, b in pairs]
