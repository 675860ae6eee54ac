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

from derive.analysis.scalar.numbers import Numbers
from derive.errors import SolveError

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

    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


class Terms:
    """The labels' terms, in float64."""

    def __init__(self, numbers: Numbers) -> None:
        kept = [(k, y) for k, y in zip(numbers.eigenvalues, numbers.squares, strict=True) if k]
        temperature = float(numbers.temperature)
        self.widths = np.array([float(width) for width in numbers.widths])
        self.prior = float(np.log(float(numbers.prior)))
        self.scales = np.log([float(k) / temperature for k, _ in kept])
        self.strengths = np.array([float(y) / temperature for _, y in kept])

    def weights(self, node: float) -> Array:
        """p_i at t."""
        return 1 / (1 + np.exp(-np.clip(node + self.scales, -700, 700)))

    def flux(self, left: Array, right: Array) -> Enclosure:
        """The range of r where every p_i lies between two values."""
        a = self.strengths
        ends = [p * (a - 1) - a * p**2 for p in (left, right)]
        with np.errstate(divide="ignore", invalid="ignore"):
            top = np.clip(np.nan_to_num((a - 1) / (2 * a), nan=0.0, neginf=0.0), left, right)
        highest = np.maximum.reduce([*ends, top * (a - 1) - a * top**2])
        return _sum(np.minimum(*ends), highest)

    def slope(self, left: Array, right: Array) -> Enclosure:
        """The range of dr/dt = sum_i p (1 - p) (a - 1 - 2 a p)."""
        a = self.strengths

        def value(p: Array) -> Array:
            return p * (1 - p) * (a - 1 - 2 * a * p)

        # Where the derivative 6 a p^2 - (6 a - 2) p + a - 1 of a term is zero.
        root = np.sqrt((3 * a - 1) ** 2 - 6 * a * (a - 1))
        points = [left, right]
        with np.errstate(divide="ignore", invalid="ignore"):
            for place in ((3 * a - 1 - root) / (6 * a), (3 * a - 1 + root) / (6 * a)):
                points.append(np.clip(np.nan_to_num(place, nan=0.5), left, right))
            points.append(np.clip(np.full_like(a, 0.5), left, right))
        values = [value(p) for p in points]
        return _sum(np.minimum.reduce(values), np.maximum.reduce(values))


def _sum(low: Array, high: Array) -> Enclosure:
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
    pending, found, looked = [_range(terms)], [], 0
    while pending:
        looked += 1
        left, right = pending.pop()
        verdict = _judge(terms, left, right)
        if verdict == "one at most":
            if (excess(left) < 0) != (excess(right) < 0):
                found.append((left, right))
        elif verdict == "unclear":
            if right - left < FINEST or looked > MOST:
                raise SolveError(
                    f"scalar numbers: solutions near u = {np.exp(left):.6g} lie too close to be "
                    "told apart; change the temperature or a width a little"
                )
            middle = (left + right) / 2
            pending += [(middle, right), (left, middle)]
    return found


def _range(terms: Terms) -> tuple[float, float]:
    """Values of ln u between which every solution lies."""
    highest = max(terms.flux(*(np.full_like(terms.scales, x) for x in (0.0, 1.0))).high, 0.0)
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
    if flux.low <= -narrowest:
        return "unclear"
    factors = np.log1p(flux.low / terms.widths)
    if terms.prior + float(factors.sum()) - right > ROUNDING * _size(terms, factors, right):
        return "none"
    slope = terms.slope(*weights)
    sums = [float((1 / (terms.widths + r)).sum()) for r in (flux.low, flux.high)]
    products = [s * x for s in (slope.low, slope.high) for x in sums]
    change = Enclosure(min(products) - 1 - ROUNDING, max(products) - 1 + ROUNDING)
    return "one at most" if change.excludes_zero() else "unclear"


def _size(terms: Terms, factors: Array, node: float) -> float:
    return abs(terms.prior) + float(abs(factors).sum()) + abs(node) + 1
