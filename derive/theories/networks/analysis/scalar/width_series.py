r"""The series of u in 1/N, for any widths, any depth and any temperature."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.polys.ring_series import rs_exp, rs_mul, rs_series_inversion
from sympy.polys.rings import ring

from derive.algebra.latex import plain
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.energy import ScalarEnergy
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.theories.networks.analysis.scalar.series import Ring, Series, require_order
from derive.theories.networks.analysis.scalar.symbols import (
    EXAMPLES,
    FACTOR,
    FLUX,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    equal_ratio,
)

_X: Any = sympy.Symbol("x")

SCALED = r"$1/N_l$ is multiplied by $\epsilon$; $x = \epsilon r$ and $F = u/c$"
POWER_SUMS = r"$\ln F$, a sum over the stages, is expanded; $p_k$ are the power sums of $1/N_l$"
ELEMENTARY = "$F$ is multiplied out; $e_k$ are the elementary symmetric functions of $1/N_l$"
COLD = r"$\psi = r = P\ (q/F - 1)$"
WARM = r"$\psi = r$ is expanded about $u = c$; $d_k$ is its $k$-th derivative, times $c^k$"


def width_series(
    equation: ScalarEquation, energy: ScalarEnergy, order: Any, *, cold: bool
) -> Series:
    r"""u/c in 1/N at fixed P, for any widths and any depth.

    With eps the scale of every 1/N_l, x = eps r solves x = eps psi(x), u/c = F(x):

    .. math:: F(x) = \prod_l (1 + x/N_l) = \sum_k e_k x^k
              = \exp \sum_k \frac{(-1)^{k-1}}{k} p_k x^k, \qquad p_k = \sum_l N_l^{-k}

    with e_k the elementary symmetric functions of 1/N_l, which end with the number of stages; where
    that is a symbol the power sums p_k serve. At zero temperature psi = P (q/F - 1); else r(u) is
    expanded about u = c, with the coefficients d_k = c^k r^{(k)}(c).

    Raises:
        RuleError: The order is no whole number from 1.
    """
    top = require_order(order)
    sums = _symmetric(equation, top)
    slopes = [] if cold else list(zip(_names("d", 0, top), _slopes(energy, top), strict=True))
    gens = [*(name for name, _ in sums), *(name for name, _ in slopes)]
    polynomials, x, *_ = ring([_X, *gens, EXAMPLES, RATIO] if cold else [_X, *gens], sympy.QQ)
    outer = _stages(equation, [polynomials(name) for name, _ in sums], x, top + 1)
    if cold:
        inner = _cold(energy, outer, x, top)
    else:
        inner = _expanded([polynomials(name) for name, _ in slopes], outer, x, top)
    values = lagrange(outer, inner, x, top)
    first = inner.coeff_wrt(x, 0)
    coefficients = tuple(_divided(value, k, first, cold) for k, value in enumerate(values))
    known = (*sums, *(((RATIO, equal_ratio()),) if cold else slopes))
    return Series(sympy.S.One, coefficients, known, cold, _moves(equation, cold))


def _names(letter: str, first: int, count: int) -> list[Any]:
    return [sympy.Symbol(f"{letter}_{k}", real=True) for k in range(first, first + count)]


def _moves(equation: ScalarEquation, cold: bool) -> tuple[str, ...]:
    return (SCALED, POWER_SUMS if _is_symbolic(equation) else ELEMENTARY, COLD if cold else WARM)


def _is_symbolic(equation: ScalarEquation) -> bool:
    return type(equation.factors) is sympy.Product


def _symmetric(equation: ScalarEquation, top: int) -> list[tuple[Any, Any]]:
    """The symmetric functions of 1/N_l that the series is written in.

    Raises:
        RuleError: A factor of symbolic depth is not 1 + r/N_l.
    """
    if not _is_symbolic(equation):
        expanded = sympy.Poly(sympy.expand(equation.factors), FLUX)
        values = [expanded.coeff_monomial(FLUX**k) for k in range(1, top + 1)]
        kept = [value for value in values if value != 0]
        return list(zip(_names("e", 1, len(kept)), kept, strict=True))
    body, ranges = equation.factors.args
    (width,) = equation.widths
    if body != 1 + FLUX / width:
        raise RuleError(f"series: the factor {plain(body)} of a stage is not 1 + r/N")
    values = [sympy.Sum(width**-k, ranges) for k in range(1, top + 1)]
    return list(zip(_names("p", 1, top), values, strict=True))


def _stages(equation: ScalarEquation, sums: list[Ring], x: Ring, length: int) -> Ring:
    """prod_l (1 + x/N_l) in its symmetric functions."""
    if _is_symbolic(equation):
        logarithm = sum((-((-x) ** k) * p / k for k, p in enumerate(sums, start=1)), 0 * x)
        return rs_exp(logarithm, x, length)
    return 1 + sum((e * x**k for k, e in enumerate(sums, start=1)), 0 * x)


def _divided(value: Ring, order: int, first: Ring, cold: bool) -> Any:
    """A coefficient with the flux at u = c, and at zero temperature powers of P, taken out."""
    if order == 0:
        return value.as_expr()
    divisor = first * first.ring(EXAMPLES) ** (order - 1) if cold else first
    quotient, rest = value.div(divisor)
    if rest:
        return value.as_expr()
    content, primitive = quotient.primitive()
    return sympy.factor(content * divisor.as_expr()) * primitive.as_expr()


def _cold(energy: ScalarEnergy, outer: Ring, x: Ring, length: int) -> Ring:
    """r at zero temperature, along u = c F: a number, and one over F."""
    along = energy.cold_flux.xreplace({OVERLAP: PRIOR * FACTOR})
    along = sympy.expand(along.xreplace({SIGNAL: RATIO * PRIOR * EXAMPLES}))
    inverse = along.coeff(FACTOR, -1)
    constant = x.ring(sympy.expand(along - inverse / FACTOR))
    return x.ring(inverse) * rs_series_inversion(outer, x, length) + constant


def _expanded(slopes: list[Ring], outer: Ring, x: Ring, length: int) -> Ring:
    """sum_k d_k (F - 1)^k / k!, the flux along u = c F."""
    power, total = x.ring(1), x.ring(0)
    for k, slope in enumerate(slopes):
        total = total + slope * power / sympy.factorial(k)
        power = rs_mul(power, outer - 1, x, length)
    return total


def _slopes(energy: ScalarEnergy, count: int) -> list[Any]:
    """d_k = c^k r^(k)(c), in the eigenvalues of the kernel."""
    slopes = []
    for k in range(count):
        total = sympy.S.Zero
        for term in energy.spectral_flux.args:
            summand, limits = term.args
            value = sympy.factor(PRIOR**k * summand.diff(OVERLAP, k).xreplace({OVERLAP: PRIOR}))
            total += sympy.Sum(value, limits)
        slopes.append(total)
    return slopes


def lagrange(outer: Ring, inner: Ring, x: Ring, order: int) -> list[Ring]:
    """The coefficients of F(x) in eps, for x = eps psi(x).

    Args:
        outer: F, to x^order at least.
        inner: psi, to x^(order - 1) at least.
        x: The variable of both.
        order: The highest order.
    """
    coefficients, power = [outer.coeff_wrt(x, 0)], x.ring(1)
    for k in range(1, order + 1):
        power = rs_mul(power, inner, x, order)
        coefficients.append(rs_mul(outer.diff(x), power, x, k).coeff_wrt(x, k - 1) / k)
    return coefficients
