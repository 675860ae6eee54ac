"""Which layers of a network have several heads at once, and more than the numbers of a claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from typing import Any

from derive.theories.networks.words.conditions import FEW_LAYERS

Counts = tuple[int, ...]


def sights(counts: Counts, limits: Sequence[int] = (1,)) -> Iterator[tuple[Any, ...]]:
    """Groups of layers with more heads than a limit at once, and any two with unequal numbers.

    All groups where there are few layers, else any two; and any two of which one has more heads
    than a limit, and the other has not.

    Args:
        counts: Heads of every layer.
        limits: Numbers that heads are compared with.
    """
    for limit in limits:
        above = [k for k, count in enumerate(counts) if count > limit]
        most = len(above) if len(counts) <= FEW_LAYERS else 2
        for size in range(1, most + 1):
            yield from ((*group, limit) for group in combinations(above, size))
        for j, k in permutations(range(len(counts)), 2) if limit > 1 else ():
            if counts[j] > limit >= counts[k]:
                yield (j, k, limit, "alone")
    for j, k in combinations(range(len(counts)), 2):
        if counts[j] != counts[k] and min(counts[j], counts[k]) > 1:
            yield (j, k, "apart")


def told(names: Sequence[str], kept: Sequence[Counts]) -> str:
    """How many of the heads were above 1 at once.

    Args:
        names: Of the head counts.
        kept: Head counts of the cases that were kept.
    """
    if len(names) < 2:
        return ""
    most = 0
    for count in range(1, len(names) + 1):
        groups = list(combinations(range(len(names)), count))
        seen = sum(any(all(h[k] > 1 for k in group) for h in kept) for group in groups)
        if seen < len(groups):
            break
        most = count
    if most == len(names):
        return f"all of {', '.join(names)} above 1 at once"
    return f"any {most} of the heads above 1 at once, {seen} of {len(groups)} groups of {count}"
