"""The single-field and single-site functions where they have no closed form, row by row.

A row is an outer node: a value of the cavity field, with whatever else the integrand depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from derive.theories.disorder.module.runtime.panels import Points, integrate
from derive.theories.disorder.module.runtime.special import LOG_ROOT_TWO_PI

Values = Sequence[np.ndarray | float]
LogDensity = Callable[..., np.ndarray]
"""ln of a weight at points, flat, given the outer variables there."""

RUNGS = np.concatenate([[0.5, 1.0, 2.0], 4.0 ** np.arange(1, 16)])
"""Edges of the first panels, in units of a width, to both sides of a place; 1e9 is far."""


@dataclass(frozen=True)
class FieldIntegral:
    r"""ln E w(h) over :math:`h \sim N(\omega, V)`, one entry a row.

    Attributes:
        log: L.
        slope: L', the derivative by omega, (<h> - omega) / V.
        curvature: L'', the second, (var(h) / V - 1) / V.
        averages: Of observables over the tilted law of h.
        error: Of L, estimated.
    """

    log: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray
    averages: tuple[np.ndarray, ...]
    error: np.ndarray


@dataclass(frozen=True)
class SiteIntegral:
    """ln of the integral of exp(B x - A x^2 / 2) over a law of x, one entry a row.

    Attributes:
        log: F.
        mean: F', the derivative by B, <x>.
        variance: F'', of x.
        averages: Of observables <f(x)>.
        error: Of F, estimated.
    """

    log: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    averages: tuple[np.ndarray, ...]
    error: np.ndarray


def field_integral(
    log_weight: LogDensity,
    omega: np.ndarray,
    variance: np.ndarray | float,
    outer: Values = (),
    breaks: Values = (),
    widths: Sequence[float] = (),
    observables: Sequence[LogDensity] = (),
    nodes: int = 12,
    log_slope: LogDensity | None = None,
) -> FieldIntegral:
    r"""ln E exp(log_weight(h)) over :math:`h = \omega + \sqrt V \xi`, and its derivatives.

    .. math:: L' = \langle \xi \rangle / \sqrt V, \qquad
              L'' = (\mathrm{var}(\xi) - 1) / V

    Rounding of log_weight, relative 1e-16, leaves so much over the root of V and over V. Where
    its derivative l' is given, which may jump but log_weight may not, nothing is lost:

    .. math:: L' = \langle l' \rangle, \qquad L'' = \mathrm{cov}(l', \xi) / \sqrt V

    Args:
        log_weight: log_weight(h, *outer) at flat points h; -inf is no weight.
        omega: Means, one a row.
        variance: V > 0, one a row or one for all.
        outer: Further outer variables of log_weight, one entry a row or one for all.
        breaks: Values of h where log_weight has a kink, a jump or a steep turn.
        widths: Of the turns in h; 0 for a kink.
        observables: Of (h, *outer).
        nodes: Of a panel.
        log_slope: The derivative of log_weight by h, where that is continuous.
    """
    omega, root = np.broadcast_arrays(np.atleast_1d(omega), np.sqrt(variance))
    given = [np.broadcast_to(np.asarray(values, dtype=float), omega.shape) for values in outer]
    placed = [(np.asarray(place) - omega) / root for place in breaks]
    spread = [width / root for width in widths]
    edges = first_edges(
        [np.zeros(omega.shape), *placed], [np.ones(omega.shape), *spread], omega.shape
    )

    def field(xi: np.ndarray, row: np.ndarray) -> np.ndarray:
        return np.asarray(omega[row] + root[row] * xi)

    def outside(row: np.ndarray) -> list[np.ndarray]:
        return [values[row] for values in given]

    def exponent(xi: np.ndarray, row: np.ndarray) -> np.ndarray:
        weight = log_weight(field(xi, row), *outside(row))
        return np.asarray(weight - 0.5 * xi * xi - LOG_ROOT_TWO_PI)

    points = integrate(exponent, edges, nodes)
    h, around = field(points.x, points.row), outside(points.row)
    mean = points.average(points.x)
    off = points.x - mean[points.row]
    if log_slope is None:
        slope, curvature = mean / root, (points.average(off * off) - 1.0) / root**2
    else:
        force = log_slope(h, *around)
        slope = points.average(force)
        curvature = points.average(off * (force - slope[points.row])) / root
    averages = tuple(points.average(f(h, *around)) for f in observables)
    return FieldIntegral(points.log, slope, curvature, averages, points.error)


def site_integral(
    log_density: LogDensity | None,
    B: np.ndarray,
    A: np.ndarray | float,
    outer: Values = (),
    points: Sequence[tuple[float, LogDensity | float]] = (),
    lower: float = -np.inf,
    upper: float = np.inf,
    breaks: Values = (),
    widths: Sequence[float] = (),
    observables: Sequence[LogDensity] = (),
    nodes: int = 12,
) -> SiteIntegral:
    r"""ln of :math:`\sum_k w_k e^{B x_k - A x_k^2/2} + \int dx\, \rho(x) e^{B x - A x^2/2}`.

    Args:
        log_density: ln rho(x, *outer) at flat points x; None where there are points alone.
        B: Fields, one a row.
        A: One a row or one for all; may be 0 or negative where the density falls fast enough.
        outer: Further outer variables, one entry a row or one for all.
        points: Values of x of finite weight, and ln of the weight: a number, or of the outer ones.
        lower: Where the density begins.
        upper: Where it ends.
        breaks: Values of x where log_density has a kink, a jump or a steep turn.
        widths: Of the turns in x; 0 for a kink.
        observables: Of (x, *outer).
        nodes: Of a panel.
    """
    B, A = np.broadcast_arrays(np.atleast_1d(np.asarray(B, dtype=float)), np.asarray(A, float))
    given = [np.broadcast_to(np.asarray(values, dtype=float), B.shape) for values in outer]
    found = [_masses(points, B, A, given)] if points else []
    if log_density is not None:
        density = log_density

        def exponent(x: np.ndarray, row: np.ndarray) -> np.ndarray:
            law = density(x, *(values[row] for values in given))
            return np.asarray(law + x * (B[row] - 0.5 * A[row] * x))

        safe = np.where(A > 0.0, A, 1.0)
        peak: Values = [np.zeros(B.shape), np.where(A > 0.0, B / safe, 0.0)]
        broad: Values = [np.ones(B.shape), 1.0 / np.sqrt(safe)]
        places, spread = [*peak, *breaks], [*broad, *widths]
        edges = np.clip(first_edges(places, spread, B.shape), lower, upper)
        found.append(integrate(exponent, edges, nodes))
    whole = found[0] if len(found) == 1 else joined(*found)
    mean = whole.average(whole.x)
    variance = whole.average((whole.x - mean[whole.row]) ** 2)
    around = [values[whole.row] for values in given]
    averages = tuple(whole.average(f(whole.x, *around)) for f in observables)
    return SiteIntegral(whole.log, mean, variance, averages, whole.error)


def _masses(
    points: Sequence[tuple[float, LogDensity | float]],
    B: np.ndarray,
    A: np.ndarray,
    given: list[np.ndarray],
) -> Points:
    """Values of finite weight, as nodes."""
    logs = [weight(*given) if callable(weight) else weight for _, weight in points]
    x = np.stack([np.full(B.shape, float(value)) for value, _ in points])
    exponent = np.stack([np.broadcast_to(log, B.shape) for log in logs]) + x * (B - 0.5 * A * x)
    top = exponent.max(axis=0)
    weight = np.exp(exponent - top)
    total = weight.sum(axis=0)
    row = np.tile(np.arange(len(B)), len(points))
    none = np.zeros(len(B))
    return Points(
        x.ravel(), row, (weight / total).ravel(), exponent.ravel(), top + np.log(total), none
    )


def joined(one: Points, other: Points) -> Points:
    """Both measures together."""
    log = np.logaddexp(one.log, other.log)
    parts = [np.exp(points.log - log) for points in (one, other)]
    both = list(zip((one, other), parts, strict=True))
    return Points(
        np.concatenate([one.x, other.x]),
        np.concatenate([one.row, other.row]),
        np.concatenate([points.weight * part[points.row] for points, part in both]),
        np.concatenate([one.exponent, other.exponent]),
        log,
        one.error * parts[0] + other.error * parts[1],
    )


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
