"""Lower SymPy expressions to a graph whose every product has two factors, in the cheapest order.

The result is still SymPy: products are nested pairs, inverses and determinants go through one
Cholesky factor per matrix, and a product whose transpose is already there becomes its transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Basic, Identity, Inverse, MatMul, Trace, Transpose

from derive.algebra import build, nodes
from derive.algebra.kinds import Expression, Matrix, Node, Size
from derive.algebra.rebuild import MAKERS, maker_of
from derive.algebra.rules import Table

Typical = Callable[[Any], float]
"""What a symbol of a size is typically: the order of a product is chosen by that."""


class Cholesky(nodes.Matrix):
    """The lower Cholesky factor of a positive definite matrix."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the matrix."""
        return self.args[0].shape


def alike(symbol: Any) -> float:
    """All sizes are alike, where a theory says nothing of them."""
    return 100


@lru_cache(maxsize=4096)
def nominal_size(size: Size, typical: Typical) -> float:
    """A typical value of a symbolic size."""
    return float(size.xreplace({symbol: typical(symbol) for symbol in size.free_symbols}))


def raw_product(left: Expression, right: Expression) -> Any:
    """A pair, not flattened."""
    return Basic.__new__(MatMul, left, right)


_LEAVES = (sympy.MatrixSymbol, nodes.Overlap, nodes.Selection)


def _holds_matrices(node: Node) -> bool:
    """Whether there is anything to lower in a node; sizes and plain numbers stay SymPy's own.

    What is made by `Basic.__new__` lacks what SymPy's arithmetic needs: a size must never be.
    """
    if node.is_Matrix or type(node) in (Trace, nodes.LogDet):
        return bool(node.args)
    return any(_holds_matrices(arg) for arg in node.args)


class Lowering:
    """Lowers several expressions into one graph; equal products are found once."""

    def __init__(self, typical: Typical = alike) -> None:
        self.typical = typical
        self.done: dict[Any, Any] = {}
        self.products: dict[tuple[Any, ...], Any] = {}

    def of(self, node: Node) -> Any:
        """The lowered form of an expression."""
        if node not in self.done:
            self.done[node] = self._fresh(node)
        return self.done[node]

    def _fresh(self, node: Node) -> Any:
        kind = type(node)
        if kind in _LEAVES or isinstance(node, nodes.Data) or not _holds_matrices(node):
            return node
        rule = RULES.get(kind)
        if rule is not None:
            return rule(self, node)
        maker_of(node, MAKERS)
        return Basic.__new__(kind, *(self.of(arg) for arg in node.args))

    def or_transposed(self, node: Node) -> Any:
        """The transpose of what is there, if the transpose of the node is."""
        flipped = build.transpose(node)
        if flipped in self.done:
            return Basic.__new__(Transpose, self.done[flipped])
        return Basic.__new__(type(node), *(self.of(arg) for arg in node.args))

    def scaled_product(self, node: Node) -> Any:
        """A product in the cheapest order, its number in front."""
        number, factors = build.split(node)
        if not factors:
            identity = next(arg for arg in node.args if arg.is_Matrix)
            return Basic.__new__(MatMul, number, identity)
        product = self._chain(factors)
        return product if number == 1 else Basic.__new__(MatMul, number, product)

    def _chain(self, factors: tuple[Any, ...]) -> Any:
        """The cheapest way to multiply a run of factors."""
        if len(factors) == 1:
            return self.of(factors[0])
        if factors not in self.products:
            flipped = tuple(build.transpose(factor) for factor in reversed(factors))
            if flipped in self.products:
                return Basic.__new__(Transpose, self.products[flipped])
            cut = _best_order(self._sizes(factors))[1][0, len(factors)]
            self.products[factors] = raw_product(
                self._chain(factors[:cut]), self._chain(factors[cut:])
            )
        return self.products[factors]

    def trace(self, node: Node) -> Any:
        """The trace of two factors, as few multiplications as there can be."""
        inner = node.args[0]
        if type(inner) is not MatMul:
            return Basic.__new__(Trace, self.of(inner))
        number, factors = build.split(inner)
        assert number == 1, "the builder takes numbers out of traces"
        first, cut = _cheapest_rotation(self._sizes(factors))
        return Basic.__new__(Trace, self._two(factors[first:] + factors[:first], cut))

    def halves(self, matrix: Matrix) -> Any:
        """A product of which only the diagonal is needed, as two factors."""
        number, factors = build.split(matrix)
        if number != 1 or len(factors) < 2:
            return self.of(matrix)
        return self._two(factors, _best_cut(self._sizes(factors)))

    def _two(self, factors: tuple[Any, ...], cut: int) -> Any:
        return raw_product(self._chain(factors[:cut]), self._chain(factors[cut:]))

    def _sizes(self, factors: tuple[Any, ...]) -> list[float]:
        """The sizes between the factors of a product, and at its ends."""
        sizes = (factors[0].shape[0], *(factor.shape[1] for factor in factors))
        return [nominal_size(size, self.typical) for size in sizes]


RULES = Table("lower", "derive/programs/lower.py", {
    MatMul: Lowering.scaled_product,
    Inverse: lambda run, node: Basic.__new__(
        Inverse, Cholesky(run.of(node.arg)), sympy.S.NegativeOne
    ),
    nodes.LogDet: lambda run, node: nodes.LogDet(Cholesky(run.of(node.args[0]))),
    Trace: Lowering.trace,
    nodes.Diagonal: lambda run, node: Basic.__new__(
        nodes.Diagonal, run.halves(node.args[0])
    ),
})  # fmt: skip
"""Exact node type to what is done to more than its arguments."""


def _best_order(sizes: list[float]) -> tuple[dict[Any, float], dict[Any, int]]:
    """Matrix-chain dynamic programming: cost and best cut of every run."""
    count = len(sizes) - 1
    cost = {(k, k + 1): 0.0 for k in range(count)}
    cut: dict[tuple[int, int], int] = {}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length
            options = {
                k: cost[i, k] + cost[k, j] + sizes[i] * sizes[k] * sizes[j] for k in range(i + 1, j)
            }
            cut[i, j] = min(options, key=lambda k: (options[k], k))
            cost[i, j] = options[cut[i, j]]
    return cost, cut


def _best_cut(sizes: list[float]) -> int:
    """Where to cut a product of which only the diagonal is needed."""
    cost, _ = _best_order(sizes)
    last = len(sizes) - 1
    return min(range(1, last), key=lambda k: (cost[0, k] + cost[k, last], k))


def _cheapest_rotation(sizes: list[float]) -> tuple[int, int]:
    """With which factor a cyclic product begins, and its cut, that make the trace cheapest."""
    last = len(sizes) - 1

    def price(choice: tuple[int, int]) -> float:
        first, k = choice
        turned = sizes[first:last] + sizes[: first + 1]
        cost, _ = _best_order(turned)
        return cost[0, k] + cost[k, last] + turned[0] * turned[k]

    return min(((first, k) for first in range(last) for k in range(1, last)), key=price)


__all__ = ["Cholesky", "Identity", "Lowering", "Typical", "alike", "nominal_size", "raw_product"]
