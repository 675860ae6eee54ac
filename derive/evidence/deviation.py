r"""How fast the saddle point approaches the exact law.

With k copies of the data and every width multiplied by k the saddle point stays where it is, and
P/N is fixed. What is left of the deviation falls like 1/k where the saddle point is the leading
order of the exact law. The deviation is projected on its own direction at the first k, so that a
number with a Monte Carlo error remains.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from derive.evidence.agreement import shown
from derive.evidence.rung import Deviation
from derive.evidence.verdict import CheckResult, Verdict
from derive.sampling.draws import Array, Draws
from derive.sampling.statistics import estimate, estimates

ORDER = 1.0
"""The order at which a deviation of relative size 1/N falls."""
TOLERANCE = 0.35
"""What terms of order 1/N^2 may change the observed order by, at widths near ten."""
SURE = 3.0
"""Monte Carlo errors by which an order must miss to be refused."""


@dataclass(frozen=True, eq=False)
class Point:
    """The saddle point's values, laid out as `Draws.quantities` lays them out.

    Attributes:
        values: quantity to shape (entries,).
    """

    values: dict[str, Array] = field(repr=False)

    @classmethod
    def of(cls, overlaps: Sequence[Array], mean: Array, variance: Array) -> Point:
        """From order parameters and predictor."""
        upper = [overlap[np.triu_indices(len(overlap))] for overlap in overlaps]
        return cls({"overlaps": np.concatenate(upper), "mean": mean, "variance": variance})


def deviation(
    instance: str, quantity: str, point: Point, runs: Sequence[tuple[int, int, Draws]]
) -> Deviation:
    """The deviations of one quantity at growing widths, and their observed order.

    Args:
        instance: Its title.
        quantity: overlaps, mean or variance.
        point: The saddle point.
        runs: (copies, smallest width, draws), the narrowest first.
    """
    saddle = point.values[quantity]
    scale = float(np.linalg.norm(saddle))
    gaps = [draws.quantities()[quantity] - saddle for _, _, draws in runs]
    direction = gaps[0].mean(axis=(0, 1))
    direction = direction / np.linalg.norm(direction)
    averages = [estimate(quantity, (gap @ direction)[..., None] / scale) for gap in gaps]
    values = [float(item.value[0]) for item in averages]
    errors = [float(item.error[0]) for item in averages]
    copies = [k for k, _, _ in runs]
    order, error = observed_order(copies, values, errors)
    return Deviation(
        instance=instance,
        quantity=quantity,
        copies=tuple(copies),
        widths=tuple(width for _, width, _ in runs),
        values=tuple(values),
        errors=tuple(errors),
        order=order,
        order_error=error,
    )


def observed_order(
    copies: Sequence[int], values: Sequence[float], errors: Sequence[float]
) -> tuple[float, float]:
    """-d ln |deviation| / d ln k between the last two, with its error; NaN where one is lost."""
    (first, last), (noise, noise_last) = values[-2:], errors[-2:]
    if not (abs(first) > SURE * noise and last * first > 0 and abs(last) > SURE * noise_last):
        return math.nan, math.inf
    span = math.log(copies[-1] / copies[-2])
    relative = math.hypot(noise / first, noise_last / last)
    return math.log(first / last) / span, relative / span


def judge(decay: Deviation, runs: Sequence[tuple[int, int, Draws]]) -> CheckResult:
    """The verdict: the deviation falls with the widths, at order 1 as far as can be seen."""
    claim = f"{decay.instance}: {decay.quantity}, the saddle point nears the exact law like 1/N"
    path = ", ".join(
        f"{shown(value, error)} at N = {width}"
        for value, error, width in zip(decay.values, decay.errors, decay.widths, strict=True)
    )
    compared = f"relative deviation at fixed P/N: {path}"
    for copies, _, draws in runs:
        reason = estimates(draws)[decay.quantity].unmixed()
        if reason:
            return _open(
                claim, f"{copies} copies: chains of the exact law have not mixed: {reason}"
            )
    if math.isnan(decay.order):
        return _open(claim, f"{compared}; it is lost in the Monte Carlo error")
    return CheckResult(
        claim=claim,
        verdict=_verdict(decay),
        expected=f"order {ORDER:g}",
        found=f"order {shown(decay.order, decay.order_error)}",
        digits=0 if decay.order_error >= 0.1 else 1,
        reason=f"{compared}; the order may be off by {TOLERANCE:g}, as 1/N is not small",
    )


def _verdict(decay: Deviation) -> Verdict:
    """Too slow a decay speaks against the claim; too fast a one says that N is too small to see."""
    if decay.order + TOLERANCE + SURE * decay.order_error < ORDER:
        return Verdict.DISAGREES
    near = abs(decay.order - ORDER) <= TOLERANCE and decay.order_error <= TOLERANCE
    return Verdict.AGREES if near else Verdict.INCONCLUSIVE


def _open(claim: str, reason: str) -> CheckResult:
    return CheckResult(claim, Verdict.INCONCLUSIVE, f"order {ORDER:g}", "", 0, reason)
