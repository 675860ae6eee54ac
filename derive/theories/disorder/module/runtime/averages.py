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
"""At once; an integrand that needs more is not resolved, and changes with `refine`."""


def gaussian_average(
    integrand: Callable[[np.ndarray], np.ndarray], refine: int = 1, reach: float = 0.0
) -> np.ndarray:
    r"""Averages :math:`\int Dz\, f_k(z)` of several functions at once, shape (functions,).

    Args:
        integrand: From nodes z, shape (nodes,), to values, shape (functions, nodes).
        refine: Into how many parts the first panels are cut; two values tell the error.
        reach: How much farther out than the Gaussian itself the integrand has weight.
    """
    edges = np.linspace(-END - reach, END + reach, 12 * refine + 1)
    low, high = edges[:-1], edges[1:]
    whole, size = _panels(integrand, low, high)
    total = np.zeros(len(whole))
    scale = np.maximum(size.sum(axis=1), 1.0)
    for _ in range(MOST_CUTS):
        middle = 0.5 * (low + high)
        halves, size = _panels(integrand, np.append(low, middle), np.append(middle, high))
        count = len(low)
        both = halves[:, :count] + halves[:, count:]
        change = np.abs(both - whole) / scale[:, None]
        rough = change.max(axis=0) > PRECISE
        rough &= high - low > 1e-14 * np.maximum(1.0, np.abs(middle))
        total += both[:, ~rough].sum(axis=1)
        if not rough.any():
            return total
        if 2 * rough.sum() > MOST_PANELS:
            return total + both[:, rough].sum(axis=1)
        whole = np.concatenate([halves[:, :count][:, rough], halves[:, count:][:, rough]], axis=1)
        low, high = (
            np.append(low[rough], middle[rough]),
            np.append(middle[rough], high[rough]),
        )
    return total


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
