"""Averages over standard Gaussians, on panels that are narrow where the integrand turns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

GAUSSIAN_END = 10.0
"""Beyond it a standard Gaussian has a part of 2e-23, and 1e-16 of its tenth moment."""

LONGEST_PANEL = 1.5
"""A dozen nodes on it are exact to rounding for a Gaussian, and for turns of width 1 unsaid."""

FARTHEST_REACH = 25.0
"""Farther out the density itself underflows."""

NARROWEST = 1e-15
"""A turn of less width is a kink."""


@lru_cache(maxsize=32)
def legendre(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes on (-1, 1) and weights that sum to 2."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return points, weights


def ladder(narrow: float, wide: float) -> np.ndarray:
    """0, and both signs of 1, 2, 4, ..., to where such steps of the narrow width are the wide."""
    rungs = 2.0 ** np.arange(max(int(np.ceil(np.log2(wide / narrow))), 0) + 1)
    return np.concatenate([-rungs[::-1], [0.0], rungs])


def gaussian_nodes(
    breaks: Sequence[float | np.ndarray] = (),
    widths: Sequence[float] = (),
    nodes: int = 12,
    *,
    refine: int = 1,
    reach: float = 0.0,
    longest: float = LONGEST_PANEL,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Nodes z and weights of :math:`\int Dz f(z) = \sum_i w_i f(z_i)`.

    Gauss-Legendre panels from end to end of the Gaussian. Around every break their edges are at
    b, b +- w, b +- 2 w, b +- 4 w, ..., so that a turn of width w is resolved.

    Args:
        breaks: Where the integrand has a kink, or a steep turn. They may lie anywhere, also at
            infinity. Arrays, one entry per row, give nodes and weights of shape (rows, nodes of a
            row): for the inner of two averages, where the break moves with the outer variable.
        widths: Of each turn in z; 0 for a kink.
        nodes: Of a panel.
        refine: Into so many parts is every panel cut: the same average with 1 and with 2 tells
            its error.
        longest: Of a panel; 2.5 is enough where every turn is said, and pays in two dimensions.
        reach: The c of integrands that grow as exp(c |z|): the panels end so much farther out.
    """
    if reach > FARTHEST_REACH:
        raise ValueError(f"reach {reach:.3g}: above {FARTHEST_REACH:g} shift z by it instead")
    end = GAUSSIAN_END + reach
    coarse = np.linspace(-end, end, int(np.ceil(2.0 * end / longest)) + 1)
    edges = panel_edges(coarse, breaks, widths, longest)
    z, lengths = panel_nodes(cut(edges, refine), nodes)
    return z, lengths * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)


def panel_edges(
    coarse: np.ndarray,
    breaks: Sequence[float | np.ndarray],
    widths: Sequence[float],
    wide: float,
) -> np.ndarray:
    """The edges of panels, sorted along the last axis: coarse ones, and those around breaks."""
    far = float(coarse[-1])  # where those are that are at infinity, or nowhere
    placed = [np.nan_to_num(np.asarray(place, dtype=float), nan=far)[..., None] for place in breaks]
    parts = [
        place + (width * ladder(width, wide) if NARROWEST < width < wide else 0.0)
        for place, width in zip(placed, widths, strict=True)
    ]
    rows = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    whole = [np.broadcast_to(part, (*rows, part.shape[-1])) for part in (coarse, *parts)]
    edges = np.sort(np.clip(np.concatenate(whole, axis=-1), coarse[0], coarse[-1]), axis=-1)
    return edges if rows else np.unique(edges)


def cut(edges: np.ndarray, parts: int) -> np.ndarray:
    """The edges, with every panel cut into so many of equal length."""
    if parts == 1:
        return edges
    inner = np.linspace(0.0, 1.0, parts + 1)[:-1]
    low, length = edges[..., :-1, None], np.diff(edges)[..., None]
    first = (low + length * inner).reshape(*edges.shape[:-1], -1)
    return np.concatenate([first, edges[..., -1:]], axis=-1)


def panel_nodes(edges: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes of all panels, and weights for integrals over dz."""
    points, weights = legendre(nodes)
    middle, half = 0.5 * (edges[..., 1:] + edges[..., :-1]), 0.5 * np.diff(edges)
    flat = (*edges.shape[:-1], -1)
    z = middle[..., None] + half[..., None] * points
    return z.reshape(flat), (half[..., None] * weights).reshape(flat)


def product_nodes(
    *axes: tuple[np.ndarray, np.ndarray],
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Nodes and weights of independent Gaussians from those of each: (z_1, z_2, ...), weights."""
    grids = np.meshgrid(*(z for z, _ in axes), indexing="ij")
    weights = np.ones(())
    for _, weight in axes:
        weights = np.multiply.outer(weights, weight)
    return tuple(grid.ravel() for grid in grids), weights.ravel()


def relative_change(coarse: np.ndarray | float, fine: np.ndarray | float) -> float:
    """The largest change between two evaluations, relative to the larger of the value and 1."""
    coarse, fine = np.asarray(coarse, dtype=float), np.asarray(fine, dtype=float)
    change = np.abs(fine - coarse) / np.maximum(1.0, np.abs(fine))
    return float(np.max(change, initial=0.0)) if np.isfinite(change).all() else np.inf
