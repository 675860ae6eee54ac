"""The same of features with a mean.

The log evidence has a part of their projections, and the share of the lowest overlaps across these
is no excess of a stream.
"""

from __future__ import annotations

from derive.theories.networks.module.frame.derived import (
    Array,
    Problem,
    action,
    evidence_constant,
    fluctuation,
)
from derive.theories.networks.module.frame.evidence import saddle_residual
from derive.theories.networks.module.runtime.rounding import evidence_hidden


def log_evidence(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """ln p(labels) = -S/2 + constants, at leading order."""
    constants = evidence_constant(problem) + fluctuation(overlaps, problem)
    return -action(overlaps, problem) / 2.0 + constants


def action_beyond_prior(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """S, in which large widths hide small differences: no prior is taken off."""
    return action(overlaps, problem)


def equation_residual(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """The residual of the saddle-point equations that a solution reports."""
    return saddle_residual(overlaps, problem)


def prior_sizes(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """By which the terms of gradients are measured: the overlaps, for the want of priors."""
    return overlaps


def readers(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stream, those whose prior covariance is made of its overlaps."""
    return tuple((k - 1,) if k else () for k in range(len(problem.widths)))


def digits_told(overlaps: tuple[Array, ...], problem: Problem, evidence: float) -> str:
    """What is said of digits that widths cost the evidence."""
    return evidence_hidden(overlaps, problem.widths, evidence)
