"""What is said of a solution: whether it is one, and where replica symmetry fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.fixed_point import FixedPoint

Overlap = float | np.ndarray

ALLOWED_ERROR = 1e-8
"""Of any average by quadrature, relative to the larger of it and 1."""

ROUNDING_OF_OVERLAPS = 1e-9
"""Cauchy and Schwarz may fail by so much of an overlap."""


class Solution(NamedTuple):
    """A fixed point of the replica-symmetric equations, with the evidence for it.

    Attributes:
        free_entropy: phi = lim E ln Z / N, with the measures of the variables as they were written.
        overlaps: Order parameters by name: q, Q, m, ...
        conjugates: By name: qhat, Qhat, mhat, ...
        replicon: Replica symmetry is stable against breaking while it is positive.
        entropy: phi + beta energy.
        energy: -dphi/dbeta.
        observables: By name.
        converged: Whether it is a fixed point, of a possible state, and the averages are resolved.
        residual: Largest |x - update(x)|, undamped, over the larger of |x| and its scale.
        quadrature_error: Largest change of the update and of the free entropy where panels are
            halved, relative to the larger of each and 1.
        message: Why it did not converge, or that it did, and where replica symmetry fails.
        others: The other fixed points; those that iterations leave say so in their messages.
    """

    free_entropy: float
    overlaps: dict[str, Overlap]
    conjugates: dict[str, Overlap]
    replicon: float
    entropy: float
    energy: float
    observables: dict[str, float]
    converged: bool
    residual: float
    quadrature_error: float
    message: str
    others: tuple[Solution, ...] = ()


class State(NamedTuple):
    """The overlaps of one population, to be held against Cauchy and Schwarz.

    Attributes:
        self_overlap: Q, or a matrix over components; None where nothing bounds q.
        overlap: q between two replicas.
        magnetisation: m with the teacher; None without one.
        teacher: rho, the teacher's own.
        name: Of the population, said in sentences; "" where it is the only one.
    """

    self_overlap: Overlap | None
    overlap: Overlap
    magnetisation: Overlap | None = None
    teacher: Overlap = 1.0
    name: str = ""


def is_possible(state: State) -> bool:
    """Whether there are vectors of such overlaps."""
    return not impossible(state)


def impossible(state: State) -> list[str]:
    """What is wrong with overlaps, in words."""
    where = f" of {state.name}" if state.name else ""
    q = np.atleast_2d(np.asarray(state.overlap, dtype=float))
    wrong = []
    if not is_covariance(q):
        wrong.append(f"the overlap q{where} is negative")
    if state.self_overlap is not None and not is_covariance(state.self_overlap - q):
        wrong.append(f"q{where} exceeds the self-overlap Q")
    if state.magnetisation is not None:
        m = np.asarray(state.magnetisation, dtype=float).reshape(len(q), -1)
        rho = np.atleast_2d(np.asarray(state.teacher, dtype=float))
        if not is_covariance(np.block([[rho, m.T], [m, q]])):
            wrong.append(f"m^2{where} exceeds q rho")
    return wrong


def is_covariance(matrix: np.ndarray) -> bool:
    """Whether no eigenvalue is negative beyond rounding."""
    matrix = np.atleast_2d(matrix)
    if not np.isfinite(matrix).all():
        return False
    size = float(np.max(np.abs(matrix)))
    return bool(np.linalg.eigvalsh(matrix)[0] >= -ROUNDING_OF_OVERLAPS * size)


def judged(
    found: FixedPoint,
    states: Sequence[State],
    *,
    replicon: float,
    entropy: float,
    discrete: bool,
    quadrature_error: float,
) -> tuple[bool, str]:
    """Whether a fixed point is a solution, and all that is to be said of it.

    Args:
        found: By iterations and Newton.
        states: The overlaps of every population.
        replicon: Negative where replica symmetry is unstable; NaN where it is not known.
        entropy: Of the model; NaN where it is not known.
        discrete: Whether the variables have finitely many values, counted one each, so that their
            entropy cannot be negative.
        quadrature_error: Of all averages.
    """
    failed = [] if found.converged else [found.message]
    for state in states:
        failed += [f"unphysical: {words}" for words in impossible(state)]
    if not quadrature_error <= ALLOWED_ERROR:
        failed.append(f"the averages are not resolved: halved panels change {quadrature_error:.1e}")
    told = failed or ["converged"]
    if found.converged and not found.attracting:
        told.append("iterations leave it, as they do a maximum or a saddle between states")
    if replicon < 0.0:
        told.append(f"replica symmetry is unstable (replicon {replicon:.3g})")
    if discrete and entropy < 0.0:
        told.append(f"the entropy {entropy:.3g} is negative: replica symmetry fails here")
    return not failed, "; ".join(told)


def others_told(attracting: Sequence[bool], gaps: Sequence[float]) -> str:
    """What the message of the first solution says of the others, so much below in free entropy.

    Args:
        attracting: Of each, whether iterations stay near it.
        gaps: The free entropy of the first less that of each.
    """
    states = sorted(gap for stays, gap in zip(attracting, gaps, strict=True) if stays)
    words = []
    if states:
        shown = ", ".join(f"{gap:.4g}" for gap in states[:3]) + (", ..." if states[3:] else "")
        words.append(f"{len(states)} more of lower free entropy, by {shown}")
    if len(states) < len(attracting):
        count = len(attracting) - len(states)
        words.append(f"{count} that iterations leave")
    return "; also found: " + "; ".join(words) if words else ""


def frozen_told(above: float) -> str:
    """What is said where q = Q attracts too, of a free entropy so much above the first's."""
    where = (
        f"higher free entropy, by {above:.4g}: it dominates"
        if above > 0.0
        else (f"lower free entropy, by {-above:.4g}")
    )
    return f"; at q = Q one configuration is left, of {where}"
