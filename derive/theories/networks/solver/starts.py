"""Random starts of a search."""

from __future__ import annotations

import numpy as np


def random_overlap(point: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A random positive definite matrix around a point: log-normal eigenvalues, random axes."""
    root = np.linalg.cholesky(point)
    axes, _ = np.linalg.qr(generator.normal(size=point.shape))
    spread = np.exp(generator.normal(scale=1.5, size=len(point)))
    return np.asarray(root @ (axes * spread) @ axes.T @ root.T)
