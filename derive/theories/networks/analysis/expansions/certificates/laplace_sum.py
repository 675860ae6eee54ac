"""Averages over the exact law at large width: Laplace's method, derivatives by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.algebra import gradient
from derive.steps.compare import GUARD, Agreement
from derive.theories.networks.analysis.expansions.averages import define_values
from derive.theories.networks.analysis.expansions.certificates.decay import with_tests
from derive.theories.networks.analysis.expansions.laplace import Split
from derive.theories.networks.analysis.expansions.saddle import Orders
from derive.theories.networks.derivation.certifying.dense import cholesky, inverse
from derive.theories.networks.derivation.certifying.instance import Instance, Numbers
from derive.theories.networks.derivation.theory import Theory


class LaplaceSum:
    """Laplace's method on one instance, all derivatives by differences.

    Attributes:
        fine: The arithmetic.
        numbers: Sizes and data.
        shifts: D_s, the lowest stream first.
    """

    def __init__(self, theory: Theory, parts: Split, sample: Instance, digits: int) -> None:
        self.theory = theory
        self.fine = Agreement(4 * digits + 2 * GUARD)
        self.sample = sample
        self.numbers = with_tests(self.sample)
        define_values(theory.wide.points, self.numbers, self.fine)
        self.step = self.fine.arithmetic.mpf(10) ** (-digits - 5)
        self.point = [self.fine.value(g, self.numbers) for g in theory.wide.overlaps]
        self.units = self._units()
        leading, rest = (self._gradient(part) for part in (parts.leading, parts.rest))
        zero = np.zeros(len(self.units), dtype=int)
        hessian = np.array([self._slope(leading, unit) for unit in np.eye(len(zero), dtype=int)])
        response = inverse(self.fine.arithmetic, hessian)
        self.roots = cholesky(self.fine.arithmetic, 2 * response).T
        cubic = sum(self._curve(leading, root) for root in self.roots)
        self.drift = response @ (-rest(zero) - cubic / 2)
        self.shifts = self._matrices(self.drift)

    def with_definitions(self, first: Orders) -> Numbers:
        """The numbers, with the definitions of the mean."""
        numbers = dict(self.numbers)
        define_values(first.definitions, numbers, self.fine)
        return numbers

    def average(self, expression: Any) -> tuple[Any, Any, Any]:
        """A function of the overlaps at the point, its 1/N term, and its variance."""

        def value(place: Any) -> Any:
            return self.fine.value(expression, self._at(place))

        slopes = [self._slope(value, root) for root in self.roots]
        curves = sum(self._curve(value, root) for root in self.roots)
        change = self._slope(value, self.drift) + curves / 2
        return value(0 * self.drift), change, sum(slope**2 for slope in slopes)

    def _units(self) -> list[tuple[int, Any]]:
        """(stream, symmetric matrix): the coordinates of all overlaps."""
        units = []
        for stream, point in enumerate(self.point):
            for i, j in zip(*np.tril_indices(len(point)), strict=True):
                unit = np.zeros(point.shape, dtype=int)
                unit[i, j] = unit[j, i] = 1
                units.append((stream, unit))
        return units

    def _matrices(self, place: Any) -> list[Any]:
        matrices: list[Any] = [0 * point for point in self.point]
        for (stream, unit), coordinate in zip(self.units, place, strict=True):
            matrices[stream] = matrices[stream] + coordinate * unit
        return matrices

    def _at(self, place: Any) -> Numbers:
        moves = zip(self.theory.order_parameters, self.point, self._matrices(place), strict=True)
        return {**self.numbers, **{g: point + move for g, point, move in moves}}

    def _gradient(self, expression: Any) -> Callable[[Any], Any]:
        """The derivatives along all units, at a place."""
        slopes = [gradient(expression, g) for g in self.theory.order_parameters]

        def at(place: Any) -> Any:
            numbers = self._at(place)
            values = [self.fine.value(slope, numbers) for slope in slopes]
            return np.array([(values[stream] * unit).sum() for stream, unit in self.units])

        return at

    def _slope(self, value: Callable[[Any], Any], along: Any) -> Any:
        return (value(self.step * along) - value(-self.step * along)) / (2 * self.step)

    def _curve(self, value: Callable[[Any], Any], along: Any) -> Any:
        ends = value(self.step * along) + value(-self.step * along)
        return (ends - 2 * value(0 * along)) / self.step**2
