"""Solve saddle-point equations that close on the lowest overlaps, by Anderson's mixing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derive.programs.runtime.minimise import Overlaps

MEMORY = 6
"""How many steps Anderson's mixing remembers."""

MOST_STEPS = 60
PATIENCE = 15
"""So many steps without half the residual, and the iteration is given up."""

NEAR = 1e-6
"""A residual that rounding may keep from falling further."""


def positive_part(matrix: np.ndarray) -> np.ndarray:
    """The symmetric part, its eigenvalues at least a thousandth of the largest in size."""
    values, axes = np.linalg.eigh((matrix + matrix.T) / 2.0)
    least = 1e-3 * float(np.max(np.abs(values)))
    if values[0] > least:
        return (matrix + matrix.T) / 2.0
    return np.asarray((axes * np.maximum(values, least)) @ axes.T)


def fixed_point(
    start: Overlaps,
    closed: Callable[[Overlaps], Overlaps],
    tolerance: float,
    farthest: float = np.inf,
) -> Overlaps | None:
    """Solve G = closed(G), where the map reads the lowest overlaps alone; None where that fails.

    Each step takes the combination of the last ones whose residuals cancel best (Anderson 1965);
    the eigenvalues of the new G, relative to the last, stay between 0.1 and 10. A far first step is
    damped. What is near a root but comes no nearer, because of rounding, is returned as it is.

    Args:
        start: G_s, positive definite.
        closed: From G_s to the overlaps that the equations give in the place of each.
        tolerance: Bound on |closed(G) - G|_F / |G|_F of the lowest overlaps.
        farthest: Where that is larger at the start, nothing is tried.
    """
    lowest, best, waited = start[0], np.inf, 0
    points: list[np.ndarray] = []
    residuals: list[np.ndarray] = []
    for _ in range(MOST_STEPS):
        found = closed((lowest, *start[1:]))
        residual = (found[0] - lowest).ravel()
        size = float(np.linalg.norm(residual) / np.linalg.norm(lowest))
        if size <= tolerance or (size <= NEAR and waited >= PATIENCE // 3):
            return found
        if not points and size > farthest:
            return None
        best, waited = (size, 0) if size < 0.5 * best else (best, waited + 1)
        if waited >= PATIENCE or not np.isfinite(size):
            return None
        points, residuals = [*points, lowest.ravel()], [*residuals, residual]
        points, residuals = points[-MEMORY - 1 :], residuals[-MEMORY - 1 :]
        step = _mixed(points, residuals, 1.0 if size < 0.1 else 0.3)
        lowest = _bounded(lowest, step.reshape(lowest.shape))
    return None


def _mixed(points: list[np.ndarray], residuals: list[np.ndarray], damping: float) -> np.ndarray:
    """Anderson's next point less the last one; the first step is damped."""
    if len(points) == 1:
        return damping * residuals[0]
    moves, changes = np.diff(np.stack(points, axis=1)), np.diff(np.stack(residuals, axis=1))
    weights = np.linalg.lstsq(changes, residuals[-1], rcond=1e-12)[0]
    return np.asarray(residuals[-1] - (moves + changes) @ weights)


def _bounded(matrix: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The matrix plus the step, with eigenvalues relative to the matrix between 0.1 and 10."""
    root = np.linalg.cholesky(matrix)
    relative = np.linalg.solve(root, np.linalg.solve(root, step).T)
    values, axes = np.linalg.eigh(np.eye(len(root)) + (relative + relative.T) / 2.0)
    turned = root @ axes
    return np.asarray((turned * np.clip(values, 0.1, 10.0)) @ turned.T)
