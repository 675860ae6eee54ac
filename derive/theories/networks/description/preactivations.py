"""Two jointly Gaussian preactivations, and moments of functions of them in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from derive.theories.networks.description.arrays import Array

NEAR = 1e-4
"""Angles below the root of it, and as near to pi, are found from differences of the vectors."""


@dataclass(frozen=True, eq=False)
class Preactivations:
    """The joint law of the preactivations of two sets of inputs.

    Attributes:
        left: Inputs over the root of N_x times sigma_0, shape (n, N_x).
        right: The same, shape (m, N_x).
    """

    left: Array
    right: Array

    @property
    def variances(self) -> tuple[Array, Array]:
        """a, shape (n, 1), and b, shape (1, m)."""
        return (self.left**2).sum(1)[:, None], (self.right**2).sum(1)[None, :]

    @property
    def covariance(self) -> Array:
        """c, shape (n, m)."""
        return np.asarray(self.left @ self.right.T)

    @property
    def scale(self) -> Array:
        """The root of a b."""
        a, b = self.variances
        return np.sqrt(a) * np.sqrt(b)

    @property
    def angle(self) -> Array:
        """theta, accurate near 0 and pi too; a right angle where an input vanishes."""
        first, second = _units(self.left), _units(self.right)
        cosine = np.clip(first @ second.T, -1, 1)
        theta = np.asarray(np.arccos(cosine))
        for sign in (1, -1):
            rows, columns = np.nonzero(1 - sign * cosine < NEAR)
            gap = np.linalg.norm(first[rows] - sign * second[columns], axis=1)
            small = 2 * np.arcsin(np.minimum(gap / 2, 1))
            theta[rows, columns] = small if sign == 1 else np.pi - small
        return theta


def _units(inputs: Array) -> Array:
    norms = np.linalg.norm(inputs, axis=1, keepdims=True)
    return np.asarray(inputs / np.where(norms > 0, norms, 1))


def arc_sine(law: Preactivations) -> Array:
    """E erf erf."""
    a, b = law.variances
    ratio = 2 * law.covariance / (np.sqrt(1 + 2 * a) * np.sqrt(1 + 2 * b))
    return np.asarray(2 / np.pi * np.arcsin(np.clip(ratio, -1, 1)))


def step_moment(law: Preactivations) -> Array:
    """E theta theta."""
    return np.asarray((np.pi - law.angle) / (2 * np.pi))


def ramp_moment(law: Preactivations) -> Array:
    """E ReLU ReLU."""
    theta = law.angle
    return law.scale * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)
