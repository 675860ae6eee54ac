"""Sums in an order that reads well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import MatAdd, MatMul

from derive.algebra import build, nodes


def grouped(action: Any, widths: Sequence[Any]) -> Any:
    """The same sum, as width times what it multiplies, in the given order; the rest last."""
    parts: dict[Any, list[Any]] = {width: [] for width in widths}
    rest: list[Any] = []
    for term in sympy.Add.make_args(action):
        factors = sympy.Mul.make_args(term)
        width = next((factor for factor in factors if factor in parts), None)
        if width is None:
            rest.append(term)
        else:
            parts[width].append(term / width)
    inner = [
        sympy.Mul(width, sympy.Add(*terms), evaluate=False)
        for width, terms in parts.items()
        if terms
    ]
    return sympy.Add(*inner, *rest, evaluate=False)


def one_projection(expression: Any) -> Any:
    """The same sum, with projections onto paths that differ in their matrix alone taken as one."""
    if type(expression) is not MatAdd:
        return expression
    groups: dict[Any, list[Any]] = {}
    others: list[Any] = []
    for term in expression.args:
        number, matrices = term.as_coeff_mmul() if isinstance(term, MatMul) else (1, term)
        first, *after = matrices.args if isinstance(matrices, MatMul) else (matrices,)
        if type(first) is not nodes.PathProjection:
            others.append(term)
            continue
        matrix, *data = first.args
        key = (tuple(data), tuple(after))
        groups.setdefault(key, []).append(build.scale(number, matrix))
    found = [
        build.mul(build.path_projection(build.add(*matrices), *data), *after)
        for (data, after), matrices in groups.items()
    ]
    return build.add(*found, *others)
