r"""Equal widths at zero temperature: one equation for the factor v of a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra.kinds import Matrix
from derive.algebra.latex import plain
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.equation import ScalarEquation, with_equal_widths
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
)


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
