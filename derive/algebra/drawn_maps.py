"""How linear maps, and sums and products over layers, are drawn; rules of `derive.algebra.drawing`.

A rule gets the drawer, which draws the parts of a node, and the node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from derive.algebra import build, layered, nodes
from derive.algebra.indexed import EQUALS
from derive.algebra.kinds import Node, Size
from derive.algebra.products import build_identity
from derive.typeset import symbols
from derive.typeset.boxes import SQUARE, Apply, Box, Fence, Infix, Listing, Script, apply, fenced


def _lift(drawer: Any, node: Node) -> Box:
    inner, heads = node.args
    if build.is_unit(inner):
        return drawer.term(node)
    return symbols.tensor(build_identity(drawer.size(heads)), fenced(drawer.box(inner), 4))


def _kronecker(drawer: Any, node: Node) -> Box:
    return symbols.tensor(*(fenced(drawer.box(arg), 4) for arg in node.args))


def _ones(drawer: Any, node: Node) -> Box:
    return Script(symbols.symbol("J"), Listing(tuple(map(drawer.size, node.args)), ","))


def _partial_trace(drawer: Any, node: Node) -> Box:
    head = Script(symbols.TRACE, drawer.size(node.args[1]))
    return apply(head, drawer.box(node.args[0]))


def _range(drawer: Any, start: Any, size: Size) -> Listing:
    return Listing((drawer.size(start), drawer.size(sympy.expand(start + size))), ":")


def _fast_trace(drawer: Any, node: Node) -> Box:
    head = Script(symbols.TRACE, drawer.size(node.args[1]), symbols.script_of("fast"))
    return apply(head, drawer.box(node.args[0]))


def _block(drawer: Any, node: Node) -> Box:
    inner, start, size = node.args
    return Script(Fence(drawer.box(inner), SQUARE), _range(drawer, start, size))


def _embed(drawer: Any, node: Node) -> Box:
    inner, start, _ = node.args
    head = Script(symbols.EMBED, _range(drawer, start, build.rows(inner)))
    return Apply(head, Fence(drawer.box(inner), SQUARE))


def _selection(drawer: Any, node: Node) -> Box:
    runs = zip(node.args[1::2], node.args[2::2], strict=True)
    return Script(symbols.SELECT, Listing(tuple(_range(drawer, *run) for run in runs)))


def _block_diagonal(drawer: Any, node: Node) -> Box:
    return Infix(symbols.OPLUS, tuple(fenced(drawer.box(arg), 4) for arg in node.args))


def _stack(drawer: Any, node: Node) -> Box:
    return Fence(Listing(tuple(drawer.box(arg) for arg in node.args), ";"), SQUARE)


def _along(drawer: Any, node: Node) -> Box:
    return Apply(symbols.ONES, Fence(drawer.box(node.args[0]), SQUARE))


def _diagonal(drawer: Any, node: Node) -> Box:
    return Apply(symbols.DIAGONAL, Fence(drawer.box(node.args[0])))


def over_layers(drawer: Any, sign: Box, index: Any, first: Any, last: Any) -> Box:
    """The sign of a sum or a product, with its limits."""
    start = Infix(EQUALS, (drawer.box(index), drawer.box(sympy.sympify(first))))
    return Script(sign, start, drawer.size(last))


def _layer_sum(drawer: Any, node: Node) -> Box:
    body, index, first, last = node.args
    return Apply(
        over_layers(drawer, symbols.SUM, index, first, last), Fence(drawer.box(body), SQUARE)
    )


def _layer_product(drawer: Any, node: Node) -> Box:
    body, index, first, last = node.args
    head = over_layers(drawer, symbols.PRODUCT, index, first, last)
    return Apply(head, Fence(drawer.box(body), SQUARE))


RULES: dict[type, Callable[[Any, Any], Box]] = {
    nodes.Lift: _lift,
    nodes.Kronecker: _kronecker,
    sympy.OneMatrix: _ones,
    nodes.FastTrace: _fast_trace,
    nodes.PartialTrace: _partial_trace,
    nodes.Block: _block,
    nodes.Embed: _embed,
    nodes.Selection: _selection,
    nodes.BlockDiagonal: _block_diagonal,
    nodes.Stack: _stack,
    nodes.Along: _along,
    nodes.Diagonal: _diagonal,
    layered.LayerProduct: _layer_product,
    layered.LayerSum: _layer_sum,
}
"""Exact node type to the rule that draws it."""
