r"""What float64 can tell: the excess of the action over that of the prior, and rounding.

A stream of width N brings to the action

.. math:: N \left[\mathrm{tr}(\Sigma^{-1} G) - \ln\det(\Sigma^{-1} G)\right]
          = N m + N \sum_k \left[\lambda_k - \ln(1 + \lambda_k)\right]

with :math:`\Sigma` the prior covariance of its vectors given the overlaps above and
:math:`\lambda_k` the eigenvalues of :math:`\Sigma^{-1} (G - \Sigma)`. The second form keeps its
digits where N is large; N m is a constant of the evidence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from derive.theories.networks.module.runtime.span import condition_of

EPSILON = float(np.finfo(float).eps)
EVIDENCE = 1e-9
"""Relative error of a log evidence, absolute where that is below one, which is told above this."""
COARSEST = 5e-3
"""A gradient may be so much smaller relative to its terms than relative to widths, no more."""
TOGETHER = 1e-3
"""The same where streams move together: a wide one's gradient is then against the least width."""


def beyond_prior(prior: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    """The eigenvalues of Sigma^{-1} (G - Sigma)."""
    root = linalg.cholesky(prior, lower=True, check_finite=False)
    half = linalg.solve_triangular(root, overlap - prior, lower=True, check_finite=False)
    whole = linalg.solve_triangular(root, half.T, lower=True, check_finite=False)
    return np.asarray(linalg.eigvalsh((whole + whole.T) / 2.0, check_finite=False))


def excess(prior: np.ndarray, overlap: np.ndarray) -> float:
    """tr(Sigma^{-1} G) - ln det(Sigma^{-1} G) - m, never negative."""
    values = beyond_prior(prior, overlap)
    if np.max(np.abs(values)) < 0.5:
        return float(np.sum(values - np.log1p(values)))
    diagonals = (np.diag(linalg.cholesky(part, lower=True)) for part in (prior, overlap))
    before, after = (2.0 * float(np.sum(np.log(diagonal))) for diagonal in diagonals)
    return float(np.sum(values)) + before - after


def size_of_terms(
    overlaps: tuple[np.ndarray, ...], priors: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """2 (G^-1 + Sigma^-1)^-1: whitened by it, the terms N Sigma^-1 and N G^-1 add up to 2 N."""
    pairs = zip(overlaps, priors, strict=True)
    return tuple(
        2.0 * np.linalg.inv(np.linalg.inv(overlap) + np.linalg.inv(prior))
        for overlap, prior in pairs
    )


def evidence_hidden(
    overlaps: tuple[np.ndarray, ...], widths: tuple[float, ...], evidence: float
) -> str:
    """What is said of a log evidence in whose sum the widths N_s m_s cancel."""
    pairs = zip(widths, overlaps, strict=True)
    lost = EPSILON * sum(width * len(overlap) for width, overlap in pairs)
    if lost <= EVIDENCE * max(1.0, abs(evidence)):
        return ""
    return f"; at these widths the log evidence is known to {lost:.0e} only"


def widths_rounding(
    overlaps: tuple[np.ndarray, ...],
    priors: tuple[np.ndarray, ...],
    widths: tuple[float, ...],
    readers: tuple[tuple[int, ...], ...],
) -> float:
    """What rounding leaves of the relative gradient in the terms that grow with the widths.

    Args:
        overlaps: G_s.
        priors: Sigma_s.
        widths: N_s.
        readers: For every stream, those whose prior covariance is made of its overlaps: their
            widths are in its gradient too, and cancel there. Its overlaps are inverted in those
            terms, which loses digits by their condition number.
    """
    sizes = []
    for prior, overlap, width in zip(priors, overlaps, widths, strict=True):
        ratios = 1.0 + beyond_prior(prior, overlap)
        sizes.append(width * (np.sqrt(len(ratios)) + float(np.linalg.norm(ratios))))
    lost = [condition_of(unit_diagonal(overlap)) for overlap in overlaps]
    return EPSILON * max(
        float(size + digits * sum(sizes[k] for k in below)) / width
        for size, below, width, digits in zip(sizes, readers, widths, lost, strict=True)
    )


def overlaps_rounding(overlaps: tuple[np.ndarray, ...]) -> float:
    """What rounding of their entries leaves of the relative gradient: by the condition number.

    That of overlaps with units on the diagonal, as entries are rounded relative to their sizes.
    """
    return EPSILON * max(condition_of(unit_diagonal(overlap)) for overlap in overlaps)


def unit_diagonal(matrix: np.ndarray) -> np.ndarray:
    """The matrix with rows and columns scaled so that its diagonal is one."""
    roots = np.sqrt(np.diag(matrix))
    return np.asarray(matrix / np.outer(roots, roots))


def digits_lost(covariance: np.ndarray, problem: Any) -> float:
    """How many times rounding what the labels' covariance makes it.

    A Cholesky factor loses digits by the condition number with units on the diagonal; the axes of
    the span are right up to the largest singular value of the inputs.
    """
    diagonal, lost = np.diag(covariance), condition_of(unit_diagonal(covariance))
    if problem.span is not None:
        inputs = np.sqrt(np.maximum(diagonal - problem.temperature, 0.0))
        lost += float(np.max(inputs) * np.max(inputs / diagonal))
    return lost


def labels_rounding(lowest: np.ndarray, prior: np.ndarray, lost: float, problem: Any) -> float:
    """What rounding leaves of the relative gradient in terms that the labels bring.

    Their size is that of all other terms, which they balance.
    """
    most = 1.0 + max(0.0, float(np.max(beyond_prior(prior, lowest))))
    rows = len(problem.labels) if problem.span is None else problem.span.axes.shape[1]
    return EPSILON * (most + rows / problem.widths[0]) * lost
