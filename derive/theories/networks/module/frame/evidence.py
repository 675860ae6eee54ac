"""The evidence for a point: gradients, Hessian, residual, what rounding hides of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from derive.programs.runtime.guard import guarded, require_finite
from derive.programs.runtime.minimise import relative_gradient
from derive.theories.networks.module.frame.derived import (
    EXPLICIT,
    Array,
    Problem,
    action_and_gradient,
    bottom,
    hessian_product,
    kernel,
    labels_covariance,
    readers,
    saddle_right_hand_side,
)
from derive.theories.networks.module.frame.digits import (
    action_beyond_prior,
    digits_told,
    equation_residual,
    log_evidence,
    prior_sizes,
)
from derive.theories.networks.module.frame.solution import Solution
from derive.theories.networks.module.runtime.curvature import Curvature
from derive.theories.networks.module.runtime.rounding import (
    COARSEST,
    TOGETHER,
    digits_lost,
    labels_rounding,
    overlaps_rounding,
    size_of_terms,
    widths_rounding,
)
from derive.theories.networks.module.runtime.signature import Signature, signature
from derive.theories.networks.module.runtime.span import condition_of, inside, is_singular
from derive.theories.networks.module.runtime.spectrum import Spectrum, spectrum
from derive.theories.networks.module.runtime.verdict import NOISE, Rounding, verdict
from derive.threads import blas_threads


def gradient(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """dS/dG_s, symmetric: dS = sum_s tr(gradient_s dG_s)."""
    return action_and_gradient(overlaps, problem)[1]


def hessian_vector_product(
    overlaps: tuple[Array, ...], directions: tuple[Array, ...], problem: Problem
) -> tuple[Array, ...]:
    """The change of the gradient along symmetric directions dG_s."""
    return hessian_product(overlaps, problem)(directions)


@guarded
def hessian_spectrum(solution: Solution) -> Spectrum:
    """Stiff and sloppy directions at a solution: the Hessian's spectrum in whitened coordinates."""
    overlaps, problem = solution.overlaps, solution.problem
    with blas_threads(problem.attended.shape):
        return spectrum(overlaps, curvature(overlaps, problem))


def saddle_residual(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """max_s |G_s - right-hand side|_F / |G_s|_F over the saddle-point equations."""
    right = saddle_right_hand_side(overlaps, problem)
    pairs = zip(overlaps, right, strict=True)
    return max(float(np.linalg.norm(g - r) / np.linalg.norm(g)) for g, r in pairs)


def hidden_gradient(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """The relative gradient that widths may hide from float64."""
    priors = prior_sizes(overlaps, problem)
    return NOISE * widths_rounding(overlaps, priors, problem.widths, readers(problem))


def height(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """What tells minima apart: S without what lies outside the span of the attended inputs."""
    return action_beyond_prior(overlaps, inside(problem))


def gradient_rounding(
    overlaps: tuple[Array, ...], priors: tuple[Array, ...], problem: Problem, lost: float
) -> Rounding:
    """What rounding leaves of the relative gradient, where terms have the sizes of priors.

    Args:
        overlaps: G_s.
        priors: The sizes.
        problem: Data and parameters.
        lost: How many times rounding the labels' covariance makes it: see `digits_lost`.
    """
    labels = labels_rounding(overlaps[0], priors[0], lost, problem)
    above = widths_rounding(overlaps, priors, problem.widths, readers(problem))
    return Rounding(above, labels, overlaps_rounding(overlaps), EXPLICIT)


def _functions(problem: Problem) -> tuple[Any, Any, Any]:
    """Widths, action with gradient, and Hessian products, as the minimiser wants them."""
    return (
        problem.widths,
        lambda overlaps: action_and_gradient(overlaps, problem),
        lambda overlaps: curvature(overlaps, problem),
    )


def curvature(overlaps: tuple[Array, ...], problem: Problem) -> Curvature:
    """The Hessian at G_s: its products with directions, and its matrix."""
    given = action_and_gradient, hessian_product, kernel, bottom
    return Curvature(overlaps, inside(problem), *given)


def _solution(
    overlaps: tuple[Array, ...], problem: Problem, reason: str, found: Signature, tolerance: float
) -> Solution:
    """Collect the evidence, independently of the minimiser."""
    value, slope = action_and_gradient(overlaps, problem)
    require_finite(value, *slope)
    priors, widths = prior_sizes(overlaps, problem), problem.widths
    norm = relative_gradient(overlaps, slope, widths)
    # Relative to its terms, which are larger where labels are, a gradient may be within tolerance.
    by_terms = min(norm, relative_gradient(size_of_terms(overlaps, priors), slope, widths))
    digits = digits_lost(labels_covariance(overlaps, problem), problem)
    known = gradient_rounding(overlaps, overlaps, problem, digits)
    lost = gradient_rounding(overlaps, priors, problem, digits)
    together = 0.0 if EXPLICIT else relative_gradient(overlaps, slope, (min(widths),) * len(widths))
    least = max(*known[:3], TOGETHER * together)
    by_terms = max(by_terms, least, COARSEST * norm)
    reason, judged = ("", by_terms) if by_terms <= tolerance else (reason, max(norm, least))
    residual = equation_residual(overlaps, problem)
    condition = condition_number(overlaps, problem)
    message = verdict(overlaps, reason, judged, residual, found, condition, tolerance, known)
    evidence = log_evidence(overlaps, problem)
    message += digits_told(overlaps, problem, evidence) if message.startswith("converged") else ""
    return Solution(
        overlaps=overlaps,
        action=value,
        log_evidence=evidence,
        converged=message.startswith("converged"),
        message=message,
        gradient_norm=norm + lost.of_gradient(),
        residual=residual + lost.of_equations(),
        hessian_lowest=found.lowest,
        hessian_negative=found.negative,
        hessian_is_bound=found.is_bound,
        condition_number=condition,
        problem=problem,
    )


@guarded
def at(overlaps: tuple[Array, ...], problem: Problem) -> Solution:
    """Any order parameters as they are, with the evidence; nothing is solved."""
    with blas_threads(problem.attended.shape):
        found = signature(overlaps, curvature(overlaps, problem))
        return _solution(overlaps, problem, "", found, 1e-10)


def condition_number(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """Largest over smallest eigenvalue of the labels' covariance; infinite where it is singular.

    Outside the span of the attended inputs the eigenvalue is the temperature.
    """
    covariance = labels_covariance(overlaps, problem)
    condition = condition_of(covariance)
    if len(covariance) < len(problem.labels):
        largest = float(linalg.norm(covariance, 2, check_finite=False))
        return max(condition, largest / problem.temperature)
    return condition


def refuse_singular(overlaps: tuple[Array, ...], problem: Problem) -> None:
    """Raise ValueError where the labels' covariance is singular to working precision."""
    covariance = labels_covariance(overlaps, problem)
    require_finite(covariance)
    condition = condition_of(covariance)
    if is_singular(condition, problem):
        raise ValueError(
            f"temperature: at {problem.temperature:g} the labels' covariance is singular to "
            f"working precision (condition number {condition:.1e}); raise the temperature, or "
            "give fewer examples"
        )
