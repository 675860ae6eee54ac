"""Averages over one Gaussian variable, on panels that are cut in two until nothing changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derive.theories.disorder.module.runtime.quadrature import legendre

NODES = 12
"""Of a panel."""
END = 9.2
"""A standard Gaussian has 4e-20 beyond it."""
PRECISE = 3e-15
"""What two halves of a panel may differ from the whole, relative to the largest of an average."""
MOST_CUTS = 60
MOST_PANELS = 4096
"""At once; an integrand that needs more is not resolved, and its error says so."""


def gaussian_average(
    integrand: Callable[[np.ndarray], np.ndarray], reach: float = 0.0, precise: float = PRECISE
) -> tuple[np.ndarray, float]:
    r"""Averages :math:`\int Dz\, f_k(z)` of several functions at once, and their error.

    Args:
        integrand: From nodes z, shape (nodes,), to values, shape (functions, nodes).
        reach: How much farther out than the Gaussian itself the integrand has weight.
        precise: Of the change at which a panel is no longer cut.

    Returns:
        The averages, shape (functions,); and the largest estimate of their error, relative to the
        larger of an average of |f| and 1.
    """
    edges = np.linspace(-END - reach, END + reach, 13)
    low, high = edges[:-1], edges[1:]
    whole, size = _panels(integrand, low, high)
    total = np.zeros(len(whole))
    scale = np.maximum(size.sum(axis=1), 1.0)
    error = 0.0
    for _ in range(MOST_CUTS):
        middle = 0.5 * (low + high)
        halves, size = _panels(integrand, np.append(low, middle), np.append(middle, high))
        count = len(low)
        both = halves[:, :count] + halves[:, count:]
        change = np.abs(both - whole) / scale[:, None]
        rough = change.max(axis=0) > precise
        rough &= high - low > 1e-14 * np.maximum(1.0, np.abs(middle))
        total += both[:, ~rough].sum(axis=1)
        error += float(change[:, ~rough].max(axis=0).sum()) if (~rough).any() else 0.0
        if not rough.any():
            break
        if 2 * rough.sum() > MOST_PANELS:
            total += both[:, rough].sum(axis=1)
            error += float(change[:, rough].max(axis=0).sum())
            break
        whole = np.concatenate([halves[:, :count][:, rough], halves[:, count:][:, rough]], axis=1)
        low, high = (
            np.append(low[rough], middle[rough]),
            np.append(middle[rough], high[rough]),
        )
    else:
        total += whole.sum(axis=1)
        error = np.inf
    return total, error


def _panels(
    integrand: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Integrals over each panel, and of the absolute values, shape (functions, panels)."""
    points, weights = legendre(NODES)
    half = 0.5 * (high - low)
    z = (0.5 * (high + low))[:, None] + half[:, None] * points
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) * weights * half[:, None]
    values = integrand(z.ravel()).reshape(-1, *z.shape) * density
    return values.sum(axis=-1), np.abs(values).sum(axis=-1)
