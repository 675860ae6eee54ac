"""Kernels of paths in generated modules, and their adjoint."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from derive.theories.networks.module.runtime.merged import (
    fold,
    inputs_of,
    spread,
    together,
    with_classes,
)


def path_kernel(overlap: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """sum_{p p' i} overlap[p, p'] left[mu, p, i] right[nu, p', i].

    For one data set with itself the overlap must be symmetric: V diag(l) V^T is a difference of
    two squares A A^T, each at half the cost of a product. For two data sets the smaller one is
    weighted.
    """
    overlap, left, right = fold(overlap, left, right)
    if left is right and len(left) > 1:
        values, axes = np.linalg.eigh((overlap + overlap.T) / 2.0)
        kernel = np.zeros((len(left), len(left)))
        for sign in (1.0, -1.0):
            chosen = sign * values > 0.0
            if chosen.any():
                root = np.sqrt(np.abs(values[chosen]))[:, None] * axes[:, chosen].T
                square = np.matmul(root, left).reshape(len(left), -1)
                half = linalg.blas.dsyrk(sign, square.T, trans=True, lower=True)
                kernel += np.tril(half) + np.tril(half, -1).T
        return kernel
    if len(left) > len(right):
        weighted = np.matmul(overlap, right).reshape(len(right), -1)
        return left.reshape(len(left), -1) @ weighted.T
    weighted = np.matmul(overlap.T, left).reshape(len(left), -1)
    return weighted @ right.reshape(len(right), -1).T


def path_diagonal(overlap: np.ndarray, data: np.ndarray) -> np.ndarray:
    """The diagonal of the path kernel of a data set with itself.

    Of a positive definite overlap it is a sum of squares, which rounding makes no less than zero.
    """
    overlap, data, _ = fold(overlap, data, data)
    try:
        root = np.linalg.cholesky(overlap).T
    except np.linalg.LinAlgError:
        return np.einsum("mpi,mpi->m", np.matmul(overlap, data), data)
    return np.sum(np.matmul(root, data) ** 2, axis=(1, 2))


def remaining(left: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """left[nu, p, i] - sum_mu weights[mu, nu] right[mu, p, i], for attended inputs."""
    first, second, classes = together(left, right)
    explained = linalg.blas.dgemm(1.0, second.reshape(len(second), -1).T, weights).T
    return with_classes(first - explained.reshape(first.shape), classes)


def path_projection(matrix: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """sum_{mu nu i} matrix[mu, nu] left[mu, p, i] right[nu, p', i]: adjoint of the path kernel."""
    first, second = inputs_of(left), inputs_of(right)
    flat = second.reshape(len(second), -1)
    weighted = linalg.blas.dgemm(1.0, flat.T, matrix.T).T.reshape(len(first), *second.shape[1:])
    return spread(np.matmul(first, weighted.transpose(0, 2, 1)).sum(axis=0), left, right)


def refuse_no_density(
    overlaps: tuple[np.ndarray, ...], widths: tuple[float, ...], names: tuple[str, ...] = ()
) -> None:
    """Raise ValueError where a width is below the number of vectors: overlaps are then singular.

    Args:
        overlaps: The order parameters, the lowest stream first.
        widths: One per stream.
        names: Of the streams; by default they are counted from 1.
    """
    for number, (overlap, width) in enumerate(zip(overlaps, widths, strict=True)):
        if width < len(overlap):
            name, count = names[number] if names else str(number + 1), len(overlap)
            raise ValueError(
                f"widths: stream {name} has {count} vectors in width {width:g}: its overlaps are "
                f"singular and have no density; N_{name} = {count} would do"
            )
