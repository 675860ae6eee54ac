"""Measures that are exponentials of quadratics, and what a quadratic makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import sympy
from sympy import Expr, S, log, oo, pi, sqrt

from derive.theories.disorder.closed.polynomials import Polynomial


@dataclass(frozen=True)
class Normal:
    """e^amplitude times a normalised Gaussian.

    Args:
        amplitude: The logarithm of the integral over the line.
        mean: Of the Gaussian.
        variance: Of the Gaussian.
        scaled: Factors (f, g, s): a bound b is (f b - g)/s standard deviations above the mean.
        condition: What must be positive.
    """

    amplitude: Expr
    mean: Expr
    variance: Expr
    scaled: tuple[Expr, Expr, Expr]
    condition: Expr

    def standard(self, bound: Any) -> Any:
        """A bound in standard deviations from the mean."""
        if bound in (oo, -oo):
            return bound
        factor, shift, scale = self.scaled
        return (factor * bound - shift) / scale


class Measure(Protocol):
    """A measure that is closed under exponentials of quadratics."""

    def times(self, exponent: Polynomial) -> Normal:
        """The measure times e^{c + b x + a x^2}."""


@dataclass(frozen=True)
class GaussianMeasure:
    r"""N(x; omega, V).

    .. math::
        \int dx\, N(x; \omega, V) e^{a x^2 + b x}
        = (1 - 2aV)^{-1/2} \exp \frac{a\omega^2 + b\omega + b^2 V/2}{1 - 2aV}
    """

    mean: Expr
    variance: Expr

    def times(self, exponent: Polynomial) -> Normal:
        """The measure times e^{c + b x + a x^2}."""
        c, b, a = (*exponent, *(S.Zero,) * 3)[:3]
        omega, V = self.mean, self.variance
        number, symbols = a.as_coeff_Mul()
        top, bottom = sympy.fraction(symbols)
        top = number * top
        rest = bottom - 2 * top * V  # bottom (1 - 2 a V), without a quotient in a quotient
        factor = 1 - 2 * a * V
        quadratic = (top * omega**2 + bottom * (b * omega + b**2 * V / 2)) / rest
        square = c - b**2 / (4 * a) if a != 0 else None
        if square == 0:  # a (x - x_0)^2: no difference of large terms is left
            quadratic, c = top * (omega + b / (2 * a)) ** 2 / rest, S.Zero
        amplitude = c + quadratic - log(factor) / 2
        shift = omega + b * V
        return Normal(
            amplitude, shift / factor, V / factor, (factor, shift, sqrt(V * factor)), factor
        )


@dataclass(frozen=True)
class FieldMeasure:
    r"""e^{B x - A x^2/2} dx, of a variable in a field.

    .. math:: \int dx\, e^{Bx - Ax^2/2} = \sqrt{2\pi/A}\; e^{B^2/(2A)}
    """

    field: Expr
    precision: Expr

    def times(self, exponent: Polynomial) -> Normal:
        """The measure times e^{c + b x + a x^2}."""
        c, b, a = (*exponent, *(S.Zero,) * 3)[:3]
        field, precision = self.field + b, self.precision - 2 * a
        amplitude = c + field**2 / (2 * precision) + log(2 * pi) / 2 - log(precision) / 2
        scaled = (precision, field, sqrt(precision))
        return Normal(amplitude, field / precision, 1 / precision, scaled, precision)
