"""The function of two fields of one example, row by row, where it has no closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.field_integral import FieldIntegral, field_integral
from derive.theories.disorder.module.runtime.first_edges import LogDensity, Values, first_edges
from derive.theories.disorder.module.runtime.integrate import integrate
from derive.theories.disorder.module.runtime.special import LOG_ROOT_TWO_PI


class PairIntegral(NamedTuple):
    r"""ln E w(h_1, h_2) over Gaussian fields of means omega and covariance V, one entry a row.

    Attributes:
        log: L.
        slope: dL/domega_a, of shape (2, rows).
        curvature: The second derivatives, of shape (2, 2, rows).
        averages: Of observables over the tilted law of both fields.
        error: Of L, estimated.
    """

    log: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray
    averages: tuple[np.ndarray, ...]
    error: np.ndarray


class SecondField(NamedTuple):
    """The average over h_2 given h_1: one field, whose weight depends on the other."""

    log_weight: LogDensity
    along: float
    variance: float
    breaks: Sequence[float | Callable[..., np.ndarray]]
    observables: Sequence[LogDensity]
    refine: int

    def at(
        self, off: np.ndarray, omega: np.ndarray, h: np.ndarray, given: list[np.ndarray]
    ) -> FieldIntegral:
        """Where h_1 = h is so far off its mean, and h_2 has the mean omega without that."""
        places = [place(h, *given) if callable(place) else place for place in self.breaks]
        return field_integral(
            partial(exchanged, self.log_weight),
            omega + self.along * off,
            self.variance,
            (h, *given),
            places,
            [0.0] * len(places),
            [partial(exchanged, observable) for observable in self.observables],
            self.refine,
        )


def exchanged(
    function: LogDensity, h: np.ndarray, other: np.ndarray, *outer: np.ndarray
) -> np.ndarray:
    """A function of both fields, given the second first."""
    return function(other, h, *outer)


def pair_integral(
    log_weight: LogDensity,
    omega: tuple[np.ndarray, np.ndarray],
    covariance: np.ndarray,
    outer: Values = (),
    breaks: Values = (),
    inner_breaks: Sequence[float | Callable[..., np.ndarray]] = (),
    observables: Sequence[LogDensity] = (),
    refine: int = 1,
) -> PairIntegral:
    r"""One field inside the other: given h_1, h_2 is Gaussian again.

    .. math:: \partial_a L = (V^{-1} \langle u \rangle)_a, \qquad
              \partial_a \partial_b L = (V^{-1} \mathrm{cov}(u) V^{-1} - V^{-1})_{ab}, \qquad
              u = h - \omega

    Args:
        log_weight: log_weight(h_1, h_2, *outer) at flat points.
        omega: Means of both fields, one a row.
        covariance: V, a matrix of 2 by 2, positive definite.
        outer: Further outer variables, one entry a row or one for all.
        breaks: Values of h_1 where the average over h_2 has a kink or a jump.
        inner_breaks: Values of h_2 where log_weight has; numbers, or functions of (h_1, *outer).
        observables: Of (h_1, h_2, *outer).
        refine: Into so many parts first panels are cut.
    """
    one, other = np.broadcast_arrays(np.atleast_1d(omega[0]), np.atleast_1d(omega[1]))
    given = [np.broadcast_to(np.asarray(values, dtype=float), one.shape) for values in outer]
    root, along = float(np.sqrt(covariance[0, 0])), float(covariance[0, 1] / covariance[0, 0])
    rest = float(covariance[1, 1]) - along * float(covariance[0, 1])
    second = SecondField(log_weight, along, rest, inner_breaks, (), refine)

    def inside(xi: np.ndarray, row: np.ndarray, of: SecondField) -> FieldIntegral:
        around = [values[row] for values in given]
        return of.at(root * xi, other[row], one[row] + root * xi, around)

    def exponent(xi: np.ndarray, row: np.ndarray) -> np.ndarray:
        return np.asarray(inside(xi, row, second).log - 0.5 * xi * xi - LOG_ROOT_TWO_PI)

    places = [np.zeros(one.shape), *((np.asarray(place) - one) / root for place in breaks)]
    widths = [1.0, *(0.0 for _ in breaks)]
    points = integrate(exponent, first_edges(places, widths, one.shape), refine=refine)
    found = inside(points.x, points.row, second._replace(observables=observables))
    moves = np.stack([root * points.x, along * root * points.x + rest * found.slope])
    mean = np.stack([points.average(move) for move in moves])
    off = moves - mean[:, points.row]
    spread = np.stack([[points.average(a * b) for a in off] for b in off])
    spread[1, 1] += points.average(rest + rest**2 * found.curvature)
    inverse = np.linalg.inv(covariance)
    return PairIntegral(
        points.log,
        inverse @ mean,
        np.einsum("ab,bcr,cd->adr", inverse, spread, inverse) - inverse[..., None],
        tuple(points.average(values) for values in found.averages),
        np.maximum(points.error, np.max(found.error, initial=0.0)),
    )
