"""Saddle points in mpmath: Newton steps whose Hessian is in float64, whose gradient is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.sample import Sample

SLACK = 12
"""Digits of the arithmetic that a gradient of zero may lose to rounding."""
STEPS = 60
"""A step gains several digits; one that gains fewer than two calls for a new Hessian."""


@dataclass(frozen=True, eq=False)
class Saddle:
    """A saddle point of a sample.

    Attributes:
        sample: Sizes and data.
        solution: What the generated module found, in float64.
        overlaps: The order parameters in mpmath, the lowest stream first.
    """

    sample: Sample
    solution: Any
    overlaps: tuple[Array, ...]

    def floats(self) -> tuple[Array, ...]:
        """The order parameters in float64."""
        return tuple(overlap.astype(float) for overlap in self.overlaps)


class Whitened:
    """Coordinates of symmetric steps around a point: dG_s = C_s X_s C_s^T, G_s = C_s C_s^T."""

    def __init__(self, overlaps: Sequence[Array]) -> None:
        try:
            self.roots = [np.linalg.cholesky(overlap) for overlap in overlaps]
        except np.linalg.LinAlgError:
            raise Unsettled("a step left the positive definite matrices") from None
        self.places = [np.tril_indices(len(root)) for root in self.roots]
        self.sizes = [len(place[0]) for place in self.places]

    def steps(self, coordinates: Array) -> tuple[Array, ...]:
        """dG_s."""
        steps, parts = [], np.split(coordinates, np.cumsum(self.sizes)[:-1])
        for root, place, part in zip(self.roots, self.places, parts, strict=True):
            step = np.zeros_like(root)
            step[place] = part
            steps.append(symmetric(root @ (step + step.T) @ root.T))
        return tuple(steps)

    def units(self) -> Iterator[tuple[Array, ...]]:
        """dG_s along each coordinate."""
        return (self.steps(unit) for unit in np.eye(sum(self.sizes)))

    def coordinates(self, slopes: Sequence[Array]) -> Array:
        """The change of S along each coordinate, from the gradients dS/dG_s."""
        parts = zip(self.roots, slopes, self.places, strict=True)
        return np.concatenate([2 * (root.T @ slope @ root)[place] for root, slope, place in parts])


def symmetric(matrix: Array) -> Array:
    """The symmetric part; products are symmetric only to rounding, which no later step mends."""
    return (matrix + matrix.T) / 2


def refine(
    start: tuple[Array, ...],
    widths: tuple[int, ...],
    gradients: Callable[[tuple[Array, ...]], tuple[Array, ...]],
    hessian: Callable[[tuple[Array, ...]], Array],
    arithmetic: Digits,
) -> tuple[Array, ...]:
    """Newton's method from a point near the saddle point, to the precision of the arithmetic.

    Args:
        start: G_s in float64.
        widths: N_s; the gradient is relative to them.
        gradients: dS/dG_s in mpmath.
        hessian: The Hessian in whitened coordinates, in float64.
        arithmetic: The mpmath arithmetic.

    Raises:
        Unsettled: The gradient does not vanish.
    """
    overlaps = tuple(arithmetic.array(symmetric(overlap)) for overlap in start)
    goal = arithmetic.context.mpf(10) ** (SLACK - arithmetic.context.dps)
    last, whitened, curvature = arithmetic.context.inf, Whitened(start), hessian(start)
    for _ in range(STEPS):
        slope = whitened.coordinates(gradients(overlaps))
        size = max(abs(slope)) / min(widths)
        if size < goal:
            return overlaps
        if not size < last / 100:
            point = tuple(overlap.astype(float) for overlap in overlaps)
            whitened, curvature = Whitened(point), hessian(point)
            slope = whitened.coordinates(gradients(overlaps))
        last = size
        steps = whitened.steps(np.linalg.solve(curvature, -slope.astype(float)))
        overlaps = tuple(g + step for g, step in zip(overlaps, steps, strict=True))
    raise Unsettled(
        f"the saddle point cannot be refined: the gradient stays at {float(size):.1e} of the width"
    )
