"""What the digits of float64 are for: evidence and residual in excess of the prior."""

from __future__ import annotations

import numpy as np

from derive.theories.networks.module.frame.derived import (
    Array,
    Problem,
    constant_of_labels,
    energy,
    prior_covariances,
    saddle_right_hand_side,
)
from derive.theories.networks.module.runtime.rounding import excess


def log_evidence(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """ln p(labels) = -S/2 + constants at leading order; large widths cancel before the sum."""
    return -action_beyond_prior(overlaps, problem) / 2.0 + constant_of_labels(problem)


def action_beyond_prior(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """S less sum_s N_s m_s, which large widths would hide the rest behind."""
    priors = prior_covariances(overlaps, problem)
    pairs = zip(problem.widths, priors, overlaps, strict=True)
    above = sum(width * excess(prior, overlap) for width, prior, overlap in pairs)
    return above + energy(overlaps, problem)


def equation_residual(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """max_s |G_s - right-hand side|_F, relative to the larger of G_s and its prior covariance.

    They are terms of one sum; `saddle_residual` is relative to G_s alone.
    """
    right = saddle_right_hand_side(overlaps, problem)
    found = zip(overlaps, prior_covariances(overlaps, problem), right, strict=True)
    norm = np.linalg.norm
    return max(float(norm(g - r) / max(norm(g), norm(prior))) for g, prior, r in found)


def prior_sizes(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """By which the terms of gradients and their rounding are measured."""
    return prior_covariances(overlaps, problem)


def digits_told(overlaps: tuple[Array, ...], problem: Problem, evidence: float) -> str:
    """What is said of digits that widths cost the evidence: none."""
    return ""
