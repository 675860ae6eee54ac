"""One equation for any depth: the stages multiplied, as a polynomial, and at equal widths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra.kinds import Expression, Matrix
from derive.algebra.latex import plain
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.stages import Stage
from derive.theories.networks.analysis.scalar.symbols import (
    EXAMPLES,
    FACTOR,
    FLUX,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    WIDTH,
    WIDTHS,
)


@dataclass(frozen=True)
class ScalarEquation:
    """u = c prod_l (1 + r/N_l) for n stages.

    Attributes:
        depth: n, a whole number or a symbol.
        prior: What c stands for: a product of variances.
        factors: prod_l (1 + r/N_l).
        widths: N_l, the lowest first; the family N_l where n is a symbol.
    """

    depth: Any
    prior: Any
    factors: Any
    widths: tuple[Any, ...]

    @property
    def right(self) -> Any:
        """What u is equal to."""
        return PRIOR * self.factors

    def at_depth(self, count: int) -> ScalarEquation:
        """For so many stages; the same equation where the depth is a number already."""
        if self.depth.is_Integer:
            return self
        at = {self.depth: sympy.Integer(count)}
        prior, factors = (product.subs(at).doit() for product in (self.prior, self.factors))
        widths = tuple(WIDTHS[place] for place in range(1, count + 1))
        return ScalarEquation(sympy.Integer(count), prior, factors, widths)

    def __repr__(self) -> str:
        return f"{plain(OVERLAP)} = {plain(self.right)}, {plain(PRIOR)} = {plain(self.prior)}"


def multiply(stages: tuple[Stage, ...]) -> ScalarEquation:
    """Eliminate every overlap but the lowest, by substitution from the bottom up.

    Raises:
        RuleError: A flux is not handed up unchanged, or a stage is not a number times a factor.
    """
    right, flux = stages[0].right.xreplace({stages[0].flux: FLUX}), stages[0].flux
    for stage in stages[1:]:
        if stage.flux_value != flux:
            raise RuleError(f"scalar theory: {stage.flux} = {stage.flux_value}, not {flux}")
        flux = stage.flux
        right = right.xreplace({stage.overlap: stage.right.xreplace({stage.flux: FLUX})})
    prior, factors = right.as_independent(FLUX, as_Add=False)
    widths = tuple(stage.width for stage in stages)
    left = {stage.overlap for stage in stages} & prior.free_symbols
    if left or factors.free_symbols != {FLUX, *widths}:
        raise RuleError(f"scalar theory: {right} is no product of variances and factors of r")
    return ScalarEquation(sympy.Integer(len(stages)), prior, factors, widths)


def with_equal_widths(equation: ScalarEquation) -> ScalarEquation:
    """The same equation with N in the place of every width."""
    factors = equation.factors
    if type(factors) is sympy.Product:
        (family,) = equation.widths
        body, *ranges = factors.args
        factors = sympy.Product(body.xreplace({family: WIDTH}), *ranges).doit()
    else:
        factors = factors.xreplace(dict.fromkeys(equation.widths, WIDTH))
    return ScalarEquation(equation.depth, equation.prior, factors, (WIDTH,))


def polynomial(equation: ScalarEquation) -> Any:
    r"""c (P + r) prod_l (1 + r/N_l) - s, zero at every solution at zero temperature.

    r = s/u - P is solved for u = s/(P + r), and u is put into u = c prod_l (1 + r/N_l).
    """
    return PRIOR * (EXAMPLES + FLUX) * equation.factors - SIGNAL


def loaded(expression: Expression) -> Any:
    """An expression with alpha N in the place of P."""
    return expression.xreplace({EXAMPLES: LOAD * WIDTH})


@dataclass(frozen=True)
class EqualWidths:
    r"""1 - v = alpha (1 - v^{-n} s/(c P)), with u = c v^n.

    Attributes:
        depth: n.
        overlap: u in v.
        left: 1 - v.
        right: What it is equal to.
        polynomial: Zero at every solution, in v, alpha and q = s/(c P).
        moves: How it follows from u = c (1 + r/N)^n and r = s/u - P.
    """

    depth: Any
    overlap: Any
    left: Any
    right: Any
    polynomial: Any
    moves: tuple[str, ...]

    def __repr__(self) -> str:
        u, v, right = plain(self.overlap), plain(self.left), plain(self.right)
        return f"{plain(OVERLAP)} = {u}, {v} = {right}"


MOVES = (
    "put $N$ in the place of every width",
    "name the factor $v = 1 + r/N$; then $r = N (v - 1)$",
    r"put both into $r = s/u - P$, multiply by $\alpha/P$, with $\alpha = P/N$",
)


def equal_widths(equation: ScalarEquation, flux: Matrix) -> EqualWidths:
    """Rewrite the scalar equation for equal widths.

    Args:
        equation: For any widths.
        flux: r at zero temperature, in u.

    Raises:
        RuleError: The factors of the stages are not powers of one factor.
    """
    alike = with_equal_widths(equation)
    named = WIDTH * (FACTOR - 1)
    overlap = alike.right.xreplace({FLUX: named})
    residual = named - flux.xreplace({OVERLAP: overlap})
    residual = sympy.expand((residual * LOAD / EXAMPLES).xreplace({WIDTH: EXAMPLES / LOAD}))
    left = 1 - FACTOR
    right = LOAD * sympy.expand((left + residual) / LOAD)
    if right.free_symbols & {WIDTH, FLUX, OVERLAP} or residual.has(WIDTH):
        raise RuleError(f"scalar theory: {residual} does not depend on the width through alpha")
    cleared = sympy.expand(residual.xreplace({SIGNAL: RATIO * PRIOR * EXAMPLES}))
    power = FACTOR**equation.depth
    polynomial = sympy.collect(sympy.expand(cleared * power), power)
    return EqualWidths(equation.depth, overlap, left, right, polynomial, MOVES)
