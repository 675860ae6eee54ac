"""Newton's steps onto a solution of x = update(x), inside what is feasible."""

from __future__ import annotations

import numpy as np

from derive.theories.disorder.module.runtime.equations import Equations

SERVES = 0.05
"""A Jacobian is used again where the last step lowered the residual to so much of it."""

MOST_NEWTON = 30


def newton(equations: Equations, x: np.ndarray, tolerance: float) -> tuple[np.ndarray, str]:
    """Newton's steps, with one Jacobian as long as it serves; why they ended, or "".

    Below the tolerance one more is taken, for the digits that a residual near rounding leaves out.
    """
    step = equations.step(x)
    size, slope, fresh = equations.size(x, step), np.empty(0), False
    for _ in range(MOST_NEWTON):
        if not len(slope):
            slope, fresh = equations.jacobian(x), True
            if not np.isfinite(slope).all():
                return x, "the Jacobian is not finite"
        weight = np.maximum(np.abs(x), equations.scale)
        move = weight * np.linalg.lstsq(-slope * weight / weight[:, None], step / weight)[0]
        found, further, smaller = descended(equations, x, move, size, 12 if fresh else 1)
        reached, ratio = size <= tolerance, smaller / max(size, 1e-300)
        if smaller < size:
            x, step, size = found, further, smaller
        if reached:
            return x, ""
        if fresh and ratio >= 0.99:
            return x, "Newton's steps no longer lower the residual"
        slope, fresh = (np.empty(0), False) if ratio > SERVES else (slope, False)
    return x, "" if size <= tolerance else f"{MOST_NEWTON} of Newton's steps were not enough"


def descended(
    equations: Equations, x: np.ndarray, move: np.ndarray, size: float, most: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """The point after a part of a step that lowers the residual, or after the smallest part."""
    found, further, smaller = x, move, size
    for _ in range(most):
        found = x + move
        further = equations.step(found)
        smaller = equations.size(found, further)
        if smaller < size:
            break
        move = 0.5 * move
    return found, further, smaller
