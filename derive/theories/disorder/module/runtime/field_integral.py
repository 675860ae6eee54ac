"""The function of a single field, row by row, where it has no closed form.

A row is an outer node: a value of the cavity field, with whatever else the integrand depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.first_edges import LogDensity, Values, first_edges
from derive.theories.disorder.module.runtime.integrate import integrate
from derive.theories.disorder.module.runtime.special import LOG_ROOT_TWO_PI


class FieldIntegral(NamedTuple):
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


def field_integral(
    log_weight: LogDensity,
    omega: np.ndarray,
    variance: np.ndarray | float,
    outer: Values = (),
    breaks: Values = (),
    widths: Sequence[float] = (),
    observables: Sequence[LogDensity] = (),
    refine: int = 1,
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
        refine: Into so many parts first panels are cut: with 1 and 2 an error is seen.
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

    points = integrate(exponent, edges, refine=refine)
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
