"""Rows that are picked from both sides of a matrix, and stand side by side."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from sympy import Transpose

from derive.algebra import build, nodes


def neighbours(factors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rows picked from both sides are a block where they are neighbours; put back, an embedding."""
    for first, last in combinations(range(len(factors)), 2):
        left, right = factors[first], factors[last]
        picks = type(left) is nodes.Selection and right == Transpose(left)
        puts = type(right) is nodes.Selection and left == Transpose(right)
        total, *runs = left.args if picks else right.args if puts else (None,)
        if len(runs) == 2 and last - first > 1:  # a single run: start and size
            inner = build.mul(*factors[first + 1 : last])
            made = build.block(inner, *runs) if picks else build.embed(inner, runs[0], total)
            return (*factors[:first], made, *neighbours(factors[last + 1 :]))
    return factors
