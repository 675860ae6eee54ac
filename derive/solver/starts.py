"""Random starts of a search, and what differs among the points that it finds."""

from __future__ import annotations

import numpy as np

from derive.solver.solution import Solution


def random_overlap(point: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A random positive definite matrix around a point: log-normal eigenvalues, random axes."""
    root = np.linalg.cholesky(point)
    axes, _ = np.linalg.qr(generator.normal(size=point.shape))
    spread = np.exp(generator.normal(scale=1.5, size=len(point)))
    return np.asarray(root @ (axes * spread) @ axes.T @ root.T)


def distinct(solutions: list[Solution]) -> tuple[Solution, ...]:
    """Solutions whose bottom overlaps differ by more than rounding."""
    kept: list[Solution] = []
    for solution in solutions:
        scale = np.linalg.norm(solution.bottom)
        if all(np.linalg.norm(solution.bottom - k.bottom) > 1e-6 * scale for k in kept):
            kept.append(solution)
    return tuple(kept)
