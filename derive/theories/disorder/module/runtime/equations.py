"""The residual x - update(x) of saddle-point equations, and its Jacobian."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Update = Callable[[np.ndarray], np.ndarray]
Feasible = Callable[[np.ndarray], bool]

DIFFERENCE = 3e-3
"""Of the way to where x is no longer feasible, a step of the Jacobian's central differences."""

MOST_HALVINGS = 36
"""Of a step into what is not feasible: a point so near the edge is on it."""


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

    def room(self, x: np.ndarray, place: int, side: float) -> float:
        """How far component `place` may go to a side, within a factor 2; at most about |x|."""
        far = max(abs(float(x[place])), float(self.scale[place]))
        for _ in range(MOST_HALVINGS):
            if self.feasible(moved(x, place, side * far)):
                return far
            far *= 0.5
        return 0.0

    def slope(self, x: np.ndarray, place: int) -> np.ndarray:
        """Of update(x) - x in one component: a central difference, or at an edge a one-sided one.

        The edge is where equations turn steep, so differences are small beside the way to it.
        """
        ahead, back = self.room(x, place, 1.0), self.room(x, place, -1.0)
        if min(ahead, back) > 0.0:
            h = DIFFERENCE * min(ahead, back)
            up, down = self.step(moved(x, place, h)), self.step(moved(x, place, -h))
            with np.errstate(all="ignore"):  # as in `step`
                return np.asarray((up - down) / (2.0 * h))
        h = DIFFERENCE**2 * (ahead if ahead > 0.0 else -back)
        if h == 0.0:
            return np.full(x.shape, np.nan)
        one, two = self.step(moved(x, place, h)), self.step(moved(x, place, 2.0 * h))
        with np.errstate(all="ignore"):
            return np.asarray((4.0 * one - two - 3.0 * self.step(x)) / (2.0 * h))

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Of update(x) - x."""
        return np.stack([self.slope(x, place) for place in range(len(x))], axis=1)


def moved(x: np.ndarray, place: int, way: float) -> np.ndarray:
    """x with one component changed."""
    there = x.copy()
    there[place] += way
    return there


def attracts(slopes: np.ndarray) -> bool:
    """Whether small steps along update(x) - x, of this Jacobian, lead back to a fixed point."""
    return bool(np.isfinite(slopes).all() and (np.linalg.eigvals(slopes).real < 0.0).all())
