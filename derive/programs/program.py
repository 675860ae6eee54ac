"""From expressions to an ordered list of assignments: what is used twice is computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Identity, Inverse, MatAdd, MatMul, Trace, Transpose, ZeroMatrix

from derive.algebra import contains, nodes
from derive.algebra.copies import Copies
from derive.algebra.kinds import Node
from derive.algebra.rules import Table
from derive.algebra.walk import walk_up
from derive.programs.lower import Cholesky, Lowering, Typical, alike
from derive.programs.printer import size, source
from derive.programs.sizes import NamedSizes

_SUFFIX: dict[type, str] = {
    Cholesky: "cholesky",
    Inverse: "inverse",
    nodes.PartialTrace: "traced",
    nodes.Lift: "lifted",
    nodes.Embed: "embedded",
    nodes.Block: "block",
}
NAMES = Table("name", "derive/programs/program.py", {
    MatMul: "product",
    MatAdd: "combined",
    Trace: "trace",
    nodes.LogDet: "log_det",
    nodes.Selection: "chosen",
    nodes.BlockDiagonal: "blocks",
    nodes.Diagonal: "diagonal",
    Transpose: "transposed",
})  # fmt: skip
"""Exact node type to its name where it is computed apart: a word, or a function of the node."""
_ATOMS = (sympy.MatrixSymbol, nodes.Overlap, Identity, ZeroMatrix)


@dataclass(frozen=True)
class Assignment:
    """name = code; `late` where it depends on the variables that come last."""

    name: str
    code: str
    late: bool = False


@dataclass(frozen=True)
class Program:
    """Assignments in order, and the code of every result; `sizes` come before all others."""

    assignments: tuple[Assignment, ...]
    results: tuple[str, ...]
    symbols: frozenset[Any]
    sizes: tuple[Assignment, ...] = ()


class _Emitter:
    """Prints a lowered graph; nodes that are named become assignments before they are used."""

    def __init__(
        self,
        named: Mapping[Any, str],
        late: set[Any],
        sizes: NamedSizes,
        arguments: Mapping[str, str],
    ) -> None:
        self.named = dict(named)
        self.arguments = arguments
        self.sizes = sizes
        self.late = late
        self.texts: dict[Any, str] = {}
        self.assignments: list[Assignment] = []

    def is_named(self, node: Node) -> bool:
        return node in self.named

    def __call__(self, node: Node) -> str:
        if node not in self.texts:
            code = source(node, self)
            if node in self.named:
                self.assignments.append(Assignment(self.named[node], code, node in self.late))
                code = self.named[node]
            self.texts[node] = code
        return self.texts[node]


def make_program(
    results: Iterable[Any],
    *,
    definitions: Iterable[tuple[Any, Any]] = (),
    hints: Mapping[Any, str] | None = None,
    last: Iterable[Any] = (),
    reserved: Iterable[str] = (),
    sizes: Mapping[Any, Any] | None = None,
    arguments: Mapping[str, str] | None = None,
    typical: Typical = alike,
) -> Program:
    """Turn expressions into assignments.

    Args:
        results: What is to be computed.
        definitions: (symbol, expression), in order; later expressions may use the symbols, and
            those that nothing uses are left out.
        hints: Names for subexpressions that deserve one.
        last: Variables that come last; what does not depend on them is computed before.
        reserved: Names that no assignment may take.
        sizes: Symbols for sizes.
        arguments: What symbols are called, by their names; others are called as they are.
        typical: What a symbol of a size is typically, for the order of products.

    Returns:
        The program; its symbols are the leaves that it needs as input.
    """
    results = list(results)
    lowering = Lowering(typical)
    hinted = {lowering.of(node): name for node, name in (hints or {}).items()}
    wanted = [(symbol, lowering.of(value)) for symbol, value in _needed(results, definitions)]
    outputs = [lowering.of(expression) for expression in results]
    roots = [value for _, value in wanted] + outputs
    late = _dependents(roots, set(last))
    parents = _parents(roots)
    named = _names(parents, hinted, late, set(reserved))
    emit = _Emitter(named, late, NamedSizes(sizes or {}), arguments or {})
    for symbol, value in wanted:
        code = emit(value)
        emit.assignments.append(Assignment(symbol.name, code, value in late))
        emit.texts[symbol] = symbol.name
    texts = tuple(emit(output) for output in outputs)
    counted = tuple(Assignment(m.name, size(value)) for m, value in emit.sizes.definitions())
    return Program(tuple(emit.assignments), texts, frozenset(_leaves(roots)), counted)


def _needed(
    results: Iterable[Any], definitions: Iterable[tuple[Any, Any]]
) -> list[tuple[Any, Any]]:
    """The definitions that results use, by way of others or not."""
    users, kept = list(results), []
    for symbol, value in reversed(list(definitions)):
        if any(contains(user, {symbol}) for user in users):
            users.append(value)
            kept.append((symbol, value))
    return kept[::-1]


def _children(node: Node) -> tuple[Any, ...]:
    if _is_atom(node) or not node.args:
        return ()
    return tuple(arg for arg in node.args if isinstance(arg, sympy.Basic))


def _is_atom(node: Node) -> bool:
    return type(node) in _ATOMS or isinstance(node, nodes.Data)


def _parents(roots: list[Any]) -> dict[Any, list[Any]]:
    parents: dict[Any, list[Any]] = {node: [] for node in walk_up(roots, _children)}
    for node in list(parents):
        for child in _children(node):
            parents[child].append(node)
    for root in roots:
        parents[root].append(None)
    return parents


def _dependents(roots: list[Any], last: set[Any]) -> set[Any]:
    dependents = set(last)
    for node in walk_up(roots, _children):
        if any(child in dependents for child in _children(node)):
            dependents.add(node)
    return dependents - last if last else set()


def _leaves(roots: list[Any]) -> set[Any]:
    leaves: set[Any] = set()
    for node in walk_up(roots, _children):
        if type(node) is sympy.Symbol or type(node) in (sympy.MatrixSymbol, nodes.Overlap):
            leaves.add(node)
        if isinstance(node, nodes.Data):
            leaves.add(node)
        if type(node) is Copies:
            leaves |= node.free_symbols
        if getattr(node, "is_Matrix", False):
            leaves |= {s for side in _visible_sizes(node) for s in side.free_symbols}
    return leaves


def _visible_sizes(node: Node) -> tuple[Any, ...]:
    """Sizes that the printed code of a node mentions."""
    if type(node) in (Identity, ZeroMatrix, nodes.Selection):
        return tuple(node.args)
    if type(node) in (nodes.Lift, nodes.PartialTrace, nodes.Block, nodes.Embed):
        return tuple(node.args[1:])
    return ()


def _names(
    parents: dict[Any, list[Any]], hinted: dict[Any, str], late: set[Any], taken: set[str]
) -> dict[Any, str]:
    named: dict[Any, str] = {}
    for node, users in parents.items():
        # A hint forces a name, but no explicit inverse: a solve serves where it can.
        forced = node in hinted and type(node) is not Inverse
        if forced or _is_shared(node, users, late):
            base = hinted.get(node) or _describe(node, named)
            named[node] = _fresh(base, taken)
    return named


def _is_shared(node: Node, users: list[Any], late: set[Any]) -> bool:
    if _is_atom(node) or type(node) is Transpose or type(node) not in (*_SUFFIX, *NAMES):
        return False
    if type(node) is Cholesky:
        return True
    if type(node) is MatAdd and len(node.args) > 2 and any(user is not None for user in users):
        return True  # a long sum inside a product or a call would not fit on a line
    if type(node) is Inverse:
        # A solve serves where the inverse is only ever multiplied, and once.
        return bool(late) or any(type(user) is not MatMul for user in users)
    if late and node not in late and any(user in late for user in users):
        return True
    return len(users) > 1


def _describe(node: Node, named: Mapping[Any, str]) -> str:
    """A name for a node, from what it is made of."""
    kind = type(node)
    if node in named:
        return named[node]
    if kind is nodes.LogDet:
        return f"log_det_{_describe(node.args[0].args[0], named)}"
    if kind in (Cholesky, Inverse) and type(node.args[0]) is Cholesky:
        return f"{_describe(node.args[0].args[0], named)}_{_SUFFIX[kind]}"
    if kind in _SUFFIX:
        return f"{_describe(node.args[0], named)}_{_SUFFIX[kind]}"
    name = NAMES.get(kind) or str(getattr(node, "name", "term"))
    return str(name(node) if callable(name) else name)


def _fresh(base: str, taken: set[str]) -> str:
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    taken.add(name)
    return name
