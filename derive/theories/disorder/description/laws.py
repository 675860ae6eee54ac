"""The laws of variables and attributes, and their measures in one form for all rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.theories.disorder.description.language import BETA, symbol

Expr = Any
"""A SymPy expression; SymPy carries no types."""
X = symbol("x")


@dataclass(frozen=True)
class Base:
    r"""A measure on the line: weighted points, and a density between two ends.

    .. math:: e^{c} \Big( \sum_k w_k \delta(x - v_k) + e^{\ell(x)} 1_{a < x < b} \Big) dx

    Attributes:
        points: (v_k, w_k) of each point.
        log_density: l(x), in the symbol of `Law.base`; None where there are points alone.
        lower: a.
        upper: b.
        square: 1 where sum_i x_i^2 = N is fixed beside it, else None.
        offset: c, which the sphere's area brings.
    """

    points: tuple[tuple[Expr, Expr], ...] = ()
    log_density: Expr | None = None
    lower: Expr = -sympy.oo
    upper: Expr = sympy.oo
    square: Expr | None = None
    offset: Expr = sympy.S.Zero


@dataclass(frozen=True)
class Discrete:
    """Values with weights: of a variable a counting measure, of an attribute a probability."""

    values: tuple[Expr, ...]
    weights: tuple[Expr, ...]

    def base(self, symbol: Expr) -> Base:
        """The measure."""
        return Base(points=tuple(zip(self.values, self.weights, strict=True)))


@dataclass(frozen=True)
class Gaussian:
    """A centred Gaussian."""

    variance: Expr = sympy.S.One

    def base(self, symbol: Expr) -> Base:
        """The measure, which is normalised."""
        return Base(log_density=_gaussian(symbol, self.variance))


@dataclass(frozen=True)
class Spherical:
    """The uniform law on sum_i x_i^2 = N."""

    def base(self, symbol: Expr) -> Base:
        r"""Lebesgue measure beside the constraint, by whose area :math:`\sim (2\pi e)^{N/2}`."""
        area = -(1 + sympy.log(2 * sympy.pi)) / 2
        return Base(log_density=sympy.S.Zero, square=sympy.S.One, offset=area)


@dataclass(frozen=True)
class GaussBernoulli:
    """Zero, or with probability `density` from a centred Gaussian."""

    density: Expr = field(default_factory=lambda: symbol("rho"))
    variance: Expr = sympy.S.One

    def base(self, symbol: Expr) -> Base:
        """The measure, which is normalised."""
        spread = sympy.log(self.density) + _gaussian(symbol, self.variance)
        return Base(points=((sympy.S.Zero, 1 - self.density),), log_density=spread)


@dataclass(frozen=True)
class Density:
    """A density as it is written, with respect to dx; of an attribute it integrates to one."""

    expression: Expr
    symbol: Expr = X

    def base(self, symbol: Expr) -> Base:
        """The measure; steps in front of the density are its ends."""
        lower, upper, rest = _ends(self.expression, self.symbol)
        density = logarithm(rest).xreplace({self.symbol: symbol})
        return Base(log_density=density, lower=lower, upper=upper)


@dataclass(frozen=True)
class Regulariser:
    """The measure exp(-beta r(x)) dx."""

    expression: Expr
    symbol: Expr = X

    def base(self, symbol: Expr) -> Base:
        """The measure."""
        return Base(log_density=-BETA * self.expression.xreplace({self.symbol: symbol}))


Law = Discrete | Gaussian | Spherical | GaussBernoulli | Density | Regulariser


def _gaussian(x: Expr, variance: Expr) -> Expr:
    return -(x**2) / (2 * variance) - sympy.log(2 * sympy.pi * variance) / 2


def _ends(density: Expr, x: Expr) -> tuple[Expr, Expr, Expr]:
    """The ends that factors theta(x - a), theta(b - x) set, and what stands beside them."""
    lower, upper, rest = -sympy.oo, sympy.oo, sympy.S.One
    for factor in sympy.Mul.make_args(density):
        slope = factor.args[0].diff(x) if type(factor) is sympy.Heaviside else sympy.S.Zero
        if not slope.is_Rational or slope == 0:
            rest *= factor
            continue
        end = x - factor.args[0] / slope
        end = sympy.expand(end)
        if slope > 0:
            lower = end if lower == -sympy.oo else sympy.Max(lower, end)
        else:
            upper = end if upper == sympy.oo else sympy.Min(upper, end)
    return lower, upper, rest


def logarithm(density: Expr) -> Expr:
    """ln of a product, apart only in factors that are positive whatever the symbols are."""
    factors = sympy.Mul.make_args(density)
    apart = [f for f in factors if f.is_positive]
    rest = sympy.Mul(*(f for f in factors if not f.is_positive))
    logs = [f.args[0] if type(f) is sympy.exp else sympy.log(f) for f in apart]
    return sympy.Add(*logs, *([] if rest == 1 else [sympy.log(rest)]))


__all__ = [
    "Base",
    "Density",
    "Discrete",
    "Expr",
    "GaussBernoulli",
    "Gaussian",
    "Law",
    "Regulariser",
    "Spherical",
    "logarithm",
]
