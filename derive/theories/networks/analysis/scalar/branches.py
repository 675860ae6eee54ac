r"""All solutions at a temperature: intervals of t = ln u, excluded or shown to hold one.

With p_i = u k_i/(u k_i + T) and a_i = y_i^2/T the flux is r = sum_i p_i (a_i - 1) - a_i p_i^2,
and p_i' = p_i (1 - p_i) along t. Each term is a quadratic or cubic of a p_i that grows with t, so
its range over an interval is known exactly; sums of ranges enclose the range of the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.errors import SolveError
from derive.theories.networks.analysis.scalar.numbers import Numbers

Array = NDArray[np.float64]
ROUNDING = 1e-11
"""Relative to the terms of a sum: far above what float64 loses in it."""
FINEST = 1e-7
"""Two solutions whose ln u differ by less are not told apart."""
MOST = 200_000
"""Intervals that are looked at."""


@dataclass(frozen=True)
class Enclosure:
    """A range that contains every value over an interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Weights:
    """p_i = u k_i/(u k_i + T) and q_i = 1 - p_i, each to full precision."""

    p: Array
    q: Array


class Terms:
    """The labels' terms, in float64."""

    def __init__(self, numbers: Numbers) -> None:
        pairs = zip(numbers.eigenvalues, numbers.squares, strict=True)
        kept = [(k, y) for k, y in pairs if k]
        temperature = float(numbers.temperature)
        self.widths = np.array([float(width) for width in numbers.widths])
        self.prior = float(np.log(float(numbers.prior)))
        self.scales = np.log([float(k) / temperature for k, _ in kept])
        # Labels of zero are given a strength that no sum notices, so that a divides.
        self.strengths = np.array([max(float(y) / temperature, 1e-30) for _, y in kept])

    def weights(self, node: float) -> Weights:
        """p_i and 1 - p_i at t."""
        exponent = np.clip(node + self.scales, -700, 700)
        return Weights(1 / (1 + np.exp(-exponent)), 1 / (1 + np.exp(exponent)))

    def flux(self, left: Weights, right: Weights) -> Enclosure:
        """The range of r where every p_i lies between two values."""
        a = self.strengths
        inner = (a - 1) / (2 * a)  # where the derivative a - 1 - 2 a p of a term is zero
        values = [w.p * (a * w.q - 1) for w in (left, right, _between(inner, left, right))]
        return _sum(values)

    def slope(self, left: Weights, right: Weights) -> Enclosure:
        """The range of dr/dt = sum_i p (1 - p) (a (1 - 2 p) - 1)."""
        a = self.strengths
        # Where the derivative 6 a p^2 - (6 a - 2) p + a - 1 of a term is zero.
        root = np.sqrt(3 * a**2 + 1)
        inner = [(3 * a - 1 + sign * root) / (6 * a) for sign in (-1, 1)]
        places = [left, right, *(_between(p, left, right) for p in inner)]
        return _sum([w.p * w.q * (a * (w.q - w.p) - 1) for w in places])


def _between(place: Array, left: Weights, right: Weights) -> Weights:
    """A place within an interval, or its nearer end."""
    low, high = place <= left.p, place >= right.p
    return Weights(
        np.where(low, left.p, np.where(high, right.p, place)),
        np.where(low, left.q, np.where(high, right.q, 1 - place)),
    )


def _sum(values: list[Array]) -> Enclosure:
    """The range of a sum of terms, from the extremes of each."""
    low, high = np.minimum.reduce(values), np.maximum.reduce(values)
    slack = ROUNDING * float(np.maximum(abs(low), abs(high)).sum())
    return Enclosure(float(low.sum()) - slack, float(high.sum()) + slack)


def isolate(numbers: Numbers, excess: Callable[[float], Any]) -> list[tuple[float, float]]:
    """Intervals of ln u with exactly one solution each, all of them, from left to right.

    Args:
        numbers: At a temperature.
        excess: ln(c prod_l (1 + r/N_l)) - ln u at ln u, to many digits.

    Raises:
        SolveError: Two solutions lie too close to be told apart.
    """
    terms = Terms(numbers)
    pending, intervals, looked = [_range(terms)], [], 0
    while pending:
        looked += 1
        left, right = pending.pop()
        verdict = _judge(terms, left, right)
        if verdict == "one at most":
            if (excess(left) < 0) != (excess(right) < 0):
                intervals.append((left, right))
        elif verdict == "unclear":
            if right - left < FINEST or looked > MOST:
                raise SolveError(
                    f"scalar numbers: solutions near u = {np.exp(left):.6g} lie too close to be "
                    "told apart; change the temperature or a width a little"
                )
            middle = (left + right) / 2
            pending += [(middle, right), (left, middle)]
    return intervals


def _range(terms: Terms) -> tuple[float, float]:
    """Values of ln u between which every solution lies."""
    zero, one = np.zeros_like(terms.scales), np.ones_like(terms.scales)
    highest = max(terms.flux(Weights(zero, one), Weights(one, zero)).high, 0.0)
    upper = terms.prior + float(np.log1p(highest / terms.widths).sum())
    # Below: r >= -u sum_i k_i/T, so that every factor is at least a half and u is below the rest.
    half = float(terms.widths.min()) / 2
    steep = float(np.logaddexp.reduce(terms.scales)) if len(terms.scales) else -np.inf
    lower = min(np.log(half) - steep, terms.prior - len(terms.widths) * np.log(2.0))
    return float(lower) - 0.1, float(upper) + 0.1


def _judge(terms: Terms, left: float, right: float) -> str:
    """What the enclosures say of an interval."""
    weights = terms.weights(left), terms.weights(right)
    flux, narrowest = terms.flux(*weights), float(terms.widths.min())
    if flux.high <= -narrowest:
        return "none"
    factors = np.log1p(flux.high / terms.widths)
    if terms.prior + float(factors.sum()) - left < -ROUNDING * _size(terms, factors, left):
        return "none"
    if flux.low > -narrowest:
        factors = np.log1p(flux.low / terms.widths)
        if terms.prior + float(factors.sum()) - right > ROUNDING * _size(terms, factors, right):
            return "none"
    slope = terms.slope(*weights)
    return "one at most" if _monotonic(terms.widths, flux, slope) else "unclear"


def _monotonic(widths: Array, flux: Enclosure, slope: Enclosure) -> bool:
    """Whether sum_l ln(1 + r/N_l) - t grows or falls wherever all factors are positive.

    Its derivative is r' sum_l 1/(N_l + r) - 1; where a factor passes zero the sum has no bound.
    """
    if slope.high <= 0:
        return True
    least = float((1 / (widths + flux.high)).sum())
    if slope.low * least > 1 + ROUNDING:
        return True
    if flux.low <= -float(widths.min()):
        return False
    return slope.high * float((1 / (widths + flux.low)).sum()) < 1 - ROUNDING


def _size(terms: Terms, factors: Array, node: float) -> float:
    return abs(terms.prior) + float(abs(factors).sum()) + abs(node) + 1
