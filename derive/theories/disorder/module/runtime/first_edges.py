"""Where integrals over a line begin to look for their weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Values = Sequence[np.ndarray | float]
LogDensity = Callable[..., np.ndarray]
"""ln of a weight at points, flat, given the outer variables there."""

RUNGS = np.array([1.5, 3.0, 5.0, 8.0, 11.0, 32.0, 256.0, 4096.0, 1e5, 1e7, 1e9])
"""Edges of the first panels, in units of a width, to both sides of a place.

Up to 11 they hold a Gaussian; the others find what lies far out.
"""


def first_edges(
    places: Values,
    widths: Values,
    shape: tuple[int, ...],
) -> np.ndarray:
    """Panels around places that double in length, of shape (rows, edges); width 0 is an edge."""
    parts = []
    for place, width in zip(places, widths, strict=True):
        broad = np.broadcast_to(np.asarray(width, dtype=float), shape)[..., None]
        steps = np.concatenate([-RUNGS[::-1], [0.0], RUNGS]) if broad.any() else np.zeros(1)
        parts.append(np.broadcast_to(place, shape)[..., None] + broad * steps)
    return np.sort(np.concatenate(parts, axis=-1), axis=-1)
