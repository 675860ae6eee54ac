"""Expressions of a theory where every stream has one vector: numbers in the place of matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from derive.algebra import build, contains, substitute
from derive.algebra.kinds import Expression
from derive.theories.networks.derivation import Theory


def in_numbers(expression: Expression, theory: Theory, variables: tuple[Any, ...]) -> Any:
    """An expression with one head in every layer and numbers for the overlaps.

    Args:
        expression: A number made from matrices, or a matrix.
        theory: Where it is from; no stream may have a skip.
        variables: A symbol for every overlap, the lowest stream first.
    """
    single = replaced(expression, one_head(theory))
    numbers = {}
    for overlap, variable in zip(theory.order_parameters, variables, strict=True):
        one = build.overlap(overlap.name, sympy.S.One)
        numbers[one] = build.scale(variable, sympy.Identity(1))
    return replaced(single, numbers)


def numbers_of(numbers: Mapping[Any, Any], theory: Theory) -> dict[Any, Any]:
    """The numbers of a sample, under the names that its symbols have with one head."""
    heads = one_head(theory)
    return {replaced(name, heads): value for name, value in numbers.items() if name not in heads}


def one_head(theory: Theory) -> dict[Any, Any]:
    """One in the place of every head count."""
    notation = theory.notation
    return {notation.heads(w.index): sympy.S.One for w in notation.graph.weights if w.branching}


def replaced(expression: Expression, replacements: dict[Any, Any]) -> Any:
    """The expression with those replacements whose left side occurs in it."""
    occurring = {old: new for old, new in replacements.items() if contains(expression, {old})}
    return substitute(expression, occurring) if occurring else expression
