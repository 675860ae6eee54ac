"""Lines that follow at leading order: the relative difference must decay as a size grows."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

import sympy

from derive.evidence.verdict import Unsettled, Verdict

SCALES = tuple(4**power for power in range(7))
"""Factors of what grows; everything else stays as it is, P too."""
DECAYS = 0.8
"""Observed order from which a difference counts as of order 1/N: log N / N has a little less."""
NOISE = 1e-8
"""Relative differences below this may be what a solver leaves."""
MATRIX_GROWS = (
    "a matrix has it as its size, and entries that are drawn say nothing of those of a larger one; "
    "where it counts something else, give that a size of its own"
)
STAYS = 0.2
"""Observed order up to which a difference counts as one of leading order."""


def decide_leading(
    difference: Callable[[int], float], scales: Sequence[int] = SCALES
) -> tuple[Verdict, str]:
    """The verdict on relative differences at sizes times 1, 4, 16, ...

    Args:
        difference: The largest relative difference at sizes times a factor.
        scales: The factors.

    Returns:
        The verdict, and what was seen.
    """
    differences = [difference(scale) for scale in scales]
    if differences[-1] == 0:
        return Verdict.AGREES, "the two sides do not differ at all"
    order = observed_order(differences, scales)
    seen = (
        f"relative difference {differences[0]:.1e} to {differences[-1]:.1e} at sizes times "
        f"{scales[0]} to {scales[-1]}: observed order {order:.2f}"
    )
    if order >= DECAYS:
        rest = _beyond(differences, scales)
        if rest:
            return Verdict.INCONCLUSIVE, f"{seen}; extrapolated, a difference of {rest:.1e} stays"
        return Verdict.AGREES, seen
    if order <= STAYS and _settles(differences):
        return Verdict.DISAGREES, f"{seen}; order 1 or more is due"
    return Verdict.INCONCLUSIVE, f"{seen}, between none and 1; the larger sizes do not settle it"


def refuse_shapes(sides: Iterable[Any], grows: Collection[Any], name: str) -> None:
    """Raise Unsettled where a matrix of a side would grow with a size.

    Args:
        sides: Expressions; None for a function.
        grows: The sizes that go to infinity.
        name: What a claim calls them.
    """
    for side in filter(None, sides):
        for node in sympy.preorder_traversal(side):
            shape = node.shape if getattr(node, "is_Matrix", False) else ()
            if any(size.free_symbols & set(grows) for size in shape):
                raise Unsettled(f"leading {name}: {MATRIX_GROWS}")


def _beyond(differences: Sequence[float], scales: Sequence[int]) -> float:
    """What an extrapolation d + c / N leaves over, where it does not shrink itself; else 0."""
    limits = []
    for (before, after), (small, large) in zip(
        pairwise(differences), pairwise(scales), strict=True
    ):
        ratio = large / small
        limits.append(abs(ratio * after - before) / (ratio - 1))
    stays = len(limits) > 1 and limits[-1] > NOISE and limits[-1] > limits[-2] / 2
    return limits[-1] if stays else 0.0


def _settles(differences: Sequence[float]) -> bool:
    """Whether the changes die out: those of 1 / log N do not."""
    changes = [abs(after - before) for before, after in pairwise(differences)]
    return changes[-1] <= max(changes[-2] / 2, NOISE)


def observed_order(differences: Sequence[float], scales: Sequence[int]) -> float:
    """The order of the decay, from the last two differences.

    >>> round(observed_order([0.1, 0.05, 0.025], [1, 2, 4]), 6)
    1.0
    """
    first, last = differences[-2:]
    if not (math.isfinite(first) and math.isfinite(last)):
        raise Unsettled("the difference overflows as the size grows")
    if first == 0:
        return 0.0
    return math.log(first / last) / math.log(scales[-1] / scales[-2])


def relative(found: Any, expected: Any) -> float:
    """The largest difference of two arrays, relative to the largest entry."""
    gap = abs(found - expected).max()
    size = max(abs(found).max(), abs(expected).max())
    return float(gap / size) if gap else 0.0
