"""The function of a single site, row by row, where it has no closed form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.first_edges import LogDensity, Values, first_edges
from derive.theories.disorder.module.runtime.integrate import Points, integrate


class SiteIntegral(NamedTuple):
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
    refine: int = 1,
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
        refine: Into so many parts first panels are cut: with 1 and 2 an error is seen.
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
        found.append(integrate(exponent, edges, refine=refine))
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
    with np.errstate(invalid="ignore"):  # of a part that failed there is none, however small
        error = one.error * parts[0] + other.error * parts[1]
    both = list(zip((one, other), parts, strict=True))
    return Points(
        np.concatenate([one.x, other.x]),
        np.concatenate([one.row, other.row]),
        np.concatenate([points.weight * part[points.row] for points, part in both]),
        np.concatenate([one.exponent, other.exponent]),
        log,
        np.where(np.isfinite(error), error, np.inf),
    )
