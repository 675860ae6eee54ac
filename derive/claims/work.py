"""What an evaluation costs at given sizes, so that too much is refused before it is begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sympy
from sympy import Inverse, MatMul

from derive.algebra import evaluate, nodes
from derive.algebra.walk import walk

MOST_ENTRIES = 10_000
"""Entries of a matrix."""
MOST_PRODUCTS = 3_000_000
"""Multiplications of all matrices together."""


class Work:
    """The matrices of some expressions, and what multiplying and inverting them takes.

    Args:
        expressions: Those that are evaluated, in symbols that have values.
    """

    def __init__(self, expressions: Iterable[Any]) -> None:
        parts = list(_parts(expressions))
        matrices = [part for part in parts if getattr(part, "is_Matrix", False)]
        self.shapes = list(dict.fromkeys(tuple(matrix.shape) for matrix in matrices))
        self.products = [product for part in parts for product in _products(part)]
        self.sizes = {size for shape in self.shapes for size in shape}
        self.sizes |= {size for product in self.products for size in product}

    def why_not(self, numbers: Mapping[Any, Any]) -> str:
        """Why there is too much of it at some sizes; empty where there is not."""
        known = {size: int(evaluate(size, numbers)) for size in self.sizes}
        rows, columns = max(
            ((known[r], known[c]) for r, c in self.shapes),
            key=lambda shape: shape[0] * shape[1],
            default=(0, 0),
        )
        if rows * columns > MOST_ENTRIES:
            return f"a matrix of shape ({rows}, {columns}), more than {MOST_ENTRIES} entries"
        count = sum(known[a] * known[b] * known[c] for a, b, c in self.products)
        if count > MOST_PRODUCTS:
            return f"{count} multiplications, more than {MOST_PRODUCTS}"
        return ""


def _parts(expressions: Iterable[Any]) -> Iterator[Any]:
    """All nodes, each once."""
    return walk(node for node in expressions if isinstance(node, sympy.Basic))


def _products(node: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Three sizes for every product, as many multiplications as their product."""
    if type(node) is MatMul:
        factors = [factor for factor in node.args if factor.is_Matrix]
        for factor in factors[1:]:
            yield factors[0].shape[0], factor.shape[0], factor.shape[1]
    elif type(node) in (Inverse, nodes.LogDet):
        yield (node.args[0].shape[0],) * 3
