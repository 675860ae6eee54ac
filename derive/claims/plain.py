"""Numbers that stand in 1 x 1 matrices, as numbers: for comparing what two people wrote."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Inverse, MatMul, Trace

from derive.algebra import build, nodes, rebuild


def plain(expression: Any) -> Any:
    """The expression with traces and determinants of 1 x 1 matrices taken apart.

    >>> u = build.overlap("u", 1)
    >>> plain(build.logdet(u)) == plain(sympy.log(build.trace(u)))
    True
    """
    return rebuild(expression, _replaced)


def _replaced(node: Any) -> Any | None:
    if type(node) is nodes.LogDet and build.is_unit(node.args[0]):
        return sympy.log(_number(node.args[0]))
    if type(node) is Trace and _is_made_of_units(node.args[0]):
        return _number(node.args[0])
    return None


def _is_made_of_units(matrix: Any) -> bool:
    if type(matrix) is MatMul:
        return all(build.is_unit(arg) for arg in matrix.args if arg.is_Matrix)
    return bool(build.is_unit(matrix))


def _number(matrix: Any) -> Any:
    """The entry of a 1 x 1 matrix."""
    if type(matrix) is MatMul and _is_made_of_units(matrix):
        return sympy.Mul(*(_number(arg) if arg.is_Matrix else arg for arg in matrix.args))
    if type(matrix) is Inverse:
        return 1 / _number(matrix.arg)
    entry = build.trace(matrix)
    return entry if entry == Trace(matrix) or type(entry) is not Trace else plain(entry)
