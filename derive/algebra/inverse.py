"""Inverses and transposes, carried down to the symbols."""

from __future__ import annotations

from typing import Any

from sympy import Identity, Inverse, MatAdd, MatMul, OneMatrix, Transpose, ZeroMatrix

from derive.algebra.layered import LayerOverlap, LayerSum
from derive.algebra.maps import (
    block,
    block_diagonal,
    embed,
    fast_trace,
    kronecker,
    partial_trace,
    path_kernel,
    path_projection,
)
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
    PathKernel,
    PathProjection,
)
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
    if kind is Transpose:
        return matrix.arg
    if kind is ZeroMatrix:
        return ZeroMatrix(*reversed(matrix.shape))
    if kind is MatMul:
        number, factors = split(matrix)
        flipped = [transpose(factor) for factor in reversed(factors)]
        return mul(number, Identity(columns(matrix)), *flipped)
    if kind is MatAdd:
        return add(*(transpose(arg) for arg in matrix.args))
    if kind is Inverse:
        return inv(transpose(matrix.arg))
    if kind in (PathKernel, PathProjection):
        inner, left, right = matrix.args
        return _linear(kind, transpose(inner), right, left)
    if kind in (Lift, PartialTrace, Block, Embed):
        return _linear(kind, transpose(matrix.args[0]), *matrix.args[1:])
    if kind is FastTrace:
        return fast_trace(transpose(matrix.args[0]), matrix.args[1])
    if kind is Kronecker:
        return kronecker(*(transpose(arg) for arg in matrix.args))
    if kind is OneMatrix:
        return OneMatrix(*reversed(matrix.shape))
    if kind is BlockDiagonal:
        return block_diagonal(*(transpose(arg) for arg in matrix.args))
    if kind is LayerSum:
        return layer_sum(transpose(matrix.args[0]), *matrix.args[1:])
    if kind is Average:
        return average(transpose(matrix.args[0]))
    return Transpose(matrix)


def is_symmetric(matrix: Matrix) -> bool:
    """Whether a matrix equals its transpose, as built."""
    return bool(transpose(matrix) == matrix)


def _linear(kind: type, inner: Matrix, *rest: Any) -> Matrix:
    makers: dict[type, Any] = {
        Lift: lift,
        PartialTrace: partial_trace,
        Block: block,
        Embed: embed,
        PathKernel: path_kernel,
        PathProjection: path_projection,
    }
    return makers[kind](inner, *rest)
