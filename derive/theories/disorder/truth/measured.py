"""Numbers with standard errors: averages over instances, and their limits for N to infinity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from derive.algebra.arithmetic import Digits
from derive.errors import SamplingError
from derive.evidence.agreement import limit, resolved, shown
from derive.evidence.approach import Approach
from derive.evidence.deviation import observed_order
from derive.evidence.rung import Deviation
from derive.evidence.verdict import CheckResult, Verdict

UNLIKELY = 1e-3
"""A fit whose chi squared is exceeded with a smaller probability is refused."""
ROUNDING = 1e-12
"""Relative: what varies by less is the same number in every instance."""
DIGITS = 30
"""Of extrapolations, which cancel digits."""


@dataclass(frozen=True)
class Measured:
    """A number that was measured.

    Attributes:
        name: What it is.
        value: The number.
        error: Its standard error; NaN where it is not to be relied on.
        detail: How it came about; in particular what speaks against it.

    >>> Measured("q", 0.51234, 0.0021, "40 instances at N = 12")
    q = 0.5123 ± 0.0021 (40 instances at N = 12)
    """

    name: str
    value: float
    error: float
    detail: str = ""

    def __repr__(self) -> str:
        return f"{self.name} = {shown(self.value, self.error)} ({self.detail})"


def average(
    records: Sequence[Mapping[str, float]], detail: str, doubt: str = ""
) -> dict[str, Measured]:
    """Means over independent instances, each with its standard error.

    Args:
        records: The numbers of each instance.
        detail: How they came about.
        doubt: Why the errors are not to be relied on; they are no numbers then.

    Raises:
        SamplingError: There are fewer than two instances.
    """
    if len(records) < 2:
        raise SamplingError(f"instances: {len(records)} given; two or more tell an error")
    detail = f"{detail}; {doubt}" if doubt else detail
    found = {}
    for name in records[0]:
        values = np.array([record[name] for record in records])
        value, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
        error = math.nan if doubt else error if error > ROUNDING * abs(value) else 0.0
        found[name] = Measured(name, value, error, detail)
    return found


def judge(claim: str, measured: Measured, expected: float) -> CheckResult:
    """The verdict on a number that a theory expects; inconclusive without an error."""
    if math.isnan(measured.error):
        return CheckResult(claim, Verdict.INCONCLUSIVE, f"{expected:.6g}", "", 0, measured.detail)
    gap = abs(measured.value - expected)
    misses = gap / max(measured.error, ROUNDING * abs(expected), ROUNDING)
    return CheckResult(
        claim=claim,
        verdict=Verdict.AGREES if misses <= limit(1) else Verdict.DISAGREES,
        expected=f"{expected:.6g}",
        found=shown(measured.value, measured.error),
        digits=resolved(np.array([expected]), np.array([measured.error])),
        reason=(
            f"{measured.detail}: {misses:.1f} standard errors off, at most {limit(1):.1f} are "
            "allowed"
        ),
    )


def extrapolate(sizes: Sequence[int], found: Sequence[Measured], degree: int = 1) -> Measured:
    """The limit for N to infinity of a polynomial in 1/N, by weighted least squares.

    The next power of 1/N is tried too, where there are sizes enough: what it changes counts as an
    error beside the statistical one.

    Args:
        sizes: N.
        found: The number at each of them; an error of zero counts as rounding.
        degree: Of the polynomial.

    Raises:
        SamplingError: There are fewer sizes than coefficients.
    """
    values = np.array([item.value for item in found])
    errors = np.array([item.error for item in found])
    scale = np.abs(values).max() or 1.0
    errors = np.maximum(errors, ROUNDING * scale)
    limit, error, chance = _fit(sizes, values, errors, degree)
    detail = f"a polynomial of degree {degree} in 1/N at N = {', '.join(map(str, sizes))}"
    if len(sizes) > degree + 1:
        detail += f", chi squared exceeded with probability {chance:.2g}"
        next_limit, next_error, _ = _fit(sizes, values, errors, degree + 1)
        error = math.hypot(error, max(0.0, abs(next_limit - limit) - next_error))
        if chance < UNLIKELY:
            limit, error = next_limit, math.hypot(next_error, next_limit - limit)
            detail += "; the next power is taken"
    return Measured(found[0].name, limit, error, detail)


def exact_limit(sizes: Sequence[int], found: Sequence[Measured]) -> Measured:
    """The limit for N to infinity of numbers without statistical errors.

    The polynomial in 1/N through all of them; what the smallest N changes is the error.
    """
    arithmetic = Digits(DIGITS)
    approach = Approach(
        arithmetic,
        [1 / arithmetic.number(size) for size in sizes],
        [arithmetic.array([item.value]) for item in found],
    )
    rest = replace(approach, parameters=approach.parameters[1:], values=approach.values[1:])
    limit, other = (float(part.limit()[0]) for part in (approach, rest))
    detail = f"the polynomial in 1/N through N = {', '.join(map(str, sizes))}"
    return Measured(found[0].name, limit, abs(limit - other), detail)


def _fit(sizes: Sequence[int], values: np.ndarray, errors: np.ndarray, degree: int) -> tuple:
    """Value at 1/N = 0, its standard error, and the probability of a larger chi squared."""
    if len(sizes) <= degree:
        raise SamplingError(f"{len(sizes)} sizes do not tell {degree + 1} coefficients")
    powers = np.vander(1 / np.asarray(sizes, dtype=float), degree + 1, increasing=True)
    weighted = powers / errors[:, None]
    inverse = np.linalg.pinv(weighted)
    coefficients = inverse @ (values / errors)
    rest = values / errors - weighted @ coefficients
    freedom = len(sizes) - degree - 1
    chance = float(stats.chi2.sf(rest @ rest, freedom)) if freedom else 1.0
    return float(coefficients[0]), float(np.linalg.norm(inverse[0])), chance


def deviation(
    instance: str, sizes: Sequence[int], found: Sequence[Measured], limit: float
) -> Deviation:
    """How a number at growing N differs from a limit, and the order at which that falls."""
    scale = abs(limit) if limit else 1.0
    values = tuple((item.value - limit) / scale for item in found)
    errors = tuple(item.error / scale for item in found)
    order, error = observed_order(sizes, values, errors)
    return Deviation(
        instance, found[0].name, tuple(sizes), tuple(sizes), values, errors, order, error
    )
