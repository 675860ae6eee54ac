r"""Whether two samplers draw from one law.

For every entry of a quantity the difference of the two estimates, over its Monte Carlo error, is
standard normal where they do. The largest of all entries is held against the quantile that it
passes with probability `CHANCE` (Bonferroni), so that a ladder of a few dozen comparisons seldom
refuses what is right.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from derive.evidence.verdict import CheckResult, Verdict
from derive.sampling.statistics import Estimate

CHANCE = 1e-3
"""The probability that one comparison of what agrees is refused."""


def agreement(claim: str, ours: Estimate, theirs: Estimate) -> CheckResult:
    """The verdict on one quantity, from two samplers that share nothing.

    Args:
        claim: What is claimed.
        ours: From the exact law.
        theirs: From the sampled weights.
    """
    for estimate, source in ((ours, "exact law"), (theirs, "weights")):
        if estimate.unmixed():
            reason = f"chains of the {source} have not mixed: {estimate.unmixed()}"
            return CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, reason)
    error = np.hypot(ours.error, theirs.error)
    gap = np.abs(ours.value - theirs.value)
    scores = np.where(error > 0, gap / np.where(error > 0, error, 1), np.where(gap > 0, np.inf, 0))
    worst, bound = int(np.argmax(scores)), limit(len(scores))
    agrees = scores[worst] <= bound
    return CheckResult(
        claim=claim,
        verdict=Verdict.AGREES if agrees else Verdict.DISAGREES,
        expected=shown(ours.value[worst], ours.error[worst]),
        found=shown(theirs.value[worst], theirs.error[worst]),
        digits=resolved(ours.value, error),
        reason=(
            f"{len(scores)} posterior means from the exact law of the overlaps and from sampled "
            f"weights: the largest difference is {scores[worst]:.1f} Monte Carlo errors, at most "
            f"{bound:.1f} are allowed; effective sample sizes {ours.sample_size:.0f} and "
            f"{theirs.sample_size:.0f}, R-hat {max(ours.r_hat, theirs.r_hat):.3f}"
        ),
    )


def limit(entries: int) -> float:
    """The most Monte Carlo errors that the worst of several entries may be off.

    >>> round(limit(1), 2), round(limit(50), 2)
    (3.29, 4.26)
    """
    return float(stats.norm.isf(CHANCE / (2 * entries)))


def resolved(value: np.ndarray, error: np.ndarray) -> int:
    """Decimal digits that the Monte Carlo errors leave, on the scale of the largest value."""
    scale, worst = float(np.max(np.abs(value))), float(np.max(error))
    return max(0, math.floor(-math.log10(worst / scale))) if worst > 0 and scale > 0 else 0


def shown(value: float, error: float) -> str:
    """A number with its error.

    >>> shown(1.23456, 0.0123)
    '1.235 ± 0.012'
    """
    if not error > 0:
        return f"{value:.6g}"
    places = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{places}f} ± {error:.{places}f}"
