"""Solve a theory: all fixed points, each again with panels halved, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.branches import find_branches
from derive.theories.disorder.module.runtime.equations import Feasible
from derive.theories.disorder.module.runtime.fixed_point import FixedPoint, fixed_point
from derive.theories.disorder.module.runtime.frozen import Frozen, frozen
from derive.theories.disorder.module.runtime.quadrature import relative_change
from derive.theories.disorder.module.runtime.symmetries import representative, symmetries
from derive.theories.disorder.module.runtime.verdict import (
    Overlap,
    Solution,
    State,
    frozen_told,
    judged,
    others_told,
)


class Described(NamedTuple):
    """All that is computed at a point; see `Solution`."""

    free_entropy: float
    overlaps: dict[str, Overlap]
    conjugates: dict[str, Overlap]
    replicon: float
    entropy: float
    energy: float
    observables: dict[str, float]
    states: tuple[State, ...]


class Theory(NamedTuple):
    """The saddle-point equations of a model at numbers, as what solves them sees them.

    Attributes:
        update: update(x, refine), one undamped step with panels cut into so many.
        described: described(x, refine).
        feasible: Whether x is of any state.
        discrete: Whether the entropy cannot be negative.
        scale: Sizes of the components of x.
        signs: -1 for each component that a symmetry may take to its negative.
        edge: From q/Q to order parameters where replicas are one configuration; None where that
            is not a state, but the end of all states.
    """

    update: Callable[[np.ndarray, int], np.ndarray]
    described: Callable[[np.ndarray, int], Described]
    feasible: Feasible
    discrete: bool
    scale: np.ndarray | float = 1.0
    signs: Sequence[float] = ()
    edge: Callable[[float], np.ndarray] | None = None


def solutions(theory: Theory, starts: Iterable[tuple[str, np.ndarray]]) -> Solution:
    """The fixed point that dominates, with the others beside it."""
    starts = list(starts)
    flips = symmetries(lambda x: theory.update(x, 1), [x for _, x in starts[:2]], theory.signs)
    if len(flips) == 1 and len(starts) > 1 and min(theory.signs, default=1.0) < 0.0:
        starts.append(("mirrored", np.array(theory.signs) * starts[0][1]))
    branches, nearest = find_branches(
        lambda x: theory.update(x, 1),
        starts,
        theory.feasible,
        lambda x: theory.described(x, 1).free_entropy,
        scale=theory.scale,
        canonical=lambda x: representative(flips, x),
    )
    single = end_of(theory)
    found = [solution(theory, branch.found) for branch in branches]
    if single is not None and not any(branch.found.attracting for branch in branches):
        return in_one_configuration(theory, single)._replace(others=tuple(found))
    if not found:
        if nearest is None:
            raise ValueError("no start is feasible")
        return solution(theory, nearest)
    best, *others = found
    gaps = [best.free_entropy - other.free_entropy for other in others]
    told = others_told([branch.found.attracting for branch in branches[1:]], gaps)
    if single is not None and single.free_entropy > -np.inf:
        told += frozen_told(single.free_entropy - best.free_entropy)
    return best._replace(message=best.message + told, others=tuple(others))


def end_of(theory: Theory) -> Frozen | None:
    """The state of one configuration, where there is one that the update leads into."""
    if theory.edge is None:
        return None
    return frozen(
        lambda x: theory.update(x, 1), theory.edge, lambda x: theory.described(x, 1).free_entropy
    )


def in_one_configuration(theory: Theory, single: Frozen) -> Solution:
    """What is shown where no state is left inside; it is no fixed point, so not converged."""
    step = theory.update(single.point, 1) - single.point
    residual = float(np.max(np.abs(step) / np.maximum(np.abs(single.point), theory.scale)))
    with np.errstate(all="ignore"):  # conjugates grow without bound towards the edge
        described = theory.described(single.point, 1)
    left = f"one configuration is left, of free entropy {single.free_entropy:.4g}"
    if single.free_entropy == -np.inf:
        left = "the free entropy falls without bound: no configuration is left"
    message = f"no fixed point inside: the search runs into q = Q, where {left}"
    described = described._replace(free_entropy=single.free_entropy)
    return Solution(*described[:-1], False, residual, np.inf, message)


def solution(theory: Theory, found: FixedPoint) -> Solution:
    """A fixed point found again with panels halved: what that changes is the quadrature's error.

    The residual alone does not see it, and near a transition it moves the fixed point by far more
    than the averages.
    """
    again = found
    if found.converged:
        again = fixed_point(
            lambda x: theory.update(x, 2),
            found.point,
            theory.feasible,
            scale=theory.scale,
            iterations=0,
        )
    with np.errstate(all="ignore"):  # what is not finite fails the verdict
        coarse, fine = theory.described(found.point, 1), theory.described(again.point, 2)
    moved = np.max(
        np.abs(again.point - found.point) / np.maximum(np.abs(found.point), theory.scale)
    )
    error = max(float(moved), relative_change(numbers(coarse), numbers(fine)))
    converged, message = judged(
        again,
        fine.states,
        replicon=fine.replicon,
        entropy=fine.entropy,
        discrete=theory.discrete,
        quadrature_error=error,
    )
    return Solution(*fine[:-1], converged, again.residual, error, message)


def numbers(described: Described) -> np.ndarray:
    """All numbers that a solution shows, flat; those that are not known are 0."""
    parts: list[Any] = [described.free_entropy, described.replicon, described.entropy]
    parts.append(described.energy)
    conjugates = [np.ravel(np.asarray(v, dtype=float)) for v in described.conjugates.values()]
    largest = np.max(np.abs(np.concatenate([[1.0], *conjugates])))
    parts += [v / largest for v in conjugates]  # one of them may be what is left of the others
    for named in (described.overlaps, described.observables):
        parts += list(named.values())
    flat = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in parts])
    return np.where(np.isnan(flat), 0.0, flat)
