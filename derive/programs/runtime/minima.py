"""Several minima of one action: those that differ, the lowest of them, and the others told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

NEAR_POINT = 5e-2
"""Relative distance up to which a point that is found coarsely is one that is known."""
AHEAD, ABOVE = 0.25, 0.1
"""A descent ends at a known point if it is at this relative distance, and above by less than this
part of the width in action: the price of weights that grow or shrink by a half."""
SAME_POINT = 1e-6
"""Relative distance of the lowest overlaps up to which two points are one."""


def distinct(solutions: list[Any]) -> list[Any]:
    """Solutions whose lowest overlaps differ by more than rounding, in the order given."""
    kept: list[Any] = []
    for solution in solutions:
        lowest = solution.overlaps[0]
        near = SAME_POINT * np.linalg.norm(lowest)
        if all(np.linalg.norm(lowest - other.overlaps[0]) > near for other in kept):
            kept.append(solution)
    return kept


def is_near(point: tuple[np.ndarray, ...], solutions: list[Any]) -> bool:
    """Whether a point, found to about a hundredth, is one of some solutions."""
    lowest = point[0]
    gaps = [np.linalg.norm(lowest - solution.overlaps[0]) for solution in solutions]
    return bool(gaps) and float(min(gaps)) < NEAR_POINT * float(np.linalg.norm(lowest))


def runs_into(
    point: tuple[np.ndarray, ...],
    action: float,
    minima: list[tuple[np.ndarray, float]],
    width: float,
) -> bool:
    """Whether a descent that has come to a point will end at one of some minima.

    They are given by their lowest overlaps and their actions, without what lies outside the span
    of the inputs, as that of the point is.
    """
    for known, lowest in minima:
        above = action - lowest
        near = AHEAD * float(np.linalg.norm(known))
        rounding = 1e-9 * max(1.0, abs(action))
        if -rounding <= above <= ABOVE * width and np.linalg.norm(point[0] - known) <= near:
            return True
    return False


def lowest_minimum(solutions: list[Any], prior: np.ndarray, height: Callable[[Any], float]) -> Any:
    """The solution of lowest action, with the other minima beside it.

    Args:
        solutions: Named tuples with `overlaps`, `converged`, `gradient_norm`, `message` and
            `others`. Those that did not converge count only where none did.
        prior: The lowest overlaps at infinite width, to say how far from there a minimum is.
        height: The action of a solution but for a constant, which would hide small differences.
    """
    converged = [solution for solution in solutions if solution.converged]
    if not converged:
        return min(solutions, key=lambda solution: solution.gradient_norm)
    best, *others = distinct(sorted(converged, key=height))
    if not others:
        return best
    above = [height(other) - height(best) for other in others]
    message = f"{best.message}; {others_told(best, others, above, prior)}"
    return best._replace(others=tuple(others), message=message)


def others_told(best: Any, others: list[Any], above: list[float], prior: np.ndarray) -> str:
    """What the message of the lowest minimum says of the others, so much above in action."""
    size = np.trace(prior)
    here, *scales = (float(np.trace(s.overlaps[0]) / size) for s in (best, *others))
    shown = [
        f"{gap:.4g} higher in action, at {scale:.3g} times"
        for gap, scale in zip(above, scales, strict=True)
    ]
    more = f"; {len(shown) - 3} more are told in others" if len(shown) > 3 else ""
    return (
        f"the lowest of {len(others) + 1} minima, with {here:.3g} times the overlaps of infinite "
        f"width; another is {'; another is '.join(shown[:3])}{more}; a first-order transition lies "
        "where the actions of two are equal"
    )
