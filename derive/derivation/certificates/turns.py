"""Which head counts a rule that acts on some weights has to be seen with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

Heads = tuple[int, ...]
"""Branches of every weight, the lowest first."""


def showing(turns: Sequence[Heads], weights: Sequence[int]) -> tuple[Heads, ...]:
    """Those with several branches of one of the weights, and those that show something else.

    There is at least one.

    Args:
        turns: Head counts in turns.
        weights: The rule acts on these; log H is zero, and hides factors, of no other.
    """
    kept = [heads for heads in turns if any(heads[k] > 1 for k in weights)]
    seen = {sight for heads in kept for sight in _sights(heads)}
    for heads in turns:
        if not kept or not _sights(heads) <= seen:
            kept.append(heads)
            seen |= _sights(heads)
    return tuple(kept)


def _sights(heads: Heads) -> set[tuple[int, int]]:
    """Weights with several branches, each with any other whose number is not the same."""
    several = {(j, j) for j, count in enumerate(heads) if count > 1}
    places = permutations(range(len(heads)), 2)
    return several | {(j, k) for j, k in places if 1 < heads[j] != heads[k]}
