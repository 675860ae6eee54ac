"""Inverses and transposes, carried down to the symbols."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Identity, Inverse, MatAdd, MatMul, OneMatrix, Transpose, ZeroMatrix

from derive.algebra.layered import LayerOverlap, LayerSum
from derive.algebra.maps import block, block_diagonal, embed, fast_trace, kronecker, partial_trace
from derive.algebra.multiply import average, layer_sum, lift, mul
from derive.algebra.nodes import (
    Average,
    Block,
    BlockDiagonal,
    Embed,
    FastTrace,
    Gram,
    Kronecker,
    Lift,
    Overlap,
    PartialTrace,
)
from derive.algebra.rules import Table
from derive.algebra.terms import (
    Matrix,
    add,
    columns,
    is_unit,
    require_square,
    rows,
    same_size,
    split,
)

_SYMMETRIC = (Overlap, LayerOverlap, Identity, Gram)


def inv(matrix: Matrix) -> Matrix:
    """The inverse; of a product, a lift or a block-diagonal matrix it is taken apart."""
    require_square("inverse", matrix)
    kind = type(matrix)
    if kind is Identity:
        return matrix
    if kind is Inverse:
        return matrix.arg
    if kind is Lift:
        return lift(inv(matrix.args[0]), matrix.args[1])
    if kind is BlockDiagonal:
        return block_diagonal(*(inv(arg) for arg in matrix.args))
    if kind is Kronecker and all(same_size(*arg.shape) for arg in matrix.args):
        return kronecker(*(inv(arg) for arg in matrix.args))
    if kind is MatMul:
        number, factors = split(matrix)
        if all(same_size(*factor.shape) for factor in factors):
            return mul(1 / number, Identity(rows(matrix)), *(inv(f) for f in reversed(factors)))
    return Inverse(matrix)


def transpose(matrix: Matrix) -> Matrix:
    """The transpose, carried down to the symbols."""
    kind = type(matrix)
    if kind in _SYMMETRIC or is_unit(matrix):
        return matrix
    rule = TRANSPOSES.get(kind)
    return Transpose(matrix) if rule is None else rule(matrix)


def _product(matrix: Matrix) -> Matrix:
    number, factors = split(matrix)
    flipped = [transpose(factor) for factor in reversed(factors)]
    return mul(number, Identity(columns(matrix)), *flipped)


def _within(make: Callable[..., Matrix]) -> Callable[[Matrix], Matrix]:
    """A map whose transpose is that of the transpose of its first argument."""
    return lambda matrix: make(transpose(matrix.args[0]), *matrix.args[1:])


def _of_each(make: Callable[..., Matrix]) -> Callable[[Matrix], Matrix]:
    """A map of several matrices whose transpose is that of their transposes."""
    return lambda matrix: make(*map(transpose, matrix.args))


TRANSPOSES = Table("transpose", "derive/algebra/inverse.py", {
    Transpose: lambda matrix: matrix.arg,
    ZeroMatrix: lambda matrix: ZeroMatrix(*reversed(matrix.shape)),
    OneMatrix: lambda matrix: OneMatrix(*reversed(matrix.shape)),
    MatMul: _product,
    MatAdd: _of_each(add),
    Inverse: lambda matrix: inv(transpose(matrix.arg)),
    Lift: _within(lift),
    PartialTrace: _within(partial_trace),
    FastTrace: _within(fast_trace),
    Block: _within(block),
    Embed: _within(embed),
    Kronecker: _of_each(kronecker),
    BlockDiagonal: _of_each(block_diagonal),
    LayerSum: _within(layer_sum),
    Average: _within(average),
})  # fmt: skip
"""Exact node type to what its transpose is, where that is known; there are others."""


def is_symmetric(matrix: Matrix) -> bool:
    """Whether a matrix equals its transpose, as built."""
    return bool(transpose(matrix) == matrix)
