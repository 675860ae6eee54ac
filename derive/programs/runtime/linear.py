"""Linear algebra of generated modules: Cholesky factors, lifts, partial traces.

Large products go through scipy's BLAS, as the Cholesky factors do: numpy brings a BLAS of its own,
and two pools of threads that take turns wait for each other (a factor of eight on two cores).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg


def cholesky(matrix: np.ndarray) -> np.ndarray:
    """The lower Cholesky factor L, matrix = L L^T, of a positive definite matrix."""
    factor = linalg.cholesky(matrix, lower=True, check_finite=False)
    return np.asarray(factor)


def cholesky_solve(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A^{-1} right, from the Cholesky factor of A."""
    return np.asarray(linalg.cho_solve((factor, True), right, check_finite=False))


def inverse(factor: np.ndarray) -> np.ndarray:
    """A^{-1}, from the Cholesky factor of A."""
    half, info = linalg.lapack.dpotri(factor, lower=True)
    if info != 0:
        raise np.linalg.LinAlgError("the Cholesky factor is singular")
    full = np.tril(half)
    return full + np.tril(half, -1).T


def log_determinant(factor: np.ndarray) -> float:
    """ln det A, from the Cholesky factor of A."""
    return 2.0 * float(np.sum(np.log(np.diag(factor))))


def lift(matrix: np.ndarray, heads: int) -> np.ndarray:
    """I_H (x) matrix; the head is the slow index."""
    return np.kron(np.eye(heads), matrix)


def partial_trace(matrix: np.ndarray, heads: int) -> np.ndarray:
    """sum_h matrix[(h p), (h p')]: the trace over the slow index of length H."""
    size = len(matrix) // heads
    return np.einsum("hihj->ij", matrix.reshape(heads, size, heads, size))


def embed(matrix: np.ndarray, start: int, total: int) -> np.ndarray:
    """The matrix as the diagonal block at `start` of a zero matrix of size `total`."""
    out = np.zeros((total, total))
    out[start : start + len(matrix), start : start + len(matrix)] = matrix
    return out


def selection(total: int, *runs: int) -> np.ndarray:
    """Rows of the identity of size `total`, in runs given as start, length, start, length, ..."""
    pairs = zip(runs[::2], runs[1::2], strict=True)
    return np.eye(total)[np.concatenate([np.arange(s, s + n) for s, n in pairs])]
