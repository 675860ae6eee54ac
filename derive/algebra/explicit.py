"""Small matrices entry by entry: an expression of numbers, from one of matrices of known size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add, mul
from typing import Any

import sympy
from sympy import Add, Identity, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose

from derive.algebra import nodes
from derive.algebra.kinds import Expression, Node
from derive.algebra.rules import Table


def explicit(expression: Expression, values: Mapping[Any, Any]) -> Any:
    """The expression with matrices written out.

    Args:
        expression: Its matrices have numeric sizes.
        values: A SymPy matrix for every symbol of a matrix, and what stands for some numbers.

    Raises:
        NoRule: A node has no rule, or a matrix no value.
    """
    done: dict[Any, Any] = {}

    def of(node: Node) -> Any:
        if node in values:
            return values[node]
        if node not in done:
            plain = not (node.args or getattr(node, "is_Matrix", False))
            done[node] = node if plain else RULES.of(node)(of, node)
        return done[node]

    return of(expression)


def _lift(of: Any, node: Node) -> Any:
    return sympy.diag(*[of(node.args[0])] * int(node.args[1]))


def _partial_trace(of: Any, node: Node) -> Any:
    inner, heads = of(node.args[0]), int(node.args[1])
    size = inner.rows // heads
    ends = [slice(k * size, (k + 1) * size) for k in range(heads)]
    return reduce(add, (inner[end, end] for end in ends))


RULES = Table("write_out", "derive/algebra/explicit.py", {
    Add: lambda of, node: Add(*map(of, node.args)),
    Mul: lambda of, node: Mul(*map(of, node.args)),
    Pow: lambda of, node: Pow(*map(of, node.args)),
    sympy.log: lambda of, node: sympy.log(of(node.args[0])),
    MatAdd: lambda of, node: reduce(add, map(of, node.args)),
    MatMul: lambda of, node: reduce(mul, map(of, node.args)),
    Inverse: lambda of, node: of(node.arg).inv().applyfunc(sympy.cancel),
    Transpose: lambda of, node: of(node.arg).T,
    Trace: lambda of, node: of(node.args[0]).trace(),
    Identity: lambda of, node: sympy.eye(int(node.args[0])),
    nodes.LogDet: lambda of, node: sympy.log(sympy.factor(of(node.args[0]).det())),
    nodes.Lift: _lift,
    nodes.PartialTrace: _partial_trace,
})  # fmt: skip
"""Exact node type to the rule that writes it out."""
