"""Whether a stationary point may be trusted, in one sentence."""

from __future__ import annotations

import numpy as np

from derive.codegen.runtime.minimise import Overlaps
from derive.codegen.runtime.signature import Signature

CONVERGED = "converged: a minimum of the action, stationary to tolerance"
BOUND = "converged: stationary to tolerance; Lanczos steps found no direction downhill (a bound)"


def verdict(
    overlaps: Overlaps,
    reason: str,
    gradient_norm: float,
    residual: float,
    found: Signature,
    condition: float,
    tolerance: float,
) -> str:
    """The message of a solution: CONVERGED or BOUND, or the cause and the remedy.

    Args:
        overlaps: G_s.
        reason: Why the minimiser stopped; "" where it reached the tolerance.
        gradient_norm: Relative gradient.
        residual: Relative residual of the saddle-point equations.
        found: Signature of the Hessian.
        condition: Condition number of the labels' covariance; a large one is a likely cause.
        tolerance: Bound on the relative gradient; the residual may be a thousand times larger,
            because the saddle-point equations multiply the gradient by overlaps.
    """
    remedy = (
        "try continuation=True, another start, or a higher temperature "
        f"(the condition number of the labels' covariance is {condition:.0e})"
    )
    if reason or not gradient_norm <= tolerance:  # so that a NaN is no agreement
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
    return BOUND if found.is_bound and not found.floor > 0.0 else CONVERGED
