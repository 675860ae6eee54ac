"""Stiff and sloppy directions: the spectrum of an action's Hessian at a stationary point."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import sparse

from derive.programs.runtime.basis import Basis
from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.module.runtime.signature import DENSE_HESSIAN, diagonalised

SPECTRUM_ENDS = 10
"""Directions that are kept at each end of the spectrum."""


class Spectrum(NamedTuple):
    """The Hessian in whitened coordinates dG_s = G_s^(1/2) X_s G_s^(1/2), all streams jointly.

    Attributes:
        eigenvalues: The largest first: all, or those at both ends where it is partial.
        stiff: X_s of every stream for the largest eigenvalues, the stiffest direction first.
        sloppy: The same for the smallest, the sloppiest direction first. Over the streams the sum
            of tr X_s^2 is 1; the sign is arbitrary, and so is the basis of a degenerate eigenspace.
        coordinates: The number of coordinates, which is that of all eigenvalues.
        is_partial: Whether Lanczos found the ends, not a full diagonalisation.
    """

    eigenvalues: np.ndarray
    stiff: tuple[Overlaps, ...]
    sloppy: tuple[Overlaps, ...]
    coordinates: int
    is_partial: bool


def spectrum(overlaps: Overlaps, product: Callable[[Overlaps], Overlaps]) -> Spectrum:
    """The spectrum of the Hessian, from its products with directions.

    Raises:
        ValueError: There are too many coordinates to find all, and Lanczos did not converge.
    """
    basis = Basis(overlaps)
    partial = basis.size > DENSE_HESSIAN
    values, vectors = (_both_ends if partial else diagonalised)(basis, product)
    order = np.argsort(values)
    ends = order[: -SPECTRUM_ENDS - 1 : -1], order[:SPECTRUM_ENDS]
    stiff, sloppy = (tuple(_direction(basis, vectors[:, k]) for k in end) for end in ends)
    return Spectrum(values[order[::-1]], stiff, sloppy, basis.size, partial)


def _direction(basis: Basis, vector: np.ndarray) -> Overlaps:
    """X_s along an eigenvector, its largest coordinate positive."""
    largest = vector[np.argmax(np.abs(vector))]
    return basis.matrices(vector if largest >= 0 else -vector)


def _both_ends(
    basis: Basis, product: Callable[[Overlaps], Overlaps]
) -> tuple[np.ndarray, np.ndarray]:
    """SPECTRUM_ENDS eigenvalues and eigenvectors from either end."""
    times, size = basis.hessian(product), basis.size
    operator = sparse.linalg.LinearOperator((size, size), matvec=times, dtype=float)
    start = np.random.default_rng(0).normal(size=size)
    count = 2 * SPECTRUM_ENDS
    try:
        values, vectors = sparse.linalg.eigsh(
            operator, k=count, which="BE", v0=start, ncv=min(5 * count, size), tol=1e-10
        )
    except sparse.linalg.ArpackError:
        raise ValueError(
            f"the Hessian's spectrum: of its {size} eigenvalues the ends were not found by "
            "Lanczos steps; raise DENSE_HESSIAN in the module to find all"
        ) from None
    return values, vectors
