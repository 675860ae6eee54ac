r"""Estimates from chains, with their Monte Carlo errors and what speaks for them.

Split, rank-normalised :math:`\hat R`, effective sample sizes and Monte Carlo standard errors are
those of Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), as computed by arviz.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.sampling.draws import Array, Draws

MOST_R_HAT = 1.01
"""Chains whose R-hat is above this have not mixed (Vehtari et al. 2021)."""
LEAST_SAMPLE_SIZE = 400
"""An effective sample size below this gives no Monte Carlo error to rely on (the same source)."""
LEAST_DRAWS = 4
"""arviz needs as many of each chain."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Posterior means of some quantities.

    Attributes:
        name: What they are.
        value: The posterior means, shape (entries,).
        error: Their Monte Carlo standard errors, the same shape.
        spread: Posterior standard deviations, the same shape.
        r_hat: The largest split R-hat of the entries.
        sample_size: The smallest effective sample size of the entries.
    """

    name: str
    value: Array = field(repr=False)
    error: Array = field(repr=False)
    spread: Array = field(repr=False)
    r_hat: float
    sample_size: float

    def unmixed(self) -> str:
        """Why the error cannot be relied on; empty where it can."""
        if not self.r_hat <= MOST_R_HAT:  # NaN counts as unmixed
            return f"the {self.name} have R-hat {self.r_hat:.3f}, above {MOST_R_HAT}"
        if not self.sample_size >= LEAST_SAMPLE_SIZE:
            return (
                f"the {self.name} have an effective sample size of {self.sample_size:.0f}, "
                f"below {LEAST_SAMPLE_SIZE}"
            )
        return ""


def estimates(draws: Draws) -> dict[str, Estimate]:
    """Overlaps, predictor's mean and variance, each with its Monte Carlo error.

    Raises:
        SamplingError: There are too few draws, or arviz-stats is not installed.
    """
    if draws.draws < LEAST_DRAWS:
        raise SamplingError(
            f"draws: {draws.draws} of each chain; {LEAST_DRAWS} or more are needed for an estimate"
        )
    return {name: estimate(name, chains) for name, chains in draws.quantities().items()}


def estimate(name: str, chains: Array) -> Estimate:
    """The posterior mean of every entry, from chains of shape (chains, draws, entries).

    An entry that never changes is known, not unmixed: its error is zero.

    Raises:
        SamplingError: arviz-stats is not installed.
    """
    stats = _diagnostics()
    value = chains.mean(axis=(0, 1))
    # a number that is none counts as moving: it must not pass for known
    moving = ~(np.ptp(chains, axis=(0, 1)) <= 1e-12 * np.abs(value))
    error, r_hat, sizes = np.zeros_like(value), 1.0, float(np.prod(chains.shape[:2]))
    if moving.any():
        axes = {"chain_axis": 0, "draw_axis": 1}
        entries = chains[..., moving]
        with np.errstate(all="ignore"):  # chains that stand still apart have no finite R-hat
            error[moving] = stats.mcse(entries, **axes)
            r_hat = float(np.max(stats.rhat(entries, **axes)))
            # the bulk for typical values, the mean for what the error stands on
            both = [stats.ess(entries, method=method, **axes) for method in ("bulk", "mean")]
        sizes = float(np.min(both))
    return Estimate(name, value, error, chains.std(axis=(0, 1)), r_hat, sizes)


def _diagnostics() -> Any:
    try:
        from arviz_stats.base import array_stats
    except ImportError:
        raise SamplingError(
            "R-hat and effective sample sizes need arviz-stats; install derive[sampling]"
        ) from None
    return array_stats
