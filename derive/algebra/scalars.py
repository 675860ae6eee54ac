"""Expansion of numbers that are made from matrices, without looking into the matrices.

SymPy's own `expand` goes into the arguments of traces and determinants and rebuilds the matrices
there with its slow operators.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.copies import folded
from derive.algebra.kinds import Expression, Node
from derive.algebra.layered import LayerSize, LayerValue
from derive.algebra.nodes import LogDet, LogMultigamma, LogNormal

_CLOSED = (sympy.Trace, sympy.Sum, LogDet, LogNormal, LogMultigamma, LayerValue, LayerSize)


def expand(expression: Expression, *, logs: bool = False) -> Any:
    """Products distributed over sums; with `logs`, logarithms of products taken apart.

    Heads times a sum of sizes that copies hold is written by the copies.

    >>> from derive.algebra import build
    >>> U, N = build.overlap("U", 2), build.scalar_symbol("N")
    >>> expand(N * (1 + build.logdet(U)))
    N*LogDet(U) + N
    """
    closed: dict[Any, Any] = {}

    def shielded(node: Node) -> Any:
        if isinstance(node, _CLOSED):
            # Numbered, so that the order of a sum does not depend on when it was made.
            return closed.setdefault(node, sympy.Dummy(f"c{len(closed)}", dummy_index=len(closed)))
        if not node.args:
            return node
        return node.func(*(shielded(arg) for arg in node.args))

    plain = shielded(expression)
    if logs:
        plain = sympy.expand_log(plain, force=True)
    plain = folded(sympy.expand(plain))
    return plain.xreplace({dummy: node for node, dummy in closed.items()})
