"""Whether a stationary point may be trusted, in one sentence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.module.runtime.signature import Signature

CONVERGED = "converged: a minimum of the action, stationary to tolerance"
BOUND = "converged: stationary to tolerance; Lanczos steps found no direction downhill (a bound)"

TWICE = 2.0
"""The estimates of rounding are exceeded by up to a tenth, where few terms add up by a factor."""
NOISE = 8.0
"""So many times the estimate of rounding may be in a gradient that vanishes."""


class Rounding(NamedTuple):
    """What rounding leaves of the relative gradient; below it nothing is known of a gradient.

    Attributes:
        widths: In the terms that grow with widths, which cancel.
        labels: In the terms of the labels.
        overlaps: Of the overlaps themselves, by the condition number of one.
        explicit: Whether every saddle-point equation is solved for its overlaps by fluxes: no term
            of it grows with another stream's width, so that the residual tells what the gradient
            cannot.
    """

    widths: float
    labels: float
    overlaps: float
    explicit: bool

    def of_gradient(self) -> float:
        """A bound on what it leaves of the gradient."""
        return TWICE * (self.widths + self.labels + self.overlaps)

    def of_equations(self) -> float:
        """A bound on what it leaves of the residual of the saddle-point equations."""
        return self.of_gradient() - TWICE * self.widths * self.explicit


def verdict(
    overlaps: Overlaps,
    reason: str,
    gradient_norm: float,
    residual: float,
    found: Signature,
    condition: float,
    tolerance: float,
    rounding: Rounding,
) -> str:
    """The message of a solution, which begins with "converged", or the cause and the remedy.

    Args:
        overlaps: G_s.
        reason: Why the minimiser stopped; "" where it reached the tolerance.
        gradient_norm: Gradient relative to the size of its terms.
        residual: Relative residual of the saddle-point equations.
        found: Signature of the Hessian.
        condition: Condition number of the labels' covariance; a large one is a likely cause.
        tolerance: Bound on the relative gradient, or ten times that where rounding leaves no less;
            the residual may be a thousand times larger, because the saddle-point equations multiply
            the gradient by overlaps.
        rounding: What float64 can tell of the gradient.
    """
    told = f"(the condition number of the labels' covariance is {condition:.0e})"
    remedy = f"try continuation=True, another start, or a higher temperature {told}"
    floor, note = NOISE * max(rounding.widths, rounding.labels, rounding.overlaps), ""
    stationary = gradient_norm <= max(tolerance, min(floor, 10 * tolerance))
    if (reason and gradient_norm > floor) or not stationary:  # so that a NaN is no agreement
        hidden = 1e-10 < gradient_norm <= floor
        by_labels = max(rounding.labels, rounding.overlaps) > 10 * tolerance
        if hidden and rounding.explicit and residual <= 10 * tolerance and not by_labels:
            note = f"; {_hidden(rounding)}, but the equations hold to {residual:.0e}"
        elif hidden:
            remedy = "raise the temperature" if by_labels else "bring them nearer to each other"
            return f"not converged: {_hidden(rounding)}; {remedy} {told}"
        else:
            why = reason or f"the relative gradient is {gradient_norm:.1e}"
            return f"not converged: {why}, above the tolerance {tolerance:.0e}; {remedy}"
    if not min(float(np.linalg.eigvalsh(overlap)[0]) for overlap in overlaps) > 0:
        return f"not converged: an order parameter is not positive definite; {remedy}"
    if not residual <= 1e3 * tolerance:
        return f"not converged: the saddle-point equations hold to {residual:.1e} only; {remedy}"
    if found.negative:
        return (
            f"not converged: a saddle with {found.negative} directions downhill, not a minimum; "
            "search from random starts"
        )
    bound = found.is_bound and not found.floor > 0.0
    return (BOUND if bound else CONVERGED) + note


def _hidden(rounding: Rounding) -> str:
    """What hides a gradient."""
    if max(rounding.labels, rounding.overlaps) > rounding.widths:
        where = "terms of the labels" if rounding.labels > rounding.overlaps else "overlaps"
        size = NOISE * max(rounding.labels, rounding.overlaps)
        return f"rounding in the {where} hides a relative gradient below {size:.0e}"
    return (
        f"the widths differ by so many powers of ten that rounding hides a relative gradient below "
        f"{NOISE * rounding.widths:.0e}"
    )
