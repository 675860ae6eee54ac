r"""Split an expression by the sectors of a symmetry: one rule a node, by exact type.

A matrix over vectors that no permutation changes becomes its matrices of the sectors (numbers, for
chains). Products, sums, inverses and blocks act sector by sector; what counts vectors, such as a
trace, weighs each sector by its multiplicity. Matrices over other indices stay whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Add, Identity, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose, ZeroMatrix
from sympy.core import numbers

from derive.algebra import build, nodes
from derive.algebra.copies import Copies
from derive.algebra.rules import Table
from derive.errors import NoRule
from derive.symmetry.permutations import Permutations, Sector
from derive.symmetry.picking import neighbours

Blocks = dict[Sector, Any]
"""The matrix of every sector."""

LETTERS = {"U": "lambda", "u": "lambda", "G": "gamma", "R": "r"}
"""What the eigenvalues of a matrix are called."""


class Splitting:
    """One pass over expressions: every node is split once.

    Args:
        symmetry: The permutations.
        rules: From node types to rules; replace one to see what depends on it.
    """

    def __init__(self, symmetry: Permutations, rules: Rules | None = None) -> None:
        self.symmetry = symmetry
        self.rules = RULES if rules is None else rules
        self.done: dict[Any, Any] = {}

    def of(self, node: Any) -> Any:
        """A number, a matrix over other indices, or the blocks of a matrix over vectors."""
        if node not in self.done:
            rule = self.rules.get(type(node))
            if rule is None:
                raise RULES.refusal(node)
            self.done[node] = rule(self, node)
        return self.done[node]

    def count(self, size: Any, sector: Sector) -> Any:
        """k_S of a number of vectors."""
        return self.symmetry.count(size, sector)

    def blocks(self, size: Any, make: Callable[[Sector, Any], Any]) -> Blocks:
        """What `make` gives for every sector of a size, and the size there."""
        sectors = self.symmetry.sectors(size)
        return {sector: make(sector, self.count(size, sector)) for sector in sectors}


Rule = Callable[[Splitting, Any], Any]
Rules = dict[type, Rule]


def is_number(size: Any) -> bool:
    """Whether a matrix of this size is a number."""
    return bool(size == 1)


def _leaf(kind: Callable[..., Any], **assumed: bool) -> Rule:
    """A named matrix: its eigenvalues, or smaller matrices, with names that say the sector."""

    def rule(run: Splitting, node: Any) -> Any:
        if not run.symmetry.is_paths(node.shape[0]):
            return node
        letter, _, index = node.name.partition("_")

        def make(sector: Sector, size: Any) -> Any:
            label = run.symmetry.label(node.shape[0], sector)
            tail = "_" + ",".join(part for part in (index, label) if part)
            if not is_number(size):
                return kind(letter + tail, size, size)
            number = sympy.Symbol(LETTERS.get(letter, letter.lower()) + tail, **assumed)
            return build.scale(number, Identity(1))

        return run.blocks(node.shape[0], make)

    return rule


def _each(make: Callable[..., Any]) -> Rule:
    """An operation on matrices of one shape, sector by sector."""

    def rule(run: Splitting, node: Any) -> Any:
        parts = [run.of(arg) for arg in node.args if getattr(arg, "is_Matrix", False)]
        if not any(isinstance(part, dict) for part in parts):
            return make(*parts)
        if not all(isinstance(part, dict) for part in parts):
            raise NoRule(f"split by sectors: {node} joins vectors with others")
        shared = [s for s in parts[0] if all(s in part for part in parts)]
        return {sector: make(*(part[sector] for part in parts)) for sector in shared}

    return rule


def _product(run: Splitting, node: Any) -> Any:
    number = Mul(*(run.of(arg) for arg in node.args if not arg.is_Matrix))
    return _each(lambda *factors: build.mul(number, *neighbours(factors)))(run, node)


def _weighed(make: Callable[[Any], Any]) -> Rule:
    """A number that adds up over vectors: every sector as often as it occurs."""

    def rule(run: Splitting, node: Any) -> Any:
        inner = run.of(node.args[0])
        if not isinstance(inner, dict):
            return make(inner)
        weigh = run.symmetry.multiplicity
        return Add(*(weigh(sector) * make(block) for sector, block in inner.items()))

    return rule


def _identity(run: Splitting, node: Any) -> Any:
    if not run.symmetry.is_paths(node.args[0]):
        return node
    return run.blocks(node.args[0], lambda sector, size: Identity(size))


def _zero(run: Splitting, node: Any) -> Any:
    rows, columns = node.args
    if not run.symmetry.is_paths(rows):
        return node
    return run.blocks(rows, lambda sector, size: ZeroMatrix(size, run.count(columns, sector)))


def _lift(run: Splitting, node: Any) -> Any:
    """I_H (x) A is A whatever the sector of the new head."""
    inner, total = run.of(node.args[0]), node.shape[0]
    weights = _of_heads(run, node.args[1])

    def make(sector: Sector, size: Any) -> Any:
        lifted = inner[tuple(weight for weight in sector if weight not in weights)]
        for weight in weights:
            if weight not in sector:
                lifted = build.lift(lifted, run.symmetry.kept(weight))
        return lifted

    return run.blocks(total, make)


def _partial_trace(run: Splitting, node: Any) -> Any:
    """tr_H A: the sector of the ones, and H - 1 times the other."""
    inner, weights = run.of(node.args[0]), _of_heads(run, node.args[1])

    def make(sector: Sector, size: Any) -> Any:
        trace = inner[sector]
        for weight in weights:
            other = inner[tuple(sorted((*sector, weight)))]
            often = run.symmetry.multiplicity((weight,))
            own = build.partial_trace(trace, run.symmetry.kept(weight))
            trace = build.add(own, build.scale(often, other))
        return trace

    return run.blocks(node.shape[0], make)


def _of_heads(run: Splitting, heads: Any) -> list[int]:
    """The declared weight with such a number of heads; none for a layer of one head."""
    return [w for w in run.symmetry.weights if run.symmetry.heads(w) == heads]


def _block(run: Splitting, node: Any) -> Any:
    inner, (start, total) = run.of(node.args[0]), node.args[1:]
    return run.blocks(
        total, lambda sector, size: build.block(inner[sector], run.count(start, sector), size)
    )


def _embed(run: Splitting, node: Any) -> Any:
    inner, (start, total) = run.of(node.args[0]), node.args[1:]

    def make(sector: Sector, size: Any) -> Any:
        if sector not in inner:
            return ZeroMatrix(size, size)
        return build.embed(inner[sector], run.count(start, sector), size)

    return run.blocks(total, make)


def _selection(run: Splitting, node: Any) -> Any:
    total, *runs = node.args

    def make(sector: Sector, size: Any) -> Any:
        counts = [run.count(number, sector) for number in runs]
        pairs = [pair for pair in zip(counts[::2], counts[1::2], strict=True) if pair[1] > 0]
        if size == run.count(total, sector):  # all of them, in order
            return Identity(size)
        return nodes.Selection(run.count(total, sector), *(n for pair in pairs for n in pair))

    return run.blocks(node.shape[0], make)


def _block_diagonal(run: Splitting, node: Any) -> Any:
    parts = [run.of(arg) for arg in node.args]

    def make(sector: Sector, size: Any) -> Any:
        return build.block_diagonal(*(part[sector] for part in parts if sector in part))

    return run.blocks(node.shape[0], make)


def _itself(run: Splitting, node: Any) -> Any:
    return node


RULES = Table("split", "derive/symmetry/sectors.py", {
    Add: lambda run, node: Add(*map(run.of, node.args)),
    Mul: lambda run, node: Mul(*map(run.of, node.args)),
    Pow: lambda run, node: Pow(*map(run.of, node.args)),
    sympy.log: lambda run, node: sympy.log(run.of(node.args[0])),
    sympy.Symbol: lambda run, node: run.symmetry.ones.get(node, node),
    Copies: lambda run, node: run.symmetry.size(node),
    **dict.fromkeys(
        (numbers.Integer, numbers.Zero, numbers.One, numbers.NegativeOne, numbers.Rational,
         numbers.Half, numbers.Pi), _itself),
    Trace: _weighed(build.trace),
    nodes.LogDet: _weighed(build.logdet),
    MatAdd: _each(build.add),
    MatMul: _product,
    Inverse: _each(build.inv),
    Transpose: _each(build.transpose),
    Identity: _identity,
    ZeroMatrix: _zero,
    nodes.Overlap: _leaf(nodes.Overlap, positive=True),
    sympy.MatrixSymbol: _leaf(build.matrix_symbol, real=True),
    nodes.Lift: _lift,
    nodes.PartialTrace: _partial_trace,
    nodes.Block: _block,
    nodes.Embed: _embed,
    nodes.Selection: _selection,
    nodes.BlockDiagonal: _block_diagonal,
}, says="split by sectors has no rule for {node}; add one in {home}")  # fmt: skip
"""Exact node type to the rule that splits it; a node that is not here raises."""
