r"""Attended inputs of features with a mean, in modules of such networks.

The feature space of a kernel has a direction w, in which the mean of the features lies. An attended
input is taken apart into the number m = w . xi and the vector :math:`(1 - w w^T)^{1/2} \xi`, whose
products are the kernel less that of the means.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.programs.runtime.guard import real_array
from derive.theories.networks.module.runtime.merged import Merged, attended_by_path, inputs_of


class AboutMean:
    """Attended inputs, taken apart at the mean of the features.

    Attributes:
        centred: The part that products of the covariance are made of, shape (P, M, N_0), or merged.
        means: The part along the mean, shape (P, M, 1), or merged.
        direction: w, shape (N_0,); zero where the mean is not known, and counts as zero.
    """

    def __init__(self, attended: Any, direction: Any) -> None:
        inputs = inputs_of(attended)
        if direction is None:
            direction = np.zeros(inputs.shape[2])
        self.direction = real_array("mean_direction", direction)
        square = float(self.direction @ self.direction) if self.direction.ndim == 1 else np.inf
        if self.direction.shape != inputs.shape[2:] or not square <= 1.0 + 1e-6:
            raise ValueError(
                f"mean_direction: shape {self.direction.shape}; ({inputs.shape[2]},) is needed, of "
                "length at most 1"
            )
        means = inputs @ self.direction[:, None]
        shortened = (1.0 - np.sqrt(max(1.0 - square, 0.0))) / square if square > 0 else 0.0
        self.centred: Any = inputs - means * (shortened * self.direction)
        self.means: Any = means
        if isinstance(attended, Merged):
            self.centred = Merged(self.centred, attended.classes)
            self.means = Merged(means, attended.classes)
        self.shape = attended.shape

    def __len__(self) -> int:
        return int(self.shape[0])


def about_mean(problem: Any, direction: Any) -> Any:
    """The problem with its attended inputs taken apart, also on the axes of their span."""
    attended, found = AboutMean(problem.attended, direction), problem.span
    if found is not None:
        found = found._replace(attended=AboutMean(found.attended, direction))
    return problem._replace(attended=attended, span=found)


def tests_by_path(given: Any, problem: Any) -> Any:
    """Attended inputs of test examples, taken apart; as in `attended_by_path`."""
    _, paths, features = problem.attended.shape
    return AboutMean(attended_by_path(given, paths, features), problem.attended.direction)


def mean_pull(dual: np.ndarray, attended: Any, variance: float) -> np.ndarray:
    """sum_mu sigma_0 m[mu, p] dual[mu] / sqrt(N_0), for every path p."""
    means = attended.means
    pull = np.sqrt(variance / attended.shape[2]) * (dual @ inputs_of(means)[:, :, 0])
    return np.asarray(pull[means.classes] if isinstance(means, Merged) else pull)


def mean_share(overlap: np.ndarray, response: np.ndarray, force: np.ndarray, width: float) -> float:
    """The share rho in (0, 1] with N (1 - rho) = rho^2 tr[(1 + rho A G)^(-2) B G].

    Newton's steps in t = 1/rho start from 1, left of the root of a rising concave function, and
    stay left of it.

    Args:
        overlap: G, positive definite, or semidefinite as on a ray of prior overlaps.
        response: A, symmetric and positive semidefinite, as the next one is.
        force: B.
        width: N.
    """
    lengths, axes = np.linalg.eigh(overlap)
    root = axes * np.sqrt(np.maximum(lengths, 0.0))
    values, axes = np.linalg.eigh(root.T @ response @ root)
    values = np.maximum(values, 0.0)
    squares = np.maximum(np.einsum("ij,ij->j", axes, (root.T @ force @ root) @ axes), 0.0) / width
    excess = 0.0  # t - 1, whose digits widths beyond 10^16 would lose
    for _ in range(500):
        t = 1.0 + excess
        shifted = t + values
        rest = np.sum(squares / shifted**2) - excess / t
        step = rest / (1.0 / t**2 + 2.0 * np.sum(squares / shifted**3))
        excess += step
        if not step > 1e-15 * t:
            break
    return float(1.0 / (1.0 + excess))
