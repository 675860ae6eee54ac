"""Functions of the normal distribution and their logarithms, right in both tails."""

from __future__ import annotations

import numpy as np
from scipy import special

Array = np.ndarray
"""What all functions take and return; numbers do too."""

LOG_ROOT_TWO_PI = 0.5 * float(np.log(2.0 * np.pi))


def log_tail(x: Array) -> Array:
    r"""ln H(x), with :math:`H(x) = \int_x^\infty Dz`."""
    return np.asarray(special.log_ndtr(-np.asarray(x, dtype=float)))


def hazard(x: Array) -> Array:
    r"""The normal density over its tail, :math:`-d \ln H / dx = \phi(x) / H(x)`."""
    return np.asarray(np.sqrt(2.0 / np.pi) / special.erfcx(np.asarray(x, dtype=float) / np.sqrt(2)))


def hazard_excess(x: Array) -> Array:
    r"""hazard(x) - x, which is 1/x far out, where the difference has lost its digits.

    There it is the continued fraction 1/(x + 2/(x + 3/(x + ...))) (Laplace).
    """
    x = np.asarray(x, dtype=float)
    found = np.asarray(hazard(x) - x)
    far = x > 5.0
    fraction = beyond = x[far]
    for number in range(28, 1, -1):
        fraction = beyond + number / fraction
    found[far] = 1.0 / fraction
    return found


def hazard_slope(x: Array) -> Array:
    r"""The derivative of the hazard, between 0 and 1: hazard (hazard - x)."""
    return hazard(x) * hazard_excess(x)


def log_two_cosh(x: Array) -> Array:
    """ln 2 cosh x."""
    size = np.abs(x)
    return np.asarray(size + np.log1p(np.exp(-2.0 * size)))


def log_normal(x: Array, mean: Array, variance: Array) -> Array:
    """ln of the Gaussian density at x."""
    excess = np.asarray(x) - mean
    return np.asarray(-0.5 * excess * excess / variance - 0.5 * np.log(variance) - LOG_ROOT_TWO_PI)


def log_tail_difference(a: Array, b: Array) -> Array:
    r"""ln of the probability H(a) - H(b) that a standard Gaussian is in a < z < b.

    In one tail, turned to the right, it is a difference of scaled functions,

    .. math:: \tfrac12 e^{-a^2/2} [\mathrm{erfcx}(a/\sqrt2)
              - e^{-(b-a)(b+a)/2} \mathrm{erfcx}(b/\sqrt2)]

    and of a narrow interval an integral over it. -inf where the interval is empty.
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    turned = a + b < 0.0
    low, high = np.where(turned, -b, a), np.where(turned, -a, b)
    with np.errstate(all="ignore"):  # each branch is used where it is right
        decay = np.exp(-0.5 * (high - low) * (high + low))
        scaled = special.erfcx(low / np.sqrt(2.0)) - decay * special.erfcx(high / np.sqrt(2.0))
        one_tail = -0.5 * low * low + np.log(0.5 * scaled)
        halves = special.erf(high / np.sqrt(2.0)) - special.erf(low / np.sqrt(2.0))
        narrow = (high - low) * np.maximum(1.0, high) < 1.0
        wide = np.where(low > 0.0, one_tail, np.log(0.5 * halves))
        found = np.where(narrow, _log_narrow(low, high), wide)
        return np.where(high > low, found, -np.inf)


def _log_narrow(low: Array, high: Array) -> Array:
    """ln of the integral of the normal density over a short interval."""
    return np.asarray(-0.125 * (low + high) ** 2 - LOG_ROOT_TWO_PI + np.log(_narrow(low, high)))


def _narrow(low: Array, high: Array) -> Array:
    """That integral, over the density in the middle, by Gauss-Legendre."""
    points, weights = np.polynomial.legendre.leggauss(12)
    middle, half = 0.5 * (low + high), 0.5 * (high - low)
    steps = half[..., None] * points
    inside = np.exp(-steps * (middle[..., None] + 0.5 * steps)) @ weights
    return np.asarray(half * inside)


def interval_hazard(a: Array, b: Array) -> Array:
    r"""The normal density at a over the probability of a < z < b; of (-b, -a), the one at b.

    In one tail, turned to the right, both are scaled as in `log_tail_difference`.
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    turned = a + b < 0.0
    low, high = np.where(turned, -b, a), np.where(turned, -a, b)
    with np.errstate(all="ignore"):  # each branch is used where it is right
        decay = np.exp(-0.5 * (high - low) * (high + low))
        scaled = special.erfcx(low / np.sqrt(2.0)) - decay * special.erfcx(high / np.sqrt(2.0))
        wide = np.sqrt(2.0 / np.pi) * np.where(turned, decay, 1.0) / scaled
        middle = 0.5 * (a + b)
        narrow = np.exp(0.5 * (middle - a) * (middle + a)) / _narrow(low, high)
        return np.where((high - low) * np.maximum(1.0, high) < 1.0, narrow, wide)


def log_signed_sum(*pairs: Array) -> Array:
    r"""ln :math:`\sum_k c_k e^{a_k}` of c_1, a_1, c_2, ...; nan where the sum is negative."""
    exponents, numbers = _rows(pairs[1::2]), pairs[::2]
    top = np.max(exponents, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(top + np.log(_weighted(numbers, np.exp(exponents - top))))


def exponential_ratio(*triples: Array) -> Array:
    r""":math:`\sum_k u_k e^{a_k} / \sum_k c_k e^{a_k}` of u_1, c_1, a_1, u_2, ..."""
    exponents = _rows(triples[2::3])
    weights = np.exp(exponents - np.max(exponents, axis=0))
    return np.asarray(_weighted(triples[::3], weights) / _weighted(triples[1::3], weights))


def _rows(terms: tuple[Array, ...]) -> Array:
    return np.stack(np.broadcast_arrays(*terms)).astype(float)


def _weighted(numbers: tuple[Array, ...], weights: Array) -> Array:
    return np.asarray(sum(number * weight for number, weight in zip(numbers, weights, strict=True)))
