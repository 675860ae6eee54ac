r"""Moments of a Gaussian between two bounds.

Integrating by parts, with the mean mu, the variance U, the bounds l < r in the variable, and the
standard normal density at them in standard deviations,

.. math::
    M_{k+1} = \mu M_k + k U M_{k-1} + \sqrt{U} (l^k \varphi(l') - r^k \varphi(r')) .
"""

from __future__ import annotations

from typing import Any

from sympy import S, oo, sqrt

from derive.theories.disorder.closed.measures import Normal
from derive.theories.disorder.closed.polynomials import Polynomial

Moment = tuple[Any, Any, Any]
"""Numbers in front of the probability between the bounds, and of the densities at them."""


def moments(polynomial: Polynomial, normal: Normal, lower: Any, upper: Any) -> Moment:
    """The average of a polynomial over a Gaussian between two bounds."""
    before: Moment = (S.Zero,) * 3
    moment: Moment = (S.One, S.Zero, S.Zero)
    total: Moment = before
    root = sqrt(normal.variance)
    for k, number in enumerate(polynomial):
        total = _combined(total, moment, S.One, number)
        ends = (S.Zero, _end(lower, k) * root, -_end(upper, k) * root)
        grown = _combined(moment, before, normal.mean, k * normal.variance)
        before, moment = moment, _combined(grown, ends, S.One, S.One)
    return total


def _end(bound: Any, power: int) -> Any:
    return S.Zero if bound in (oo, -oo) else bound**power


def _combined(first: Moment, second: Moment, a: Any, b: Any) -> Moment:
    x, y, z = (a * u + b * v for u, v in zip(first, second, strict=True))
    return x, y, z
