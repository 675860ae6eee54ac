"""The normal form: products distributed over sums, numbers expanded, traces in cyclic order.

Two expressions with the same normal form are equal. The converse does not hold: where `equal`
cannot prove, a numerical check decides.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy
from sympy import MatMul, Mul

from derive.algebra import build, layered
from derive.algebra.kinds import Expression, Matrix
from derive.algebra.rebuild import MAKERS, rebuild
from derive.algebra.rules import Table
from derive.algebra.scalars import expand


def _distribute(*args: Any) -> Any:
    scalars = [arg for arg in args if not arg.is_Matrix]
    matrices = [build.terms(arg) or (arg,) for arg in args if arg.is_Matrix]
    number = expand(sympy.Mul(*scalars))
    return build.add(*(build.mul(number, *choice) for choice in product(*matrices)))


def each_term(make: Any) -> Any:
    """A linear map of its first argument, term by term."""

    def made(matrix: Matrix, *rest: Any) -> Any:
        parts = build.terms(matrix) or (matrix,)
        return build.add(*(make(part, *rest) for part in parts))

    return made


NORMAL_MAKERS = Table("normal", "derive/algebra/normal.py", {
    MatMul: _distribute,
    Mul: lambda *args: expand(sympy.Mul(*args)),
    layered.LayerSum: each_term(build.layer_sum),
}, below=MAKERS)  # fmt: skip
"""Constructors of the normal form; nodes that are not here are made as always."""


def normal(expression: Expression) -> Any:
    """The normal form of an expression.

    >>> from derive.algebra import build, normal
    >>> U, V = build.overlap("U", 2), build.overlap("V", 2)
    >>> normal(build.trace(build.mul(U, build.add(U, V)))) == normal(
    ...     build.trace(build.mul(U, U)) + build.trace(build.mul(V, U)))
    True
    """
    previous, current = None, expression
    while current != previous:
        previous, current = current, rebuild(current, lambda _: None, NORMAL_MAKERS)
    if getattr(current, "is_Matrix", False):
        return build.add(current)
    return expand(current)


def equal(first: Any, second: Any) -> bool:
    """Whether two expressions are proved equal; False means "not proved"."""
    if getattr(first, "is_Matrix", False):
        return build.is_zero(normal(build.subtract(first, second)))
    return bool(normal(first - second) == 0)
