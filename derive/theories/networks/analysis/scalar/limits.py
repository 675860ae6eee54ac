"""Limits of the scalar theory: small and unit alpha, and infinite depth at fixed depth/width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra.kinds import Matrix, Scalar
from derive.algebra.latex import plain
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.equation import (
    EqualWidths,
    ScalarEquation,
    with_equal_widths,
)
from derive.theories.networks.analysis.scalar.symbols import (
    ASPECT,
    FACTOR,
    FLUX,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    WIDTH,
    equal_ratio,
)
from derive.wording import choices, shown

LIMITS = ("alpha=0", "alpha=1", "depth")
FIXED = ("examples", "ratio")
"""What stays fixed in the limit of infinite depth: P, or alpha = P/N."""


_Z: Any = sympy.Symbol("z", positive=True)
_REAL_DEPTH: Any = sympy.Symbol("n", positive=True)
"""n as a real number, for SymPy's limits."""


@dataclass(frozen=True)
class Limit:
    """What becomes of the scalar equation in a limit.

    Attributes:
        name: alpha=0, alpha=1 or depth.
        approach: What tends to what, and what is fixed; mathematics in LaTeX.
        equation: (left, right): what the scalar equation becomes.
        overlap: u, solved from it.
        moves: How the equation becomes that.
        definitions: (name, value) of what stands in it.
        condition: Positive where the limit exists; 1 where it always does.
        fixed: In the limit of infinite depth: examples or ratio.
        variance: sigma^2 of the stages that are added there.
    """

    name: str
    approach: str
    equation: tuple[Any, Any]
    overlap: Any
    moves: tuple[str, ...]
    definitions: tuple[tuple[Any, Any], ...] = ()
    condition: Any = sympy.S.One
    fixed: str = ""
    variance: Any = sympy.S.One

    def __repr__(self) -> str:
        lines = [self.equation]
        if self.equation != (OVERLAP, self.overlap):
            lines.append((OVERLAP, self.overlap))
        shown = [f"{plain(left)} = {plain(right)}" for left, right in (*lines, *self.definitions)]
        if self.condition != 1:
            shown.append(f"where {plain(self.condition)} > 0")
        return ", ".join(shown)


def require_limit(name: Any, fixed: Any) -> None:
    """Raise RuleError unless there is such a limit.

    Raises:
        RuleError: It names the valid ones.
    """
    if name not in LIMITS:
        raise RuleError(f"limit: unknown limit {shown(name)}{choices(name, LIMITS)}")
    if fixed not in FIXED:
        raise RuleError(f"limit: what is fixed is {shown(fixed)}{choices(fixed, FIXED)}")


def small_load(equal: EqualWidths) -> Limit:
    """alpha -> 0 at fixed s/P: the prior.

    The polynomial v^n (v - 1 + alpha) = alpha q keeps v above 1 - alpha.
    """
    zero = sympy.factor(equal.polynomial.subs(LOAD, 0))
    (factor,) = (f for f in sympy.Mul.make_args(zero) if f.is_Add)
    (root,) = sympy.solve(factor, FACTOR)
    overlap = equal.overlap.xreplace({FACTOR: root})
    moves = (
        r"put $\alpha = 0$: $v^n (v - 1) = 0$",
        r"$v > 1 - \alpha$, as $q > 0$, leaves $v = 1$",
    )
    approach = r"$\alpha \to 0$ at fixed $s/P$ and $c$"
    return Limit("alpha=0", approach, (OVERLAP, overlap), overlap, moves)


def unit_load(equal: EqualWidths) -> Limit:
    """alpha -> 1 at fixed s/P: a power of q = s/(c P)."""
    zero = sympy.powsimp(sympy.expand(equal.polynomial.subs(LOAD, 1)))
    power, signal = zero.as_independent(RATIO, as_Add=True)
    base, exponent = power.as_base_exp()
    if base != FACTOR or signal != -RATIO:
        raise RuleError(f"limit: at alpha = 1, {zero} is no power of {FACTOR} less {RATIO}")
    overlap = equal.overlap.xreplace({FACTOR: RATIO ** (1 / exponent)})
    return Limit(
        "alpha=1",
        r"$\alpha \to 1$ at fixed $s/P$ and $c$",
        (power, -signal),
        overlap,
        (r"put $\alpha = 1$: the terms in $v^n$ cancel", "the positive root"),
        ((RATIO, equal_ratio()),),
    )


def deep_few(equation: ScalarEquation, flux: Matrix) -> Limit:
    """n -> infinity at fixed lambda = n/N, P, s and c.

    With z = lambda s/u the limit reads z e^z = (lambda s/c) e^(lambda P): Lambert's function.
    """
    alike = with_equal_widths(equation).right.xreplace({WIDTH: equation.depth / ASPECT})
    power = alike.xreplace({equation.depth: _REAL_DEPTH})
    limit = sympy.limit(power, _REAL_DEPTH, sympy.oo)
    right = limit.xreplace({FLUX: flux})
    other = ASPECT * SIGNAL / _Z
    at_z = sympy.expand(right.xreplace({OVERLAP: other}))
    argument = sympy.simplify(sympy.expand(other / at_z * _Z * sympy.exp(_Z)))
    if argument.has(_Z):
        raise RuleError(f"limit: {right} is not solved by Lambert's function")
    return Limit(
        "depth",
        r"$n \to \infty$ at fixed $\lambda = n/N$, $P$, $s$ and $c$",
        (OVERLAP, right),
        ASPECT * SIGNAL / sympy.LambertW(argument),
        (
            r"put $N = n/\lambda$ in $u = c\ (1 + r/N)^n$; $n \to \infty$ makes an exponential",
            "put $r = s/u - P$",
            r"name $z = \lambda s/u$; multiply by $z e^z$ and divide by the right-hand side",
        ),
        fixed="examples",
    )


def deep_many(equal: EqualWidths, variance: Scalar) -> Limit:
    r"""n -> infinity at fixed alpha = P/N and s/P; every further stage has one variance.

    .. math:: v = (u/c)^{1/n} \to 1/\sigma^2

    because c grows like sigma^{2n} and u stays finite; then 1 - v = alpha (1 - s/(P u)) gives u.

    Args:
        equal: The equation of v.
        variance: sigma^2 of the stages that are added.
    """
    grown = PRIOR * variance**_REAL_DEPTH
    factor = sympy.limit((OVERLAP / grown) ** (1 / _REAL_DEPTH), _REAL_DEPTH, sympy.oo)
    # s/(c P v^n) is s/(P u): u = c v^n is named before v tends to its limit.
    right = equal.right.xreplace({SIGNAL: SIGNAL * equal.overlap / OVERLAP})
    right = sympy.expand(right)
    (overlap,) = sympy.solve(sympy.Eq(equal.left.xreplace({FACTOR: factor}), right), OVERLAP)
    condition = sympy.S.One if variance == 1 else LOAD - 1 + 1 / variance
    return Limit(
        "depth",
        r"$n \to \infty$ at fixed $n/N$, $\alpha = P/N$ and $s/P$",
        (equal.left.xreplace({FACTOR: factor}), right),
        sympy.factor(overlap),
        (
            "name $u = c v^n$ in the equation of $v$",
            r"$v$ is the $n$-th root of $u/c$; $n \to \infty$ at finite $u$",
            "solve for $u$, which must be finite and positive",
        ),
        condition=condition,
        fixed="ratio",
        variance=variance,
    )


def no_deep_limit(variance: Scalar) -> str:
    """Why u has no limit at infinite depth and fixed P where stages are added of this variance."""
    if not variance.is_Number:
        return (
            f"limit: at fixed P, u has a limit at infinite depth only where the hidden variance "
            f"{variance} is 1, because c grows like its n-th power; set it to 1, or fix P/N "
            "('ratio')"
        )
    trend = "grows without bound" if variance > 1 else "goes to zero"
    return (
        f"limit: at fixed P there is none at infinite depth: with the hidden variance {variance}, "
        f"c {trend} with depth, and u with it; set the hidden variances to 1, or fix P/N ('ratio')"
    )
