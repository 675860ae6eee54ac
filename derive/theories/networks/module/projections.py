"""Sums of projections onto paths, taken together before they are printed."""

from __future__ import annotations

from typing import Any

from sympy import MatAdd, MatMul

from derive.algebra import build
from derive.algebra.kinds import Expression
from derive.theories.networks.nodes import PathProjection, path_projection


def one_projection(expression: Expression) -> Any:
    """The same sum, with projections onto paths that differ in their matrix alone taken as one."""
    if type(expression) is not MatAdd:
        return expression
    groups: dict[Any, list[Any]] = {}
    others: list[Any] = []
    for term in expression.args:
        number, matrices = term.as_coeff_mmul() if isinstance(term, MatMul) else (1, term)
        first, *after = matrices.args if isinstance(matrices, MatMul) else (matrices,)
        if type(first) is not PathProjection:
            others.append(term)
            continue
        matrix, *data = first.args
        key = (tuple(data), tuple(after))
        groups.setdefault(key, []).append(build.scale(number, matrix))
    found = [
        build.mul(path_projection(build.add(*matrices), *data), *after)
        for (data, after), matrices in groups.items()
    ]
    return build.add(*found, *others)
