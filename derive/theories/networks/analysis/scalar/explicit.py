r"""Explicit solutions at zero temperature: the largest root of a quadratic or a cubic.

The polynomials of the scalar theory have only real zeros where there is no signal, and s is what
they are equal to beyond the largest of them. There they grow without bound, so exactly one root
lies beyond, and it is the largest real root: the one at which every factor 1 + r/N_l is positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra.kinds import Matrix, Size
from derive.algebra.latex import plain
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.equation import (
    EqualWidths,
    ScalarEquation,
    polynomial,
)
from derive.theories.networks.analysis.scalar.symbols import FACTOR, FLUX, OVERLAP, RATIO, SIGNAL

MOST_STAGES = 2
_A: Any = sympy.Symbol("a", nonnegative=True)
_B: Any = sympy.Symbol("b", real=True)
_CUBE_ROOT: Any = sympy.Symbol("A")


@dataclass(frozen=True)
class Explicit:
    """A solution in closed form.

    Attributes:
        unknown: v or r.
        polynomial: Of which it is the largest real root.
        assignments: (name, value) of what the root is written in, in order.
        root: The root, in these names.
        overlap: u in the unknown.
    """

    unknown: Any
    polynomial: Any
    assignments: tuple[tuple[Any, Any], ...]
    root: Any
    overlap: Any

    @property
    def expression(self) -> Any:
        """u in the symbols of the theory alone."""
        root = self.root
        for name, value in reversed(self.assignments):
            root = root.xreplace({name: value})
        return self.overlap.xreplace({self.unknown: root})

    def __repr__(self) -> str:
        lines = [*self.assignments, (self.unknown, self.root), (OVERLAP, self.overlap)]
        return ", ".join(f"{plain(name)} = {plain(value)}" for name, value in lines)


def explicit_equal(equal: EqualWidths) -> Explicit:
    """The solution for one or two stages of equal widths."""
    return _solved(equal.polynomial, FACTOR, equal.overlap, equal.depth)


def explicit_unequal(equation: ScalarEquation) -> Explicit:
    """The solution for one or two stages of any widths."""
    return _solved(polynomial(equation), FLUX, equation.right, equation.depth)


def _solved(zero: Any, unknown: Any, overlap: Matrix, depth: Size) -> Explicit:
    if not depth.is_Integer or depth > MOST_STAGES:
        raise RuleError(
            f"explicit solution: {plain(depth)} stages give an equation of degree "
            f"{plain(depth + 1)}; there is one for 1 and 2 stages: ask for a series or for numbers"
        )
    _, *rest = sympy.Poly(zero, unknown).monic().all_coeffs()
    coefficients = [sympy.factor(sympy.expand(value)) for value in rest]
    assignments, root = _quadratic(coefficients) if depth == 1 else _cubic(coefficients)
    return Explicit(unknown, zero, assignments, root, overlap)


def _quadratic(coefficients: list[Any]) -> tuple[tuple[tuple[Any, Any], ...], Any]:
    """The larger root of x^2 + b x + d."""
    b, d = coefficients
    root = sympy.sqrt(sympy.factor(b) ** 2 - 4 * d)
    return (), sympy.Mul(sympy.S.Half, -b + root, evaluate=False)


def _cubic(coefficients: list[Any]) -> tuple[tuple[tuple[Any, Any], ...], Any]:
    r"""The largest real root of x^3 + c_2 x^2 + c_1 x + c_0.

    With x = t - c_2/3 it reads t^3 = 3 a t + 2 b, and t = A + a/A with A^3 = b + sqrt(b^2 - a^3):
    multiply out. The principal cube root makes t the largest real root: where a^3 > b^2, t is
    2 sqrt(a) cos(phi/3) with phi = arg(A^3) between 0 and pi.
    """
    square, linear, constant = coefficients
    shift = square / 3
    a = sympy.factor(square**2 / 9 - linear / 3)
    b = sympy.expand(linear * square / 6 - square**3 / 27 - constant / 2)
    rest, signal = b.as_independent(SIGNAL, RATIO, as_Add=True)
    b = sympy.factor(rest) + signal
    cube = sympy.cbrt(_B + sympy.sqrt(_B**2 - _A**3))
    return ((_A, a), (_B, b), (_CUBE_ROOT, cube)), _CUBE_ROOT + _A / _CUBE_ROOT - shift
