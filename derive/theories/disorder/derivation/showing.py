"""Equations of the theory as they are displayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from derive.algebra.drawing import Drawer
from derive.steps.step import Equation
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.nodes import drawing, rules  # noqa: F401  (their rules are brought)
from derive.theories.disorder.nodes.towers import FieldIntegral, Leaf, SiteIntegral
from derive.typeset.boxes import Box
from derive.typeset.page import BECOMES, Line
from derive.typeset.symbols import symbol

EXPANDED = 8
"""A sum of so many terms at most is shown as it stands."""


def box(expression: Any) -> Box:
    """An expression in the notation of the papers."""
    return Drawer({}).box(tidy(sympy.sympify(expression)))


def tidy(expression: Any) -> Any:
    """Quotients of sums with their numbers taken out: 2/(2 a + 2 b) is 1/(a + b)."""
    if expression.is_Add:
        return sympy.Add(*map(tidy, expression.args))
    return sympy.factor_terms(expression) if expression.is_Mul or expression.is_Pow else expression


def equation(left: Any, right: Any) -> Equation:
    """An equation between what is drawn; a left side of text is LaTeX."""
    return Equation(left, box(right) if not isinstance(right, Box) else right)


def lines_of(values: Mapping[Any, Any]) -> Iterable[Line]:
    """A line for each value, by its name or its symbol."""
    for name, value in values.items():
        label = symbol(name) if isinstance(name, str) else box(name)
        yield Line(label, box(value))


def leaf_lines(theory: Theory) -> Iterable[Line]:
    """What each leaf is, and its closed form."""
    seen: set[Box] = set()
    for leaf, form in theory.forms.items():
        meaning = drawing.definition(Drawer({}), leaf)
        if meaning in seen:
            continue
        seen.add(meaning)
        yield Line(box(leaf), meaning)
        if form is not None:
            yield Line(None, box(sympy.expand_mul(form.of(leaf))), BECOMES)


def definitions(expression: Any) -> list[Equation]:
    """The definitions of leaves that stand in an expression."""
    leaves = sorted(expression.atoms(FieldIntegral, SiteIntegral), key=sympy.default_sort_key)
    found: dict[Any, Leaf] = {leaf.args[:2]: leaf for leaf in leaves}
    drawer = Drawer({})
    return [Equation(leaf, drawing.definition(drawer, leaf)) for leaf in found.values()]
