"""Whitened coordinates of directions and of geodesics at positive definite matrices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derive.programs.runtime.minimise import Overlaps


def symmetric_root(matrix: np.ndarray) -> np.ndarray:
    """The symmetric square root of a positive definite matrix, or LinAlgError."""
    values, axes = np.linalg.eigh(matrix)
    if not values[0] > 0:
        raise np.linalg.LinAlgError("the matrix is not positive definite")
    return np.asarray((axes * np.sqrt(values)) @ axes.T)


class Basis:
    """Whitened coordinates: dG_s = G_s^(1/2) X_s G_s^(1/2), X_s symmetric.

    Coordinates are those of X_s in the basis that is orthonormal in the Frobenius product: diagonal
    entries, and off-diagonal entries times sqrt(2).
    """

    def __init__(self, overlaps: Overlaps) -> None:
        self.roots = [symmetric_root(overlap) for overlap in overlaps]
        self.lower = [np.tril_indices(len(overlap)) for overlap in overlaps]
        self.weights = [
            np.where(rows == columns, 1.0, np.sqrt(0.5)) for rows, columns in self.lower
        ]
        self.size = sum(len(weight) for weight in self.weights)

    def matrices(self, vector: np.ndarray) -> Overlaps:
        """X_s for a vector of coordinates."""
        found, start = [], 0
        for root, index, weight in zip(self.roots, self.lower, self.weights, strict=True):
            part = np.zeros_like(root)
            part[index] = weight * vector[start : start + len(weight)]
            found.append(part + np.tril(part, -1).T)
            start += len(weight)
        return tuple(found)

    def steps(self, vector: np.ndarray) -> Overlaps:
        """dG_s for a vector of coordinates."""
        pairs = zip(self.roots, self.matrices(vector), strict=True)
        return tuple(root @ part @ root for root, part in pairs)

    def moved(self, vector: np.ndarray) -> Overlaps:
        """G_s^(1/2) exp(X_s) G_s^(1/2) for a vector of coordinates."""
        pairs = zip(self.roots, self.matrices(vector), strict=True)
        found = [(root, *np.linalg.eigh(part)) for root, part in pairs]
        halves = [(root @ axes) * np.exp(values / 2.0) for root, values, axes in found]
        return tuple(half @ half.T for half in halves)

    def stretch(self, vector: np.ndarray) -> float:
        """The largest eigenvalue of |X_s| for a vector of coordinates."""
        return max(float(np.linalg.norm(part, 2)) for part in self.matrices(vector))

    def whitened(self, parts: Overlaps) -> np.ndarray:
        """The coordinates of matrices X_s."""
        known = zip(parts, self.lower, self.weights, strict=True)
        return np.concatenate([part[index] / weight for part, index, weight in known])

    def coordinates(self, gradients: Overlaps) -> np.ndarray:
        """The coordinates of a gradient."""
        pairs = zip(self.roots, gradients, strict=True)
        return self.whitened(tuple(root @ gradient @ root for root, gradient in pairs))

    def hessian(
        self, product: Callable[[Overlaps], Overlaps]
    ) -> Callable[[np.ndarray], np.ndarray]:
        """The Hessian as a map of vectors of coordinates."""
        return lambda vector: self.coordinates(product(self.steps(vector)))

    def bend(self, slope: np.ndarray) -> np.ndarray:
        """What a gradient adds to the Hessian along geodesics: tr(g_s X_s X'_s), as a matrix."""
        forces = self.matrices(slope)

        def turned(unit: np.ndarray) -> np.ndarray:
            pairs = zip(forces, self.matrices(unit), strict=True)
            return self.whitened(tuple((f @ part + part @ f) / 2.0 for f, part in pairs))

        return np.stack([turned(unit) for unit in np.eye(self.size)], axis=1)

    def by_coordinate(self, values: tuple[float, ...]) -> np.ndarray:
        """A number of every stream, for each of its coordinates."""
        pairs = zip(values, self.weights, strict=True)
        return np.concatenate([np.full(len(weight), value) for value, weight in pairs])
