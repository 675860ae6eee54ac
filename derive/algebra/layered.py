"""Nodes that carry the number of a layer.

The number is an argument of the node, an expression in the depth and the number of a generic layer:
`G(l + 1)` is another matrix than `G(l)`.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Basic, Expr
from sympy.core.symbol import Str

from derive.algebra.kinds import Size
from derive.algebra.nodes import Matrix, Scalar


def _label(name: Any) -> Str:
    return name if isinstance(name, Str) else Str(str(name))


def index_text(number: Any) -> str:
    """How a layer's number is written inside a name.

    >>> l = sympy.Symbol("l", positive=True, integer=True)
    >>> index_text(2 * l - 1), index_text(3)
    ('2l-1', '3')
    """
    return str(sympy.expand(number)).replace(" ", "").replace("*", "")


class _Layered:
    """What nodes with a name and a layer's number have in common."""

    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The letter and the number, as in `G_l+1`."""
        return f"{self.args[0]}_{index_text(self.number)}"

    @property
    def number(self) -> Any:
        """The number of the layer."""
        return self.args[-1]


class LayerOverlap(_Layered, Matrix):
    """A symmetric matrix of a layer: args are the letter, the size, the number."""

    def __new__(cls, name: Any, size: Size, number: Any) -> Any:  # noqa: D102
        return Basic.__new__(cls, _label(name), sympy.sympify(size), sympy.sympify(number))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """(size, size)."""
        return self.args[1], self.args[1]

    def _eval_transpose(self) -> Any:
        return self


class LayerMatrix(LayerOverlap):
    """A square matrix of a layer without symmetry; same arguments."""

    def _eval_transpose(self) -> Any:
        return sympy.Transpose(self)


class LayerValue(_Layered, Scalar):
    """A positive number of a layer, such as a variance: args are the letter and the number."""

    is_positive = True

    def __new__(cls, name: Any, number: Any) -> Any:  # noqa: D102
        return Basic.__new__(cls, _label(name), sympy.sympify(number))


class LayerSize(LayerValue):
    """A size of a layer: a width, a head count, a number of vectors; same arguments."""

    is_integer = True


class LayerCount(LayerSize):
    """How many vectors a stream has from its first down to those of a weight; same arguments."""


class LayerProduct(Matrix):
    """A product of square matrices of one size over layers, the highest layer on the left.

    Args are the factor, the index, its first and its last number.
    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """That of a factor, which does not depend on the index."""
        shape: tuple[Expr, Expr] = self.args[0].shape
        return shape


class LayerSum(Matrix):
    """A sum of matrices of one shape over layers: args are a term, the index, its first, its last.

    `derive.algebra.build.layer_sum` makes it.
    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """That of a term, which does not depend on the index."""
        shape: tuple[Expr, Expr] = self.args[0].shape
        return shape

    @property
    def free_symbols(self) -> set[Any]:
        """Those of the terms but the index, and those of the limits."""
        body, index, *limits = self.args
        return set().union(body.free_symbols - {index}, *(x.free_symbols for x in limits))


LAYERED = (LayerOverlap, LayerMatrix, LayerValue, LayerSize, LayerCount)
