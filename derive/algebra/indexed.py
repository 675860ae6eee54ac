"""How numbers with an index are drawn: N_l, products and sums over l, Lambert's function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from derive.algebra.kinds import Node
from derive.typeset import symbols
from derive.typeset.boxes import Apply, Atom, Box, Fence, Infix, Script, Sum, fenced

PRODUCT = Atom(r"\prod", "∏", 1.0)
SUM = Atom(r"\sum", "∑", 1.0)
EQUALS = Atom("=", "=", 0.8)
LETTERS = {"width": "N", "variance": "sigma", "eigenvalue": "k", "projection": "y"}
"""Labels of families of numbers to the letters that they are printed by."""
LAMBERT = Atom("W", "W", 0.9)


def _indexed(drawer: Any, node: Node) -> Box:
    name = str(node.base.label)
    high = symbols.number(2) if name == "variance" else None
    return Script(symbols.letter(LETTERS.get(name, name)), _place(drawer, node.indices[0]), high)


def _place(drawer: Any, index: Any) -> Box:
    """An index: l, l + 1, with the number behind."""
    shown: Box = drawer.size(index)
    if isinstance(shown, Sum) and index.args[0].is_Integer:
        return Sum((*shown.terms[1:], shown.terms[0]))
    return shown


def _over_range(operator: Atom) -> Callable[[Any, Any], Box]:
    """A product or a sum over one index, its body in brackets where it is a sum."""

    def rule(drawer: Any, node: Node) -> Box:
        body, (index, first, last) = node.args[0], node.args[1]
        start = Infix(EQUALS, (drawer.box(index), _place(drawer, first)))
        shown = drawer.box(body)
        inner = Fence(shown) if isinstance(shown, Sum) else fenced(shown, 4)
        return Apply(Script(operator, start, drawer.size(last)), inner)

    return rule


def _lambert(drawer: Any, node: Node) -> Box:
    return Apply(LAMBERT, Fence(drawer.box(node.args[0])))


RULES: dict[type, Callable[[Any, Any], Box]] = {
    sympy.Indexed: _indexed,
    sympy.Product: _over_range(PRODUCT),
    sympy.Sum: _over_range(SUM),
    sympy.LambertW: _lambert,
}
"""Exact node type to the rule that draws it."""
