"""How a module solves its equations: starts, and the descents from them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from derive.programs.runtime.guard import real_array
from derive.programs.runtime.linear import cholesky, cholesky_solve
from derive.programs.runtime.minima import is_near, lowest_minimum, runs_into
from derive.programs.runtime.minimise import minimise, newton
from derive.theories.networks.module.frame.derived import (
    EXPLICIT,
    Array,
    Problem,
    action,
    closed_on_lowest,
    infinite_width,
    kernel,
    labels_covariance,
)
from derive.theories.networks.module.frame.evidence import (
    _functions,
    _solution,
    height,
    hidden_gradient,
    refuse_singular,
)
from derive.theories.networks.module.frame.solution import Solution
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
from derive.theories.networks.module.runtime.signature import approach, descend
from derive.theories.networks.module.runtime.span import inside
from derive.threads import blas_threads


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
