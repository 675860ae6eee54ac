r"""Exact posterior values of one or two scalar stages, by quadrature in mpmath.

In t = ln x the density is analytic and falls off on both sides at least exponentially, so that the
trapezoidal rule converges geometrically (Trefethen and Weideman, SIAM Review 56 (2014) 385). The
labels enter through the lowest stage alone: their part is found once for each of its nodes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.algebra import evaluate
from derive.algebra.arithmetic import Digits
from derive.errors import NoRule, SamplingError
from derive.sampling.draws import Array
from derive.theories.networks.analysis.scalar.one_head import numbers_of
from derive.theories.networks.derivation import Theory
from derive.theories.networks.samplers.exact.scalar_law import ScalarLaw, scalar_law

MOST_STAGES = 2
GUARD = 10
"""Digits of the arithmetic beyond those asked for."""
COARSE = 0.25
"""Step of the grid on which the density is looked for."""
FARTHEST = 4000
"""Steps of it on either side."""
RANGE = 60.0
"""How far ln x is looked for."""
MOST_NODES = 4000
"""Of one axis."""


@dataclass(frozen=True, eq=False)
class ExactValues:
    """Exact posterior values.

    Attributes:
        log_evidence: ln p(labels).
        overlaps: Posterior means of G_s, the lowest stream first.
        mean: Of the predictor on the test examples, shape (P_*,).
        variance: Of the output there, fluctuations of the overlaps included, shape (P_*,).
        digits: Decimal digits to which two resolutions agree.
    """

    log_evidence: Any
    overlaps: tuple[Any, ...]
    mean: Array = field(repr=False)
    variance: Array = field(repr=False)
    digits: int


Numbers = Mapping[Any, Any]


def quadrature(theory: Theory, numbers: Numbers, digits: int = 20) -> ExactValues:
    """Exact values of a chain with one head in every layer and at most two streams.

    Args:
        theory: Of the network.
        numbers: A number or an array for every symbol of the notation but overlaps and heads;
            for more than 15 digits exact ones.
        digits: Decimal digits.

    Raises:
        SamplingError: There are more streams, or the density cannot be resolved.
    """
    law = scalar_law(theory)
    stages = len(law.variables)
    if stages > MOST_STAGES:
        raise SamplingError(
            f"quadrature: {stages} stages; at most {MOST_STAGES} are integrated: use the closed "
            "form at zero temperature, or sample the overlaps"
        )
    grid = _Grid(law, numbers_of(numbers, theory), digits)
    step = grid.width() / 4
    previous = grid.values(step)
    for _ in range(8):
        step /= 2
        values = grid.values(step)
        agreed = _agreement(grid.arithmetic, previous, values)
        if agreed >= digits:
            return _result(values, min(agreed, digits + GUARD))
        previous = values
    raise SamplingError(f"quadrature: {agreed} digits after eight halvings; ask for fewer")


class _Grid:
    """The density on grids of any step."""

    def __init__(self, law: ScalarLaw, numbers: Numbers, digits: int) -> None:
        self.law, self.numbers = law, numbers
        self.digits = digits + GUARD
        self.arithmetic = Digits(self.digits)
        self.powers = [self._number(power) + 1 for power in law.powers]  # dx = x dt
        self.monomials = [(self._number(c), e) for c, e in law.monomials]
        self.constant = self._number(law.constant)
        predictor = law.theory.predictor
        self.mean, self.variance = law.at(predictor.mean), law.at(predictor.variance)
        self.floats = {name: _as_float(value) for name, value in numbers.items()}
        self.known: dict[Any, Any] = {}
        self.box = self._box()

    def _number(self, expression: Any) -> Any:
        return self.arithmetic.number(evaluate(expression, self.numbers, self.digits))

    def _lowest(self, node: Any) -> tuple[Any, Array, Array]:
        """The labels' part, the predictor's mean and its variance, at ln x_1."""
        if node not in self.known:
            at = {**self.numbers, self.law.variables[0]: self.arithmetic.context.exp(node)}
            values = [
                evaluate(e, at, self.digits) for e in (self.law.labels, self.mean, self.variance)
            ]
            self.known[node] = (values[0], values[1][:, 0], values[2][:, 0])
        return self.known[node]

    def _box(self) -> list[tuple[float, float]]:
        """Where the density is above what the digits resolve, from a float64 grid around zero."""
        drop = (self.digits + 5) * math.log(10)
        centre = self._climb()
        top = self._rough(centre)
        box = []
        for axis in range(len(centre)):
            ends = []
            for sign in (-1, 1):
                place = list(centre)
                for _ in range(FARTHEST):
                    place[axis] += sign * COARSE
                    if self._ridge(place, axis) < top - drop:
                        break
                ends.append(place[axis])
            box.append((min(ends), max(ends)))
        return box

    def _ridge(self, place: list[float], axis: int) -> float:
        """The highest rough density across the other axis, from a place on one."""
        if len(place) == 1:
            return self._rough(place)
        other = 1 - axis
        low, high = place[other] - RANGE, place[other] + RANGE
        for _ in range(80):  # the density is log-concave along a line but for the labels' part
            left, right = low + (high - low) / 3, high - (high - low) / 3
            at = [self._rough(_moved(place, other, value)) for value in (left, right)]
            low, high = (left, high) if at[0] < at[1] else (low, right)
        return self._rough(_moved(place, other, (low + high) / 2))

    def _climb(self) -> list[float]:
        from scipy import optimize

        start = np.zeros(len(self.powers))
        optimum = optimize.minimize(lambda t: -self._rough(list(t)), start, method="Nelder-Mead")
        return [float(t) for t in optimum.x]

    def _rough(self, place: list[float]) -> float:
        """The log density in float64; the labels' part from a table of rounded places."""
        total = sum(float(p) * t for p, t in zip(self.powers, place, strict=True))
        for coefficient, exponents in self.monomials:
            power = sum(e * t for e, t in zip(exponents, place, strict=True))
            total -= float(coefficient) * math.exp(min(power, 600.0))
        return total + self._rough_labels(place[0])

    def _rough_labels(self, node: float) -> float:
        """Between two places of a table, on a line; minus infinity where float64 gives out."""
        if self.law.labels == 0:
            return 0.0
        place = min(max(node, -RANGE), RANGE) / COARSE
        low = math.floor(place)
        below, above = (self._tabulated(k) for k in (low, low + 1))
        return below + (place - low) * (above - below) if above > -math.inf else above

    def _tabulated(self, number: int) -> float:
        key = ("rough", number)
        if key not in self.known:
            at = {**self.floats, self.law.variables[0]: math.exp(COARSE * number)}
            try:
                self.known[key] = float(evaluate(self.law.labels, at))
            except (NoRule, np.linalg.LinAlgError):
                self.known[key] = -math.inf
        return float(self.known[key])

    def width(self) -> float:
        """A length on which the density changes."""
        return min(high - low for low, high in self.box) / 12

    def values(self, step: float) -> list[Any]:
        """ln evidence, means of the overlaps, then mean and variance on every test example."""
        context, axes = self.arithmetic.context, self._axes(step)
        weights = self._weights(axes)
        top = max(weights.ravel())
        mass = np.array([context.exp(w - top) for w in weights.ravel()]).reshape(weights.shape)
        total = mass.sum()
        area = context.mpf(step) ** len(axes)
        means = []
        for axis, nodes in enumerate(axes):
            marginal = mass.sum(axis=tuple(k for k in range(len(axes)) if k != axis))
            means.append(
                sum(context.exp(t) * m for t, m in zip(nodes, marginal, strict=True)) / total
            )
        lowest = mass.sum(axis=tuple(range(1, len(axes)))) / total
        readings = [self._lowest(node) for node in axes[0]]
        mean = sum(m * r[1] for m, r in zip(lowest, readings, strict=True))
        second = sum(m * (r[2] + r[1] ** 2) for m, r in zip(lowest, readings, strict=True))
        evidence = self.constant + top + context.log(total * area)
        return [evidence, tuple(means), mean, second - mean**2]

    def _axes(self, step: float) -> list[list[Any]]:
        context, axes = self.arithmetic.context, []
        for low, high in self.box:
            count = math.ceil((high - low) / step)
            if count > MOST_NODES:
                raise SamplingError(
                    f"quadrature: {count} nodes of an axis, above {MOST_NODES}; ask for fewer "
                    "digits"
                )
            # multiples of the step, so that the nodes of a coarser grid are among them
            first = math.floor(low / step)
            axes.append([context.mpf(step) * (first + k) for k in range(count + 2)])
        return axes

    def _weights(self, axes: list[list[Any]]) -> Array:
        context = self.arithmetic.context
        labels = [self._lowest(node)[0] for node in axes[0]]
        one = [[p * t for t in axis] for p, axis in zip(self.powers, axes, strict=True)]
        first = np.array([a + b for a, b in zip(one[0], labels, strict=True)], dtype=object)
        total = first if len(axes) == 1 else first[:, None] + np.array(one[1], dtype=object)
        for coefficient, exponents in self.monomials:
            sides = [
                np.array([context.exp(e * t) for t in axis], dtype=object)
                for e, axis in zip(exponents, axes, strict=True)
            ]
            product = sides[0] if len(axes) == 1 else np.outer(sides[0], sides[1])
            total = total - coefficient * product
        return np.asarray(total)


def _as_float(value: Any) -> Any:
    return np.asarray(value, dtype=float) if np.ndim(value) else float(value)


def _moved(place: list[float], axis: int, value: float) -> list[float]:
    moved = list(place)
    moved[axis] = value
    return moved


def _flat(values: list[Any]) -> list[Any]:
    return [values[0], *values[1], *values[2], *values[3]]


def _agreement(arithmetic: Digits, first: list[Any], second: list[Any]) -> int:
    """Digits to which two resolutions agree, at the worst place."""
    context = arithmetic.context
    worst = math.inf
    for one, other in zip(_flat(first), _flat(second), strict=True):
        gap, scale = abs(one - other), max(abs(one), abs(other))
        if gap != 0:
            worst = min(worst, float(-context.log10(gap / scale)))
    return int(min(worst, context.dps))


def _result(values: list[Any], digits: int) -> ExactValues:
    return ExactValues(values[0], values[1], np.asarray(values[2]), np.asarray(values[3]), digits)
