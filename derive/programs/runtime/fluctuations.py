"""Averages over Gaussian fluctuations, for generated modules."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derive.programs.runtime.linear import cholesky


def average(
    form: Callable[..., tuple[np.ndarray, ...]],
    covariances: tuple[np.ndarray, ...],
    widths: tuple[float, ...],
) -> tuple[np.ndarray, ...]:
    """Averages of quadratic forms of independent symmetric Gaussian matrices Z.

    With covariance Q = L L^T and width N, <q(Z)> = sum_ab q(l_a l_b^T + l_b l_a^T) / 2N over the
    columns of L; what mixes two of the matrices averages to nothing.

    Args:
        form: From the matrices to the values of the forms.
        covariances: Q of each.
        widths: N of each.
    """
    totals: tuple[np.ndarray, ...] = ()
    for place, (covariance, width) in enumerate(zip(covariances, widths, strict=True)):
        root = cholesky(covariance)
        for a in range(len(root)):
            for b in range(a + 1):
                product = np.outer(root[:, a], root[:, b])
                matrices = [np.zeros_like(other) for other in covariances]
                matrices[place] = product + product.T
                weight = (1.0 if a != b else 0.5) / width
                terms = tuple(weight * value for value in form(*matrices))
                pairs = zip(totals, terms, strict=True)
                totals = tuple(total + term for total, term in pairs) if totals else terms
    return totals
