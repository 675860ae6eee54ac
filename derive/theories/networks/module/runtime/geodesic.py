r"""Newton's steps along geodesics :math:`G^{1/2} e^X G^{1/2}`, with the Hessian as a matrix.

Along them every term of an action is convex but the labels' :math:`y^\top C^{-1} y`; eigenvalues of
either sign lead downhill by their sizes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derive.programs.runtime.basis import Basis
from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.module.runtime.curvature import Curvature

MOST_NEWTON_STEPS = 40
FIRST_RADIUS = 1.0
"""Largest eigenvalue of |X| in the first step: overlaps change by a factor of e."""
FLATTEST = 1e-3
"""Curvature per width below which a direction is as if it had that."""
WELL, POORLY, ENOUGH = 0.75, 0.25, 1e-4
"""Shares of the fall that a step promises: above and below which radii change, and the least."""


def geodesic_newton(
    start: Curvature,
    widths: tuple[float, ...],
    tolerance: float,
    most: int = MOST_NEWTON_STEPS,
    until: Callable[[Overlaps, float], bool] = lambda *_: False,
) -> tuple[Curvature, float]:
    """Newton's steps to a stationary point, each within a radius in which the last one was right.

    Args:
        start: At the first point.
        widths: N_s.
        tolerance: Bound on the relative gradient.
        most: Of steps.
        until: Whether a point, by its action too, is near enough.

    Returns:
        Where the steps end, and the relative gradient there, or at the step before where they end
        for another reason than that.
    """
    here, radius, norm = start, FIRST_RADIUS, np.inf
    value = here.action()
    for _ in range(most):
        if until(here.overlaps, value):
            break
        basis = Basis(here.overlaps)
        slope, last = here.gradient(basis), norm
        norm = _relative(basis, slope, widths)
        hidden = norm < 1e-6 and norm > 0.5 * last  # rounding is all that is left
        if norm <= tolerance or hidden:
            break
        step, curved = _downhill(basis, slope, here.hessian(basis) + basis.bend(slope), widths)
        stretch = basis.stretch(step)
        while True:
            length = min(1.0, radius / stretch)
            promised = -length * float(slope @ step) - length**2 / 2.0 * curved
            there = here.elsewhere(basis.moved(length * step))
            gain = _gain(value, there, promised)
            radius = _next_radius(radius, length * stretch, gain)
            if gain >= ENOUGH:
                break
            if radius < 1e-6:
                return here, norm
        here, value = there, there.action()
    return here, norm


def _relative(basis: Basis, slope: np.ndarray, widths: tuple[float, ...]) -> float:
    """max_s |G_s^(1/2) (dS/dG_s) G_s^(1/2)|_F / N_s."""
    pairs = zip(basis.matrices(slope), widths, strict=True)
    return max(float(np.linalg.norm(part)) / width for part, width in pairs)


def _downhill(
    basis: Basis, slope: np.ndarray, hessian: np.ndarray, widths: tuple[float, ...]
) -> tuple[np.ndarray, float]:
    """The step in coordinates, with the sizes of curvatures for these, and the curvature on it."""
    scale = np.sqrt(basis.by_coordinate(widths))
    values, axes = np.linalg.eigh(hessian / np.outer(scale, scale))
    step = -axes @ ((axes.T @ (slope / scale)) / np.maximum(np.abs(values), FLATTEST)) / scale
    return step, float(step @ hessian @ step)


def _gain(value: float, there: Curvature, promised: float) -> float:
    """The share of the promised fall that a step brings; 1 where rounding hides both."""
    try:
        with np.errstate(all="ignore"):
            fall = value - there.action()
    except np.linalg.LinAlgError:
        return -1.0
    if abs(promised) < 1e-10 * max(1.0, abs(value)) and abs(fall) < 1e-9 * max(1.0, abs(value)):
        return 1.0
    return fall / promised if np.isfinite(fall) else -1.0


def _next_radius(radius: float, taken: float, gain: float) -> float:
    """Larger where a step at its bound went well, smaller where one of that length did not."""
    if gain < POORLY:
        return taken / 3.0
    return 3.0 * radius if gain > WELL and taken > 0.99 * radius else radius
