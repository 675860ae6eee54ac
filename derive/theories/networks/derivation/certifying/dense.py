"""Gaussian laws of plain vectors, in any arithmetic: nothing symbolic, no rule's formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.errors import CertificateError


def cholesky(arithmetic: Any, matrix: Any) -> Any:
    """L with L L^T = A, lower triangular.

    Raises:
        CertificateError: The matrix is not positive definite.
    """
    size = len(matrix)
    root = np.full((size, size), arithmetic.mpf(0), dtype=object)
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i, j] - root[i, :j] @ root[j, :j] if j else matrix[i, j]
            if i != j:
                root[i, j] = rest / root[j, j]
            elif rest > 0:
                root[i, i] = arithmetic.sqrt(rest)
            else:
                raise CertificateError(f"a covariance of size {size} is not positive definite")
    return root


def forward_solve(root: Any, right: Any) -> Any:
    """L^{-1} b for a lower triangular L and a vector b."""
    solution: list[Any] = []
    for i, row in enumerate(root):
        rest = right[i] - sum((row[j] * solution[j] for j in range(i)), start=0 * right[i])
        solution.append(rest / row[i])
    return np.array(solution, dtype=object)


def log_normal(arithmetic: Any, vector: Any, covariance: Any) -> Any:
    """The log density of a centred Gaussian vector."""
    root = cholesky(arithmetic, covariance)
    white = forward_solve(root, vector)
    total = white @ white + len(vector) * arithmetic.log(2 * arithmetic.pi)
    return -total / 2 - sum(arithmetic.log(root[i, i]) for i in range(len(vector)))


def log_independent(arithmetic: Any, array: Any, variance: Any) -> Any:
    """The log density of independent centred Gaussian entries of one variance."""
    total, spread = arithmetic.mpf(0), arithmetic.mpf(variance)
    for entry in np.ravel(array):
        total -= entry * entry / (2 * spread) + arithmetic.log(2 * arithmetic.pi * spread) / 2
    return total


def units(*shape: int) -> Any:
    """Every array of this shape with a single entry 1 and zeros elsewhere."""
    for index in np.ndindex(*shape):
        array = np.zeros(shape)
        array[index] = 1.0
        yield array


def inverse(arithmetic: Any, matrix: Any) -> Any:
    """The inverse of a matrix, by elimination with pivots."""
    inverted = arithmetic.inverse(arithmetic.matrix(np.asarray(matrix).tolist()))
    return np.array(inverted.tolist(), dtype=object).reshape(np.shape(matrix))
