"""Infinite width: the saddle point approaches the derived point as 1/N, with the derived slope."""

from __future__ import annotations

from fractions import Fraction

from derive.evidence.approach import Approach, flat, order_result
from derive.evidence.claim import Claim
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.subject import SCALES, Subject

STEPS = tuple(Fraction(1, scale) for scale in SCALES)
"""1/t, for widths times t."""
CORRECTION_DIGITS = 30
"""Digits that extrapolation from SCALES can give."""


def order(subject: Subject, claim: str) -> CheckResult:
    """G - G_inf is of order 1/N."""
    values = [flat(saddle.overlaps) for saddle in subject.wide_saddles]
    limit = flat(subject.wide_overlaps(subject.wide_sample))
    exponent = Approach(subject.arithmetic, STEPS, values).order(limit)
    compared = (
        "order in 1/N of the saddle point's distance to the infinite-width point, from unequal "
        f"widths times {SCALES[-2]:.0e} to {SCALES[-1]:.0e} at fixed P"
    )
    return order_result(claim, exponent, subject.comparison(), compared)


def correction(subject: Subject, claim: str) -> CheckResult:
    """t (G - G_inf) at widths times t, extrapolated to infinite t, is the first correction."""
    sample, comparison = subject.wide_sample, subject.comparison()
    limits, expected = subject.wide_overlaps(sample), subject.correction(sample)
    for number, symbol in enumerate(subject.theory.order_parameters):
        scaled = [
            scale * (saddle.overlaps[number] - limits[number])
            for scale, saddle in zip(SCALES, subject.wide_saddles, strict=True)
        ]
        limit = Approach(subject.arithmetic, STEPS, scaled).limit()
        comparison.add(f"the correction of {symbol.name}", limit, expected[number])
    compared = (
        "N (G - G_inf), extrapolated from saddle points at unequal widths times "
        f"{SCALES[0]:.0e} to {SCALES[-1]:.0e}, against the derived first correction"
    )
    return comparison.result(claim, min(subject.digits - 5, CORRECTION_DIGITS), compared)


CLAIMS = (
    Claim("infinite width: order of convergence", order),
    Claim("infinite width: first correction", correction),
)
