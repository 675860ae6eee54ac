"""Averages over one Gaussian variable, on panels that are cut in two until nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from derive.theories.disorder.module.runtime.panels import last_coefficients
from derive.theories.disorder.module.runtime.quadrature import NARROWEST, cut, legendre

NODES = 16
"""Of a panel."""
END = 9.2
"""A standard Gaussian has 4e-20 beyond it."""
PRECISE = 3e-15
"""What a panel may miss, relative to the largest of an average and 1."""
LONGEST = 1.55
"""Of a first panel."""
GROWTH = 8.0
"""Of panels away from a turn: they need only see it, to be cut there."""
MOST_CUTS = 60
MOST_PANELS = 4096
"""At once; an integrand that needs more is not resolved, and changes with `refine`."""

Turn = tuple[float, float]
"""Where an integrand turns steeply or has a kink, and how wide the turn is."""


def gaussian_average(
    integrand: Callable[[np.ndarray], np.ndarray], refine: int = 1, turns: Sequence[Turn] = ()
) -> np.ndarray:
    r"""Averages :math:`\int Dz\, f_k(z)` of several functions at once, shape (functions,).

    Panels are halved until the coefficients of the integrand's polynomials have fallen on each.
    What is narrower than the distance of first nodes is not seen there, so turns are said.

    Args:
        integrand: From nodes z, shape (nodes,), to values, shape (functions, nodes).
        refine: Into how many parts the first panels are cut; two values tell the error.
        turns: See `Turn`.
    """
    edges = cut(first_panels(turns), refine)
    low, high = edges[:-1], edges[1:]
    holds, size, missing = _panels(integrand, low, high)
    total = np.zeros(len(holds))
    scale = np.maximum(size.sum(axis=1), 1.0)[:, None]
    for _ in range(MOST_CUTS):
        rough = ~(missing <= PRECISE * scale).all(axis=0)
        rough &= high - low > 1e-14 * np.maximum(1.0, np.abs(low))
        if 2 * rough.sum() > MOST_PANELS or not rough.any():
            return np.asarray(total + holds.sum(axis=1))
        total += holds[:, ~rough].sum(axis=1)
        low, high = low[rough], high[rough]
        middle = 0.5 * (low + high)
        low, high = np.append(low, middle), np.append(middle, high)
        holds, _, missing = _panels(integrand, low, high)
    return np.asarray(total + holds.sum(axis=1))


def turn(place: float, mean: float, slope: float, width: float) -> Turn:
    """Where mean + slope z is at a place, and the width in z of a turn of such a width there."""
    if slope == 0.0:
        return np.inf, np.inf
    return (place - mean) / slope, width / abs(slope)


def first_panels(turns: Sequence[Turn]) -> np.ndarray:
    """Edges from end to end, and around turns at distances that grow from their widths."""
    coarse = np.linspace(-END, END, int(np.ceil(2.0 * END / LONGEST)) + 1)
    parts: list[np.ndarray] = [coarse]
    for place, width in turns:
        if not abs(place) < END or not width < LONGEST:
            continue
        width = max(width, 10.0 * NARROWEST)
        rungs = width * GROWTH ** np.arange(int(np.ceil(np.log(LONGEST / width) / np.log(GROWTH))))
        parts += [np.array([place]), place - rungs, place + rungs]
    return np.unique(np.clip(np.concatenate(parts), -END, END))


def _panels(
    integrand: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integrals over each panel, of the absolute values, and what they may miss.

    The shape is (functions, panels); the last by the coefficients' fall, see `panels.missed`.
    """
    points, weights = legendre(NODES)
    half = 0.5 * (high - low)
    z = (0.5 * (high + low))[:, None] + half[:, None] * points
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) * half[:, None]
    values = integrand(z.ravel()).reshape(-1, *z.shape) * density
    found = 2.0 * np.abs(values @ last_coefficients(NODES).T)
    middle, last = found[..., :2].max(axis=-1), found[..., 2:].max(axis=-1)
    fall = np.minimum(last / np.maximum(middle, 1e-300), 1.0)
    return values @ weights, np.abs(values) @ weights, last * fall**2
