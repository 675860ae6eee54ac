"""Places in the text of a line where a slip may have been made, and the text with one mended.

A line is text of the language, which is Python's grammar for expressions; it is taken apart here
by Python's own parser, after the language has accepted it, and never evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VALUE_ARGUMENTS = {
    "ptrace": 1, "ptrace_fast": 1, "block": 1, "sum": 1, "eye": 0, "ones": 0, "avg": 1,
}  # fmt: skip
"""How many of a function's arguments are values; the rest are sizes. All, where it is not here."""
PRODUCTS = (ast.Mult, ast.Div, ast.MatMult)
SUMS = (ast.Add, ast.Sub)


@dataclass(frozen=True)
class Place:
    """A subexpression.

    Attributes:
        node: In the tree.
        indices: Indices of the sums around it, the innermost last.
        is_term: Whether it stands alone: no factor of a product, nothing with a sign.
    """

    node: ast.expr
    indices: tuple[str, ...] = ()
    is_term: bool = True

    @property
    def text(self) -> str:
        """As the user could have written it."""
        return ast.unparse(self.node)


def tree_of(text: str) -> ast.expr:
    """The tree of a line."""
    return ast.parse(text.strip(), mode="eval").body


def places(node: ast.expr, indices: tuple[str, ...] = (), is_term: bool = True) -> Iterator[Place]:
    """Every subexpression that is a value, from the outside in; sizes and exponents are none."""
    yield Place(node, indices, is_term)
    if isinstance(node, ast.BinOp):
        alone = isinstance(node.op, SUMS)
        yield from places(node.left, indices, alone)
        if not isinstance(node.op, ast.Pow):
            yield from places(node.right, indices, alone)
    elif isinstance(node, ast.UnaryOp):
        yield from places(node.operand, indices, False)
    elif isinstance(node, ast.Attribute):
        yield from places(node.value, indices, False)
    elif isinstance(node, ast.Call):
        yield from _of_call(node, indices)


def _of_call(node: ast.Call, indices: tuple[str, ...]) -> Iterator[Place]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    count = VALUE_ARGUMENTS.get(name, len(node.args))
    if name == "sum" and len(node.args) > 1 and isinstance(node.args[1], ast.Name):
        indices = (*indices, node.args[1].id)
    for argument in node.args[:count]:
        yield from places(argument, indices)


def replaced(node: ast.AST, changes: dict[int, ast.expr]) -> ast.AST:
    """A tree in which some nodes, by identity, are others; what does not change is shared."""
    if id(node) in changes:
        return changes[id(node)]
    if not any(id(part) in changes for part in ast.walk(node)):
        return node
    fields: dict[str, Any] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[name] = replaced(value, changes)
        elif isinstance(value, list):
            fields[name] = [
                replaced(item, changes) if isinstance(item, ast.AST) else item for item in value
            ]
        else:
            fields[name] = value
    return type(node)(**fields)


def addends(node: ast.expr, sign: int = 1) -> Iterator[tuple[int, ast.expr]]:
    """The terms of a sum with their signs; a node that is no sum is its own term."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, SUMS):
        yield from addends(node.left, sign)
        yield from addends(node.right, sign if isinstance(node.op, ast.Add) else -sign)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield from addends(node.operand, -sign)
    else:
        yield sign, node


def without(node: ast.expr, term: ast.expr) -> ast.expr | None:
    """A sum without one of its terms; None where nothing is left."""
    if node is term:
        return None
    if isinstance(node, ast.UnaryOp):
        rest = without(node.operand, term)
        return None if rest is None else ast.UnaryOp(node.op, rest)
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, SUMS)):
        return node
    left, right = without(node.left, term), without(node.right, term)
    if left is None:
        negative = right is not None and isinstance(node.op, ast.Sub)
        return ast.UnaryOp(ast.USub(), right) if negative and right is not None else right
    return left if right is None else ast.BinOp(left, node.op, right)


def calls(node: ast.expr, names: tuple[str, ...]) -> bool:
    """Whether a function of one of the names is called in it."""
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in names
        for part in ast.walk(node)
    )
