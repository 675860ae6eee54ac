r"""A Student-t reference for elliptical slices, from the curvature of a law or from its draws.

.. math:: q(x) \propto \left(1 + |z|^2 / \nu\right)^{-(\nu + d)/2}, \qquad x = m + L z
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg

from derive.sampling.draws import Array

FREEDOM = 10.0
"""nu: tails somewhat heavier than those of a law that is nearly Gaussian."""
STEP = 1e-3
"""Of the differences that give the curvature: the law is of order one in these coordinates."""
FLOOR = 1e-2
"""Least curvature: of a direction in which the law is flat or a saddle."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A multivariate Student-t law.

    Attributes:
        centre: m.
        root: L, lower triangular.
    """

    centre: Array = field(repr=False)
    root: Array = field(repr=False)

    @classmethod
    def at(cls, law: Callable[[Array], float], point: Array) -> Reference:
        """From the curvature of a log density at a point, by differences."""
        curvature = -_second_differences(law, point)
        values, axes = np.linalg.eigh(curvature)
        spread = (axes / np.maximum(values, FLOOR)) @ axes.T
        return cls(point, np.linalg.cholesky((spread + spread.T) / 2))

    @classmethod
    def of(cls, points: Array) -> Reference:
        """From draws, shape (draws, d)."""
        covariance = np.atleast_2d(np.cov(points, rowvar=False))
        floor = 1e-10 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        return cls(points.mean(axis=0), np.linalg.cholesky(covariance + floor))

    def whiten(self, point: Array) -> Array:
        """z of a point."""
        solved = linalg.solve_triangular(
            self.root, point - self.centre, lower=True, check_finite=False
        )
        return np.asarray(solved)

    def place(self, z: Array) -> Array:
        """The point at z."""
        return np.asarray(self.centre + self.root @ z)

    def log_density(self, z: Array) -> float:
        """ln q, up to a constant."""
        return float(-(FREEDOM + len(z)) / 2 * np.log1p(z @ z / FREEDOM))


def _second_differences(law: Callable[[Array], float], point: Array) -> Array:
    size, units = len(point), STEP * np.eye(len(point))
    hessian = np.empty((size, size))
    centre = law(point)
    single = np.array([[law(point + u), law(point - u)] for u in units])
    for i in range(size):
        hessian[i, i] = single[i].sum() - 2 * centre
        for j in range(i):
            ahead, behind = law(point + units[i] + units[j]), law(point - units[i] - units[j])
            rest = single[i].sum() + single[j].sum()
            hessian[i, j] = hessian[j, i] = (ahead + behind - rest + 2 * centre) / 2
    hessian /= STEP**2
    return np.where(np.isfinite(hessian), hessian, 0.0)
