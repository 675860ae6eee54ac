"""Traces and log determinants, taken apart as far as they come apart."""

from __future__ import annotations

import sympy
from sympy import Identity, Inverse, MatAdd, MatMul, Trace, Transpose
from sympy.core.sorting import default_sort_key

from derive.algebra.inverse import transpose
from derive.algebra.maps import partial_trace
from derive.algebra.multiply import mul
from derive.algebra.nodes import BlockDiagonal, Embed, Lift, LogDet, PartialTrace
from derive.algebra.terms import (
    ONE,
    Matrix,
    Scalar,
    assemble,
    is_zero,
    require_square,
    rows,
    same_size,
    split,
)


def trace(matrix: Matrix) -> Scalar:
    """The trace; numbers, sums and lifts are taken out, products are put in a cyclic order."""
    require_square("trace", matrix)
    if is_zero(matrix):
        return sympy.S.Zero
    if type(matrix) is MatAdd:
        return sympy.Add(*(trace(arg) for arg in matrix.args))
    number, factors = split(matrix)
    if not factors:
        return number * rows(matrix)
    return number * _trace_product(list(factors))


def _trace_product(factors: list[Matrix]) -> Scalar:
    if len(factors) == 1:
        single = factors[0]
        if type(single) is Lift:
            return single.args[1] * trace(single.args[0])
        if type(single) in (PartialTrace, Embed):
            return trace(single.args[0])
        if type(single) is BlockDiagonal:
            return sympy.Add(*(trace(arg) for arg in single.args))
        return Trace(single)
    lifts = [k for k, factor in enumerate(factors) if type(factor) is Lift]
    if len(lifts) == 1:
        first = lifts[0]
        rest = factors[first + 1 :] + factors[:first]
        matrix, heads = factors[first].args
        return trace(mul(matrix, partial_trace(mul(*rest), heads)))
    return Trace(assemble(ONE, _cyclic(factors), (rows(factors[0]),) * 2))


def _cyclic(factors: list[Matrix]) -> list[Matrix]:
    """The first, in a fixed order, of all rotations of a product and of its transpose."""
    flipped = [transpose(factor) for factor in reversed(factors)]
    versions = [order[k:] + order[:k] for order in (factors, flipped) for k in range(len(order))]
    return min(versions, key=lambda order: [default_sort_key(factor) for factor in order])


def logdet(matrix: Matrix) -> Scalar:
    """ln det, taken apart over products, lifts, inverses and diagonal blocks."""
    require_square("log determinant", matrix)
    kind = type(matrix)
    if kind is Identity:
        return sympy.S.Zero
    if kind is Transpose:
        return logdet(matrix.arg)
    if kind is Inverse:
        return -logdet(matrix.arg)
    if kind is Lift:
        return matrix.args[1] * logdet(matrix.args[0])
    if kind is BlockDiagonal:
        return sympy.Add(*(logdet(arg) for arg in matrix.args))
    if kind is MatMul:
        number, factors = split(matrix)
        if all(same_size(*factor.shape) for factor in factors):
            part = rows(matrix) * sympy.log(number) if number != 1 else sympy.S.Zero
            return part + sympy.Add(*(logdet(factor) for factor in factors))
    return LogDet(matrix)
