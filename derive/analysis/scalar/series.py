r"""Series of u to any order, by Lagrange's theorem.

Where x = eps psi(x), and F is a power series,

.. math:: F(x) = F(0) + \sum_{k \ge 1} \frac{\epsilon^k}{k}\, [x^{k-1}]\, F'(x)\, \psi(x)^k

(Lagrange 1770; Stanley, Enumerative Combinatorics 2, theorem 5.4.2). Coefficients are polynomials
with rational coefficients, so every order is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.polys.rings import ring

from derive.algebra.boxes import Box, Fence, Sum, negated, row, terms_of
from derive.algebra.drawing import LONG
from derive.algebra.latex import box, plain
from derive.algebra.media import PLAIN
from derive.analysis.scalar.energy import ScalarEnergy
from derive.analysis.scalar.equal import EqualWidths
from derive.analysis.scalar.equation import ScalarEquation
from derive.analysis.scalar.symbols import (
    EXAMPLES,
    FACTOR,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    equal_ratio,
)
from derive.errors import RuleError
from derive.network.wording import choices, shown

IN = ("alpha", "width")
"""What a series can be in: alpha = P/N at equal widths, or 1/N at any widths and fixed P."""
HIGHEST = 40
LOAD_MOVES = (
    r"in the equation of $v$: $x = v - 1$, $\epsilon = \alpha$, $\psi = q/v^n - 1$, $F = u/c$",
)
_WIDE = (
    r"$1/N_l$ is multiplied by $\epsilon$; $x = \epsilon r$ and $F = u/c$",
    r"$\ln F$, a sum over the stages, is expanded; $p_k$ are the power sums of $1/N_l$",
)
WIDTH_MOVES = {
    True: (*_WIDE, r"$\psi = r = P\ (q/F - 1)$"),
    False: (*_WIDE, r"$\psi = r$ is expanded about $u = c$; $d_k$ is its derivative, times $c^k$"),
}
Ring = Any
"""An element of a SymPy ring of polynomials; it carries no types."""


@dataclass(frozen=True)
class Series:
    """u/c as a series.

    Attributes:
        variable: alpha; or 1 where the orders are those of 1/N, which stand in the coefficients.
        coefficients: The coefficient of every order, from 0.
        definitions: (name, value) of what stands in them.
        cold: Whether it holds at zero temperature alone.
        moves: What x, psi and F of Lagrange's theorem are.
    """

    variable: Any
    coefficients: tuple[Any, ...]
    definitions: tuple[tuple[Any, Any], ...]
    cold: bool
    moves: tuple[str, ...]

    @property
    def order(self) -> int:
        """The highest order."""
        return len(self.coefficients) - 1

    @property
    def expression(self) -> Any:
        """u, to the order of the series."""
        terms = (c * self.variable**k for k, c in enumerate(self.coefficients))
        return PRIOR * sympy.Add(*terms)

    @property
    def box(self) -> Box:
        """u/c with the orders in turn, a line for each where they do not fit on one."""
        found: list[tuple[bool, Box]] = []
        for k, value in enumerate(self.coefficients):
            found += terms_of(_term(value * self.variable**k)) if value != 0 else ()
        return Sum(tuple(found), stacked=True)

    def __repr__(self) -> str:
        lines = [f"{plain(OVERLAP / PRIOR)} = {PLAIN.text(self.box)}"]
        lines += [f"{plain(name)} = {plain(value)}" for name, value in self.definitions]
        return "\n".join(lines)


def _term(value: Any) -> Box:
    """A term; a long sum in it stands behind the rest, in brackets where it can be broken."""
    long = [f for f in sympy.Mul.make_args(value) if f.is_Add and len(f.args) >= LONG]
    if not long or value.is_Add:
        return box(value)
    (negative, first), *_ = terms_of(box(value / sympy.Mul(*long)))
    rest = row(first, *(Fence(box(factor)) for factor in long))
    return negated(rest) if negative else rest


def require_order(order: Any) -> int:
    """The order of a series.

    Raises:
        RuleError: It is no whole number from 1 to `HIGHEST`.
    """
    whole = isinstance(order, int) and not isinstance(order, bool)
    if not whole or not 1 <= order <= HIGHEST:
        raise RuleError(
            f"series: {shown(order)} is no order; give a whole number from 1 to {HIGHEST}"
        )
    return int(order)


def require_variable(variable: Any) -> str:
    """What a series is in.

    Raises:
        RuleError: There is no series in it.
    """
    if variable not in IN:
        raise RuleError(f"series: unknown variable {shown(variable)}{choices(variable, IN)}")
    return str(variable)


def lagrange(outer: list[Ring], inner: list[Ring], order: int) -> list[Ring]:
    """The coefficients of F(x) in eps, for x = eps psi(x).

    Args:
        outer: The coefficients of F, at least order + 1 of them.
        inner: Those of psi, at least `order`.
        order: The highest order.
    """
    slope = [k * outer[k] for k in range(1, order + 1)]
    found, power = [outer[0]], inner[:order]
    for k in range(1, order + 1):
        found.append(_coefficient(slope, power, k - 1) / k)
        power = _product(power, inner, order)
    return found


def _coefficient(first: list[Ring], second: list[Ring], place: int) -> Ring:
    return sum(
        (first[j] * second[place - j] for j in range(1, place + 1)), first[0] * second[place]
    )


def _product(first: list[Ring], second: list[Ring], length: int) -> list[Ring]:
    return [_coefficient(first, second, k) for k in range(length)]


def _reciprocal(series: list[Ring], length: int) -> list[Ring]:
    """1 over a power series that begins with 1."""
    found = [series[0]]
    for k in range(1, length):
        found.append(
            -sum((series[j] * found[k - j] for j in range(2, k + 1)), series[1] * found[k - 1])
        )
    return found


def alpha_series(equal: EqualWidths, order: Any) -> Series:
    r"""u/c in alpha = P/N at fixed q = s/(c P), for equal widths; the depth may be a symbol.

    The equation of the factor reads x = alpha psi, with x = v - 1 and psi = q v^{-n} - 1, and
    u/c = v^n.

    Raises:
        RuleError: The order is no whole number from 1.
    """
    top, depth = require_order(order), equal.depth
    symbols = [RATIO] if depth.is_Integer else [RATIO, depth]
    polynomials = ring(symbols, sympy.QQ)[0]
    psi = -equal.right.xreplace({SIGNAL: RATIO * PRIOR * EXAMPLES}) / LOAD
    inner = _binomial(sympy.expand(psi), polynomials, top)
    outer = _binomial(equal.overlap / PRIOR, polynomials, top + 1)
    found = [sympy.factor(value.as_expr()) for value in lagrange(outer, inner, top)]
    return Series(LOAD, tuple(found), ((RATIO, equal_ratio()),), cold=True, moves=LOAD_MOVES)


def _binomial(expression: Any, polynomials: Any, length: int) -> list[Ring]:
    """The series of a sum of powers of v in x = v - 1."""
    total = [polynomials(0)] * length
    for term in sympy.Add.make_args(expression):
        number, power = term.as_independent(FACTOR, as_Add=False)
        exponent = power.as_base_exp()[1] if power != 1 else sympy.S.Zero
        if power not in (sympy.S.One, FACTOR**exponent):
            raise RuleError(f"series: {term} is no power of {FACTOR}")
        found, raised = polynomials(number), polynomials(exponent)
        for k in range(length):
            total[k] = total[k] + found
            found = found * (raised - k) / (k + 1)
    return total


def width_series(equation: ScalarEquation, energy: ScalarEnergy, order: Any, *, cold: bool) -> Any:
    r"""u/c in 1/N at fixed P, for any widths and any depth.

    With eps the scale of every 1/N_l, x = eps r solves x = eps psi(x), u/c = F(x):

    .. math:: F(x) = \prod_l (1 + x/N_l) = \exp \sum_k \frac{(-1)^{k-1}}{k} p_k x^k,
              \qquad p_k = \sum_l N_l^{-k}

    At zero temperature psi = P (q/F - 1); else r(u) is expanded about u = c, with the coefficients
    d_k = c^k r^{(k)}(c).

    Raises:
        RuleError: The order is no whole number from 1.
    """
    top = require_order(order)
    sums = [sympy.Symbol(f"p_{k}", positive=True) for k in range(1, top + 1)]
    slopes = [sympy.Symbol(f"d_{k}", real=True) for k in range(top)]
    gens = [*sums, *((EXAMPLES, RATIO) if cold else slopes)]
    polynomials = ring(gens, sympy.QQ)[0]
    outer = _exponential([polynomials(p) for p in sums], polynomials, top + 1)
    if cold:
        inner = _cold(energy, outer, polynomials, top)
        known = [(RATIO, equal_ratio())]
    else:
        inner = _expanded([polynomials(d) for d in slopes], outer, top)
        known = list(zip(slopes, _slopes(energy, top), strict=True))
    values = lagrange(outer, inner, top)
    found = tuple(_divided(value, k, inner[0], gens) for k, value in enumerate(values))
    return Series(
        sympy.S.One, found, (*_power_sums(equation, sums), *known), cold, WIDTH_MOVES[cold]
    )


def _divided(value: Ring, order: int, first: Ring, gens: list[Any]) -> Any:
    """A coefficient with the flux at u = c, and at zero temperature powers of P, taken out."""
    if order == 0:
        return value.as_expr()
    divisor = first
    if EXAMPLES in gens:
        divisor = first * first.ring(EXAMPLES) ** (order - 1)
    quotient, rest = value.div(divisor)
    if rest:
        return value.as_expr()
    content, primitive = quotient.primitive()
    return sympy.factor(content * divisor.as_expr()) * primitive.as_expr()


def _exponential(sums: list[Ring], polynomials: Any, length: int) -> list[Ring]:
    """prod_l (1 + x/N_l) in the power sums of 1/N_l: m f_m = sum_k (-1)^{k-1} p_k f_{m-k}."""
    found = [polynomials(1)]
    for m in range(1, length):
        total = polynomials(0)
        for k in range(1, m + 1):
            total = total + (-1) ** (k - 1) * sums[k - 1] * found[m - k]
        found.append(total / m)
    return found


def _cold(energy: ScalarEnergy, outer: list[Ring], polynomials: Any, length: int) -> list[Ring]:
    """r at zero temperature, along u = c F: a number, and one over F."""
    along = energy.cold_flux.xreplace({OVERLAP: PRIOR * FACTOR})
    along = sympy.expand(along.xreplace({SIGNAL: RATIO * PRIOR * EXAMPLES}))
    inverse = polynomials(along.coeff(FACTOR, -1))
    constant = polynomials(sympy.expand(along - along.coeff(FACTOR, -1) / FACTOR))
    found = [inverse * value for value in _reciprocal(outer, length)]
    return [found[0] + constant, *found[1:]]


def _expanded(slopes: list[Ring], outer: list[Ring], length: int) -> list[Ring]:
    """sum_k d_k (F - 1)^k / k!, the flux along u = c F."""
    rest = [0 * outer[0], *outer[1:length]]
    power = [outer[0], *[0 * outer[0]] * (length - 1)]
    total = [0 * outer[0]] * length
    for k in range(length):
        total = [t + slopes[k] * p / sympy.factorial(k) for t, p in zip(total, power, strict=True)]
        power = _product(power, rest, length)
    return total


def _slopes(energy: ScalarEnergy, count: int) -> list[Any]:
    """d_k = c^k r^(k)(c), in the eigenvalues of the kernel."""
    found = []
    for k in range(count):
        total = sympy.S.Zero
        for term in energy.spectral_flux.args:
            summand, limits = term.args
            value = sympy.factor(PRIOR**k * summand.diff(OVERLAP, k).xreplace({OVERLAP: PRIOR}))
            total += sympy.Sum(value, limits)
        found.append(total)
    return found


def _power_sums(equation: ScalarEquation, names: list[Any]) -> list[tuple[Any, Any]]:
    """What the power sums of 1/N_l stand for."""
    if type(equation.factors) is sympy.Product:
        (width,), ranges = equation.widths, equation.factors.args[1]
        return [(p, sympy.Sum(width**-k, ranges)) for k, p in enumerate(names, start=1)]
    return [
        (p, sympy.Add(*(width**-k for width in equation.widths)))
        for k, p in enumerate(names, start=1)
    ]
