"""The walks over expressions: every node once, before its parts or after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from derive.algebra.copies import Copies
from derive.algebra.kinds import Node

Parts = Callable[[Any], Iterable[Any]]
"""What of a node is walked through; nothing, where it is walked past."""


def parts_of(node: Node) -> tuple[Any, ...]:
    """The arguments of a node; of copies, what they are copies of."""
    return (node.heads, node.size) if type(node) is Copies else node.args


def arguments_of(node: Node) -> tuple[Any, ...]:
    """The arguments of a node."""
    arguments: tuple[Any, ...] = node.args
    return arguments


def walk(expressions: Iterable[Any], parts: Parts = arguments_of) -> Iterator[Any]:
    """Every node of some expressions once, each before its parts.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> sorted(map(str, walk([x**2 + x])))
    ['2', 'x', 'x**2', 'x**2 + x']
    """
    seen: set[Any] = set()
    pending = list(expressions)
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            yield node
            pending.extend(parts(node))


def walk_up(expressions: Iterable[Any], parts: Parts = arguments_of) -> list[Any]:
    """Every node of some expressions once, each after its parts.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> walk_up([sympy.log(x)])
    [x, log(x)]
    """
    done: dict[Any, None] = {}

    def visit(node: Node) -> None:
        if node in done:
            return
        for part in parts(node):
            visit(part)
        done[node] = None

    for expression in expressions:
        visit(expression)
    return list(done)
