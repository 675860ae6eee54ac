"""What is said of points that are no minima: only a minimum may be said to have converged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from derive.errors import SolveError
from derive.evidence.claim import Claim
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.loops import SEVERAL
from derive.theories.networks.checks.points import Point
from derive.theories.networks.checks.subject import Subject

TOLERANCE = 1e-10
STATIONARY = 1e-8
"""Relative gradient of what is said to have converged, by another method than the module's."""
CONVERGED, NOT = "converged", "not converged"
MOVED = 1e-5
"""How far a point is moved away from the saddle point, relative."""


def guards(subject: Subject, claim: str) -> CheckResult:
    """The saddle point is said to have converged, and nothing else is."""
    comparison = subject.comparison()
    weights = subject.theory.notation.graph.weights
    sample = subject.draw(42).sample(one_head=not any(weight.fixed for weight in weights))
    at = Point(subject, sample, tuple(subject.solve(sample).overlaps))
    comparison.gather(
        lambda: _is_minimum(at),
        lambda: _points(at),
        lambda: [("the verdict on good evidence", _verdict(at), CONVERGED)],
        lambda: (
            (f"the verdict on {name}", _verdict(at, **evidence), NOT)
            for name, evidence in _evidence(at)
        ),
    )
    compared = (
        "the saddle point, which by index loops is a minimum, and points and evidence that are not "
        "(moved, not a number, not positive definite, downhill), and what is said of them"
    )
    return comparison.result(claim, subject.digits, compared)


def _is_minimum(at: Point) -> Iterator[tuple[str, Any, Any]]:
    if at.is_large:
        steps = at.directions(SEVERAL)
        slopes = [at.plain.slope(at.overlaps, at.plain.steps(at.overlaps, x)) for x in steps]
        norm = max(map(abs, slopes)) / min(at.plain.widths)
        lowest = min(at.bend(step, step) for step in steps)
    else:
        norm = at.plain.relative_gradient(at.overlaps)
        lowest = float(np.linalg.eigvalsh(at.hessian)[0]) / float(abs(at.hessian).max())
    yield "whether the saddle point is stationary", norm < STATIONARY, True
    yield "whether it is a minimum", lowest > -STATIONARY, True


def _points(at: Point) -> Iterator[tuple[str, str, str]]:
    """What module and solver say of points."""
    module, problem = at.subject.module, at.problem
    points = [("the saddle point", at.overlaps, CONVERGED)]
    points += [(name, overlaps, NOT) for name, overlaps in _elsewhere(at)]
    for name, overlaps, due in points:
        yield f"what is said of {name}", _said(partial(module.at, overlaps, problem)), due
    for name, overlaps, due in points[:2]:
        solution = replace(at, overlaps=overlaps).solution
        yield f"what a solution says of {name}", _said(solution), due


def _elsewhere(at: Point) -> Iterator[tuple[str, tuple[Array, ...]]]:
    """Points that are no saddle points."""
    for stream, overlap in enumerate(at.overlaps):
        others = list(at.overlaps)
        others[stream] = (1 + MOVED) * overlap
        yield f"stream {stream + 1}, moved,", tuple(others)
    broken = at.overlaps[0].copy()
    broken[0, 0] = np.nan
    yield "an overlap that is not a number", (broken, *at.overlaps[1:])
    yield "an overlap that is negative", (-at.overlaps[0], *at.overlaps[1:])
    draw = at.subject.draw(43)
    yield "a random point", draw.overlaps(at.sample)


def _said(ask: Callable[[], Any]) -> str:
    """What is said of a point: converged or not, by its message too; or that it is refused."""
    try:
        said = ask()
    except (np.linalg.LinAlgError, ValueError, SolveError):  # before anything is said
        return NOT
    if bool(said.converged) is not str(said.message).startswith(CONVERGED):
        return "two things"
    return CONVERGED if said.converged else NOT


def _evidence(at: Point) -> Iterator[tuple[str, dict[str, Any]]]:
    """Evidence of which one part is bad."""
    signature = at.subject.module.Signature
    unit = tuple(np.zeros_like(overlap) for overlap in at.overlaps)
    yield "a descent that broke off", {"reason": "the relative gradient stays at 1.0e+00"}
    yield "a gradient above the tolerance", {"gradient_norm": 2 * TOLERANCE}
    yield "a gradient that is not a number", {"gradient_norm": np.nan}
    yield "a residual that is large", {"residual": 1e-3}
    yield "a residual that is not a number", {"residual": np.nan}
    yield "a saddle with a direction downhill", {"found": signature(-1.0, 1, False, unit)}
    yield "a saddle by a bound", {"found": signature(-1.0, 1, True, unit)}
    negative = tuple(-overlap for overlap in at.overlaps)
    yield "a matrix that is not positive definite", {"overlaps": negative}
    missing = tuple(np.full_like(overlap, np.nan) for overlap in at.overlaps)
    yield "a matrix that is not a number", {"overlaps": missing}


def _verdict(at: Point, **evidence: Any) -> str:
    """The module's verdict on some evidence, good but for what is given."""
    module = at.subject.module
    unit = tuple(np.zeros_like(overlap) for overlap in at.overlaps)
    good: dict[str, Any] = {
        "overlaps": at.overlaps, "reason": "", "gradient_norm": TOLERANCE / 100,
        "residual": TOLERANCE / 100, "found": module.Signature(1.0, 0, False, unit),
        "condition": 10.0, "tolerance": TOLERANCE,
        "rounding": module.Rounding(widths=0.0, labels=0.0, overlaps=0.0, explicit=False),
    }  # fmt: skip
    try:
        message = module.verdict(**(good | evidence))
    except np.linalg.LinAlgError:  # of what is no number
        return NOT
    return CONVERGED if message.startswith("converged") else NOT


CLAIMS = (Claim("convergence: guards", guards),)
