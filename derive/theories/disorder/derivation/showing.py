"""Equations of the theory as they are displayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from derive.algebra.drawing import Drawer
from derive.steps.step import Equation
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.derivation.tidying import tidy
from derive.theories.disorder.nodes import drawing, drawn_laws, rules  # noqa: F401  (their rules are brought)
from derive.theories.disorder.nodes.towers import FieldIntegral, Leaf, Mean, SiteIntegral
from derive.typeset.boxes import Atom, Box, Row
from derive.typeset.page import BECOMES, Line
from derive.typeset.symbols import GREEK, symbol
from derive.typeset.text import tex_escaped

IN = Atom(r"\ \mathrm{in}\ ", "in", 1.6)


def box(expression: Any) -> Box:
    """An expression in the notation of the papers."""
    return Drawer({}).box(tidy(expression))


def equation(left: Any, right: Any) -> Equation:
    """An equation between what is drawn; a left side of text is LaTeX."""
    return Equation(left, box(right) if not isinstance(right, Box) else right)


def lines_of(values: Mapping[Any, Any]) -> Iterable[Line]:
    """A line for each value, by its name or its symbol."""
    for name, value in values.items():
        label = named(name) if isinstance(name, str) else box(name)
        yield Line(label, box(value))


def named(name: str) -> Box:
    """A symbol, or an observable's name in words.

    >>> named("gibbs_error").plain
    'gibbs error'
    """
    head = name.partition("_")[0]
    if len(head) == 1 or head in GREEK:
        return symbol(name)
    words = name.replace("_", " ")
    latex = rf"\text{{{tex_escaped(words)}}}"
    return Atom(latex, words, 0.5 * len(words))


def measured_lines(known: set[Line], values: Mapping[str, Any]) -> Iterable[Line]:
    """What is measured; below each the laws of its own averages."""
    for name, value in values.items():
        yield from lines_of({name: value})
        yield from law_lines(set(known), value)


def law_lines(known: set[Line], *expressions: Any) -> Iterable[Line]:
    """The laws of Gaussian fields and of labels over which is averaged, but for those known."""
    means = sorted(set().union(*(e.atoms(Mean) for e in expressions)), key=sympy.default_sort_key)
    drawn: dict[Any, list[Any]] = {}
    for node in means:
        drawn.setdefault(node.args[1], []).append(node.args[0])
    fields = [law.fields for law in drawn]
    for law, bodies in drawn.items():
        leaves = sorted({box(leaf) for body in bodies for leaf in body.atoms(Leaf)}, key=str)
        told = leaves[:1] if fields.count(law.fields) > 1 else []
        for left, right, relation in drawn_laws.laws(Drawer({}), law):
            line = Line(Row((left, IN, *told)) if told else left, right, relation)
            if line not in known:
                known.add(line)
                yield line


def leaf_lines(theory: Theory) -> Iterable[Line]:
    """What each leaf is that is left in the equations, and its closed form."""
    left = set().union(*(e.atoms(Leaf) for e in theory.expressions))
    seen: set[Box] = set()
    for leaf, form in theory.forms.items():
        meaning = drawing.definition(Drawer({}), leaf)
        if leaf not in left or meaning in seen:
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
