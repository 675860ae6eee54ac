"""All fixed points that some starts lead to, and the one that dominates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.equations import Feasible, Update
from derive.theories.disorder.module.runtime.fixed_point import FixedPoint, fixed_point

SAME_POINT = 1e-7
"""Two fixed points are one where no order parameter differs by so much of its size or scale."""

MOST_DRAWS = 1000
"""For each random start, until one is feasible."""


class Branch(NamedTuple):
    """A fixed point among those that were found.

    Attributes:
        found: It, and whether iterations of the update stay near it.
        free_entropy: There; -inf where it is not finite.
        start: The name of the start that led to it.
    """

    found: FixedPoint
    free_entropy: float
    start: str


def random_starts(
    low: Sequence[float] | np.ndarray,
    high: Sequence[float] | np.ndarray,
    feasible: Feasible,
    count: int,
    generator: np.random.Generator,
) -> list[tuple[str, np.ndarray]]:
    """Points drawn from a box, those that are feasible, with names.

    Fewer where the feasible part of the box is too small to be hit.
    """
    starts: list[tuple[str, np.ndarray]] = []
    for number in range(count):
        for _ in range(MOST_DRAWS):
            x = generator.uniform(low, high)
            if feasible(x):
                starts.append((f"random {number + 1}", x))
                break
    return starts


def find_branches(
    update: Update,
    starts: Iterable[tuple[str, np.ndarray]],
    feasible: Feasible,
    free_entropy: Callable[[np.ndarray], float],
    *,
    scale: np.ndarray | float = 1.0,
    canonical: Callable[[np.ndarray], np.ndarray] = lambda x: x,
) -> tuple[list[Branch], FixedPoint | None]:
    """The distinct fixed points, by iterations and by Newton alone from every start.

    Those that iterations stay near come first: others are maxima or saddles between two states,
    and dominate nothing. Among each kind the larger free entropy comes first, so that the first of
    all is the one that dominates.

    Args:
        update: One undamped step.
        starts: With names: informed ones near the teacher, uninformed ones, random ones.
        feasible: Whether order parameters are those of any state.
        free_entropy: At a fixed point.
        scale: See `fixed_point`.
        canonical: One of the points that a symmetry makes equal, as m and -m.

    Returns:
        The branches; and where there are none the search that came nearest, or None without starts.
    """
    branches: list[Branch] = []
    nearest: FixedPoint | None = None
    for name, start in starts:
        for iterations in (40, 0):
            found = fixed_point(update, start, feasible, scale=scale, iterations=iterations)
            if not found.converged:
                if nearest is None or found.residual < nearest.residual:
                    nearest = found
            elif not any(same(found, branch.found, scale, canonical) for branch in branches):
                branches.append(Branch(found, height(free_entropy, found), name))
    branches.sort(key=lambda branch: (not branch.found.attracting, -branch.free_entropy))
    return branches, None if branches else nearest


def height(free_entropy: Callable[[np.ndarray], float], found: FixedPoint) -> float:
    """The free entropy, -inf where it is not finite."""
    with np.errstate(all="ignore"):
        value = float(free_entropy(found.point))
    return value if np.isfinite(value) else -np.inf


def same(
    one: FixedPoint,
    other: FixedPoint,
    scale: np.ndarray | float,
    canonical: Callable[[np.ndarray], np.ndarray],
) -> bool:
    """Whether two fixed points are one, up to a symmetry."""
    here, there = canonical(one.point), canonical(other.point)
    size = np.maximum(np.maximum(np.abs(here), np.abs(there)), scale)
    return bool(np.all(np.abs(here - there) <= SAME_POINT * size))
