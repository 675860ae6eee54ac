"""Solve x = update(x) for a few order parameters: Anderson's mixing, then Newton."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.equations import (
    MOST_HALVINGS,
    Equations,
    Feasible,
    Update,
    attracts,
)
from derive.theories.disorder.module.runtime.newton import newton

SMALL_RESIDUAL = 1e-12
"""Of the undamped residual |x - update(x)|, relative to the larger of |x| and its scale."""

PLAIN_STEPS = 60
"""Before the second round, and so many times more before each further one."""

MEMORY = 5
"""How many steps Anderson's mixing remembers."""

STUCK = 1e-6
"""Rounds end where one moves no farther, relative to the larger of |x| and its scale."""

DAMPING = 0.5
"""Of the steps before Anderson's mixing has a memory, and where it fails."""


class FixedPoint(NamedTuple):
    """Where the search for a fixed point ended.

    Attributes:
        point: x.
        residual: Largest |x - update(x)| over the larger of |x| and its scale, undamped.
        converged: Whether it is at most the tolerance.
        message: "", or a sentence why not.
        attracting: Whether iterations of the update, damped enough, stay near it: the eigenvalues
            of its Jacobian have real parts below 1. Newton also finds those that are not.
        evaluations: Of the update.
    """

    point: np.ndarray
    residual: float
    converged: bool
    message: str
    attracting: bool
    evaluations: int


def fixed_point(
    update: Update,
    start: np.ndarray,
    feasible: Feasible = lambda x: True,
    *,
    scale: np.ndarray | float = 1.0,
    tolerance: float = SMALL_RESIDUAL,
    iterations: int = 40,
    rounds: int = 4,
) -> FixedPoint:
    """Iterate to near a fixed point, and go onto it by Newton's steps; in turns.

    Where Newton's steps end above a fixed point, plain damped steps go on, from there and smaller
    in every round: through the narrow place that a fixed point leaves where it has just vanished.

    Args:
        update: One undamped step.
        start: Where to begin; feasible.
        feasible: Whether order parameters are those of any state (q <= Q, m^2 <= q rho, ...).
            No step leads out; those that would are halved.
        scale: Sizes below which components of x, and their residuals, are as good as 0.
        tolerance: Of the residual.
        iterations: Of the damped update, in every round; 0 for Newton alone, which also finds
            fixed points that iterations leave.
        rounds: Of iterations followed by Newton.
    """
    x = np.array(start, dtype=float)
    equations = Equations(update, feasible, np.broadcast_to(np.asarray(scale, float), x.shape))
    if equations.size(x, equations.step(x)) == np.inf:
        return told(equations, x, tolerance, "there is no update of the start")
    ends: list[tuple[float, np.ndarray, str]] = []
    for number in range(rounds if iterations else 1):
        if number > 0:
            x = drifted(equations, x, DAMPING**number, number * PLAIN_STEPS)
        x = iterate(equations, x, tolerance, iterations)
        x, reason = newton(equations, x, tolerance)
        if not reason:
            return told(equations, x, tolerance, reason)
        stuck = bool(ends) and equations.size(x, x - ends[-1][1]) <= STUCK
        ends.append((equations.size(x, equations.step(x)), x, reason))
        if stuck:  # at the edge of what is feasible
            break
    _, x, reason = min(ends, key=lambda end: end[0])
    return told(equations, x, tolerance, reason)


def told(equations: Equations, x: np.ndarray, tolerance: float, reason: str) -> FixedPoint:
    """The end of a search."""
    residual = equations.size(x, equations.step(x))
    converged = residual <= tolerance
    attracting = bool(np.isfinite(residual)) and attracts(equations.jacobian(x))
    message = "" if converged else f"not converged: {reason}, residual {residual:.1e}"
    return FixedPoint(x, residual, converged, message, attracting, equations.evaluations)


def iterate(equations: Equations, x: np.ndarray, tolerance: float, most: int) -> np.ndarray:
    """The best of some damped steps with Anderson's mixing, until Newton's steps will do."""
    points: list[np.ndarray] = []
    steps: list[np.ndarray] = []
    best, least = x, np.inf
    for _ in range(most):
        step = equations.step(x)
        size = equations.size(x, step)
        if not np.isfinite(size):
            return best
        if size < least:
            best, least = x, size
        if size < max(tolerance, 1e-4) and len(points) > 1:
            break
        points, steps = [*points, x][-MEMORY:], [*steps, step][-MEMORY:]
        x = inside(equations, x, [mixed(points, steps, equations.scale), DAMPING * step])
    return best


def drifted(equations: Equations, x: np.ndarray, damping: float, most: int) -> np.ndarray:
    """Where plain damped steps lead."""
    for _ in range(most):
        step = equations.step(x)
        if not np.isfinite(step).all():
            break
        x = inside(equations, x, [damping * step])
    return x


def mixed(points: list[np.ndarray], steps: list[np.ndarray], scale: np.ndarray) -> np.ndarray:
    """Anderson's step from the last point, damped as long as there is no other."""
    if len(points) == 1:
        return DAMPING * steps[0]
    size = np.maximum(np.abs(points[-1]), scale)[:, None]
    moves, changes = np.diff(np.stack(points, axis=1)), np.diff(np.stack(steps, axis=1))
    weights = np.linalg.lstsq(changes / size, steps[-1] / size[:, 0], rcond=1e-10)[0]
    return np.asarray(steps[-1] - (moves + changes) @ weights)


def inside(equations: Equations, x: np.ndarray, steps: list[np.ndarray]) -> np.ndarray:
    """x and the first of some steps that is feasible, or a part of the last."""
    for step in steps:
        if np.isfinite(step).all() and equations.feasible(x + step):
            return np.asarray(x + step)
    step = steps[-1]
    for _ in range(MOST_HALVINGS):
        step = 0.5 * step
        if equations.feasible(x + step):
            return np.asarray(x + step)
    return x
