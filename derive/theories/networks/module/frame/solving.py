"""How a module solves its equations: starts, descents, and the evidence for what is found."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from scipy import linalg

from derive.programs.runtime.guard import guarded, real_array, require_finite
from derive.programs.runtime.linear import cholesky, cholesky_solve
from derive.programs.runtime.minima import is_near, lowest_minimum, runs_into
from derive.programs.runtime.minimise import minimise, newton, relative_gradient
from derive.theories.networks.module.frame.derived import (
    EXPLICIT,
    Array,
    Problem,
    action,
    action_and_gradient,
    bottom,
    closed_on_lowest,
    hessian_product,
    infinite_width,
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
from derive.theories.networks.module.runtime.rays import (
    BROKEN,
    COARSE,
    TOWARDS,
    VAIN,
    Prior,
    Ray,
    affordable,
    displaced_start,
    ray_starts,
    rays,
    scattered_starts,
)
from derive.theories.networks.module.runtime.rounding import (
    COARSEST,
    TOGETHER,
    digits_lost,
    labels_rounding,
    overlaps_rounding,
    size_of_terms,
    widths_rounding,
)
from derive.theories.networks.module.runtime.signature import (
    Signature,
    approach,
    descend,
    signature,
)
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


def _solved(problem: Problem, start: Any, continuation: bool, tolerance: float) -> Solution:
    """The lowest minimum that is found; from a start the one below it."""
    with blas_threads(problem.attended.shape):
        wide, inner = infinite_width(problem), inside(problem)
        first = wide if start is None else _checked_start(start, problem)
        refuse_singular(first, problem)
        if start is None:
            found = _minima(problem, tolerance, continuation)
        else:
            points = [_continued(first, inner)] if continuation else [first]
            found = _descended(points, problem, tolerance)
    if not found:
        raise np.linalg.LinAlgError("the overlaps of no start are positive definite")
    return lowest_minimum(found, wide[0], lambda point: height(point.overlaps, problem))


def _minima(problem: Problem, tolerance: float, continuation: bool) -> list[Solution]:
    """Solutions from the minima along rays of prior overlaps, and from displaced problems."""
    inner, wide = inside(problem), infinite_width(problem)
    prior = Prior(inner, infinite_width)
    known = rays(prior, lambda overlaps: kernel(overlaps, inner.attended, inner))
    points = [_continued(wide, inner)] if continuation else []
    found = _descended([*points, *ray_starts(prior, known)], problem, tolerance)
    if not any(solution.converged for solution in found):
        found += _descended([wide, _continued(wide, inner)], problem, tolerance)
    if found and any(len(overlap) > 1 for overlap in wide):
        _add_distant(found, prior, known[0], problem, tolerance)
    return found


def _add_distant(
    found: list[Solution], prior: Prior, ray: Ray, problem: Problem, tolerance: float
) -> None:
    """Add minima that no ray leads to, where some may be: see `displaced_start`, `BROKEN`."""
    inner = prior.problem
    lowest = min(found, key=lambda point: height(point.overlaps, problem)).overlaps
    with suppress(np.linalg.LinAlgError):
        dual = cholesky_solve(cholesky(labels_covariance(lowest, inner)), inner.labels)
        # What the labels could bring pays for growth by a factor of three, or it does not.
        if float(inner.labels @ dual) > min(inner.widths):
            stronger, start = displaced_start(prior, ray)
            start = approach(start, *_functions(stronger), COARSE, TOWARDS)
            _add_below(found, start, problem, tolerance)
    if prior.is_branched() and max(prior.spread(point.overlaps[0]) for point in found) > BROKEN:
        vain = 0
        for start in scattered_starts(prior, affordable(inner.attended.shape)):
            vain = 0 if _add_below(found, start, problem, tolerance) else vain + 1
            if vain == VAIN:
                break


def _add_below(
    found: list[Solution], start: tuple[Array, ...], problem: Problem, tolerance: float
) -> bool:
    """Add the minimum below a point, if it is not among those that were found."""
    with suppress(np.linalg.LinAlgError):
        inner, width = inside(problem), min(problem.widths)
        minima = [(point.overlaps[0], action(point.overlaps, inner)) for point in found]
        near = approach(
            start, *_functions(inner), COARSE,
            until=lambda point, value: runs_into(point, value, minima, width),
        )  # fmt: skip
        known = runs_into(near, action(near, inner), minima, width)
        if not known and not is_near(near, found):
            added = _descended([near], problem, tolerance)
            new = any(not is_near(point.overlaps, found) for point in added)
            found += added
            return new
    return False


def _continued(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """Near the saddle point, by steps in width from a thousand times wider."""
    for scale in (1e3, 1e2, 30.0, 10.0, 3.0):
        wider = problem._replace(widths=tuple(scale * width for width in problem.widths))
        overlaps, _ = minimise(overlaps, *_functions(wider), 1e-6)
    return overlaps


def _descended(
    points: list[tuple[Array, ...]], problem: Problem, tolerance: float
) -> list[Solution]:
    """The solutions below some points; a point from which the descent breaks off has none."""
    inner, found = inside(problem), []
    for point in points:
        try:
            overlaps, reason, below = descend(
                point, *_functions(inner), tolerance, closed_on_lowest(inner),
                lambda overlaps: hidden_gradient(overlaps, inner),
            )  # fmt: skip
            if not EXPLICIT and max(inner.widths) > min(inner.widths):
                # where streams move together, a wide one's gradient moves a narrow one
                least = (min(inner.widths),) * len(inner.widths)
                overlaps, _ = newton(overlaps, *_functions(inner), tolerance, least)
        except np.linalg.LinAlgError:
            continue
        found.append(_solution(overlaps, problem, reason, below, tolerance))
    return found


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


def _checked_start(start: Any, problem: Problem) -> tuple[Array, ...]:
    """Order parameters of the right sizes, symmetric and positive definite, or ValueError."""
    sizes = [len(point) for point in infinite_width(problem)]
    needed = ", ".join(f"{size} x {size}" for size in sizes)
    refusal = f"start: give symmetric positive definite matrices, {needed}, lowest stream first"
    try:
        overlaps = tuple(real_array("start", overlap) for overlap in start)
        for overlap, size in zip(overlaps, sizes, strict=True):
            if overlap.shape != (size, size) or not np.allclose(overlap, overlap.T):
                raise ValueError(refusal)
            np.linalg.cholesky(overlap)
    except (TypeError, ValueError, np.linalg.LinAlgError):
        raise ValueError(refusal) from None
    return overlaps


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
