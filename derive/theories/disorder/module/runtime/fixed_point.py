"""Solve x = update(x) for a few order parameters: Anderson's mixing, then Newton."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Update = Callable[[np.ndarray], np.ndarray]
Feasible = Callable[[np.ndarray], bool]

TOLERANCE = 1e-12
"""Of the undamped residual |x - update(x)|, relative to the larger of |x| and its scale."""

MEMORY = 5
"""How many steps Anderson's mixing remembers."""

DAMPING = 0.5
"""Of the steps before Anderson's mixing has a memory, and where it fails."""

DIFFERENCE = 3e-3
"""Of the way to where x is no longer feasible, a step of the Jacobian's central differences."""

SERVES = 0.05
"""A Jacobian is used again where the last step lowered the residual to so much of it."""

MOST_HALVINGS = 40
MOST_NEWTON = 30


@dataclass(frozen=True)
class FixedPoint:
    """Where the search for a fixed point ended.

    Attributes:
        point: x.
        residual: Largest |x - update(x)| over the larger of |x| and its scale, undamped.
        converged: Whether it is at most the tolerance.
        message: "", or a sentence why not.
        attracting: Whether iterations of the update stay near it: all eigenvalues of its Jacobian
            are less than 1 in size. Newton also finds those that are not.
        evaluations: Of the update.
    """

    point: np.ndarray
    residual: float
    converged: bool
    message: str
    attracting: bool
    evaluations: int


class Equations:
    """x - update(x), counted, in units of a scale; not finite where x is not feasible."""

    def __init__(self, update: Update, feasible: Feasible, scale: np.ndarray) -> None:
        self.update, self.feasible, self.scale, self.evaluations = update, feasible, scale, 0

    def step(self, x: np.ndarray) -> np.ndarray:
        """update(x) - x."""
        if not np.isfinite(x).all() or not self.feasible(x):
            return np.full(x.shape, np.nan)
        self.evaluations += 1
        with np.errstate(all="ignore"):  # what overflows is not finite, and not taken
            return np.asarray(self.update(x), dtype=float) - x

    def size(self, x: np.ndarray, step: np.ndarray) -> float:
        """The largest component relative to x and its scale; infinite where there is none."""
        relative = np.abs(step) / np.maximum(np.abs(x), self.scale)
        return float(np.max(relative, initial=0.0)) if np.isfinite(relative).all() else np.inf

    def room(self, x: np.ndarray, place: int) -> float:
        """How far component `place` may go both ways, within a factor 2, and no more than |x|."""
        far = max(abs(float(x[place])), float(self.scale[place]))
        for _ in range(MOST_HALVINGS):
            ahead, back = x.copy(), x.copy()
            ahead[place] += far
            back[place] -= far
            if self.feasible(ahead) and self.feasible(back):
                return far
            far *= 0.5
        return far

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Of update(x) - x, by central differences; of columns at an edge, by one-sided ones."""
        columns, here = [], None
        for place in range(len(x)):
            move = np.zeros(len(x))
            move[place] = DIFFERENCE * self.room(x, place)
            ahead, back = self.step(x + move), self.step(x - move)
            column = (ahead - back) / (2.0 * move[place])
            if not np.isfinite(column).all():
                here = self.step(x) if here is None else here
                one = ahead - here if np.isfinite(ahead).all() else here - back
                column = one / move[place]
            columns.append(column)
        return np.stack(columns, axis=1)


def fixed_point(
    update: Update,
    start: np.ndarray,
    feasible: Feasible = lambda x: True,
    *,
    scale: np.ndarray | float = 1.0,
    tolerance: float = TOLERANCE,
    iterations: int = 40,
    rounds: int = 4,
) -> FixedPoint:
    """Iterate to near a fixed point, and go onto it by Newton's steps; in turns.

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
    reason = ""
    for _ in range(rounds if iterations else 1):
        x = iterate(equations, x, tolerance, iterations)
        x, reason = newton(equations, x, tolerance)
        if not reason:
            break
    return told(equations, x, tolerance, reason)


def told(equations: Equations, x: np.ndarray, tolerance: float, reason: str) -> FixedPoint:
    """The end of a search."""
    residual = equations.size(x, equations.step(x))
    converged = residual <= tolerance
    attracting = False
    if np.isfinite(residual):
        slope = equations.jacobian(x) + np.eye(len(x))
        if np.isfinite(slope).all():
            attracting = bool(np.max(np.abs(np.linalg.eigvals(slope)), initial=0.0) < 1.0)
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
