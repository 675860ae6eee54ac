"""Products, lifts, averages and sums over layers."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Identity, Inverse, MatAdd, ZeroMatrix
from sympy.core.sorting import default_sort_key

from derive.algebra import sizes
from derive.algebra.layered import LayerSum
from derive.algebra.nodes import Average, BlockDiagonal, Lift
from derive.algebra.terms import (
    ONE,
    Matrix,
    Scalar,
    add,
    assemble,
    is_unit,
    is_zero,
    same_size,
    split,
    terms,
)
from derive.errors import ShapeError


def scale(coefficient: Scalar, matrix: Matrix) -> Matrix:
    """A number times a matrix."""
    return mul(sympy.sympify(coefficient), matrix)


def mul(*args: Any) -> Matrix:
    """A product of numbers and matrices; adjacent inverses cancel, identities vanish.

    Raises:
        ShapeError: Neighbouring factors do not fit together.
    """
    coefficient, shape = ONE, None
    factors: list[Matrix] = []
    for arg in map(sympy.sympify, args):
        if not arg.is_Matrix:
            coefficient = coefficient * arg
            continue
        if shape is not None and not same_size(shape[1], arg.shape[0]):
            raise ShapeError(f"product: {arg} has {arg.shape[0]} rows, {shape[1]} are needed")
        shape = (arg.shape[0] if shape is None else shape[0], arg.shape[1])
        number, parts = split(arg)
        coefficient, factors = coefficient * number, _join(factors, parts)
    if shape is None:
        raise ShapeError("product: there is no matrix in it")
    if coefficient == 0 or any(is_zero(factor) for factor in factors):
        return ZeroMatrix(*shape)
    return assemble(coefficient, factors, shape)


def _join(left: list[Matrix], right: tuple[Matrix, ...]) -> list[Matrix]:
    joined = list(left)
    for factor in right:
        _push(joined, factor)
    return joined


def _push(factors: list[Matrix], factor: Matrix) -> None:
    """Append one factor: cancel an inverse, merge lifts and blocks, sort numbers in disguise."""
    if type(factor) is Identity:
        return
    if is_unit(factor):
        _push_unit(factors, factor)
        return
    if factors and _inverse_pair(factors[-1], factor):
        factors.pop()
        return
    last = factors[-1] if factors else None
    if type(last) is Lift and type(factor) is Lift and last.args[1] == factor.args[1]:
        factors.pop()
        merged = lift(mul(last.args[0], factor.args[0]), factor.args[1])
        number, parts = split(merged)
        if number != 1:  # a merged lift can only bring a number if its factors did
            raise ShapeError(f"product: {merged} carries a coefficient")
        for part in parts:
            _push(factors, part)
        return
    if type(last) is BlockDiagonal and type(factor) is BlockDiagonal and _aligned(last, factor):
        factors.pop()
        pairs = zip(last.args, factor.args, strict=True)
        _push(factors, _diagonal_of([mul(*pair) for pair in pairs]))
        return
    factors.append(factor)


def _aligned(left: Matrix, right: Matrix) -> bool:
    """Whether the blocks of two block-diagonal matrices have the same sizes in turn."""
    sides = [[block.shape[0] for block in matrix.args] for matrix in (left, right)]
    return len(sides[0]) == len(sides[1]) and all(map(same_size, *sides))


def _diagonal_of(blocks: list[Matrix]) -> Matrix:
    if all(type(block) is Identity for block in blocks):
        return Identity(sizes.total(*(block.shape[0] for block in blocks)))
    return BlockDiagonal(*blocks)


def _push_unit(factors: list[Matrix], factor: Matrix) -> None:
    run = []
    while factors and is_unit(factors[-1]):
        run.append(factors.pop())
    for other in run:
        if _inverse_pair(other, factor):
            run.remove(other)
            break
    else:
        run.append(factor)
    factors.extend(sorted(run, key=default_sort_key))


def _inverse_pair(first: Matrix, second: Matrix) -> bool:
    return (type(first) is Inverse and first.arg == second) or (
        type(second) is Inverse and second.arg == first
    )


def subtract(first: Matrix, second: Matrix) -> Matrix:
    """first - second."""
    return add(first, scale(-1, second))


def lift(matrix: Matrix, heads: Scalar) -> Matrix:
    """I_H (x) A."""
    heads = sympy.sympify(heads)
    if heads == 1:
        return matrix
    shape = tuple(sizes.product(heads, size) for size in matrix.shape)
    if is_zero(matrix):
        return ZeroMatrix(*shape)
    if type(matrix) is MatAdd:
        return add(*(lift(term, heads) for term in terms(matrix)))
    number, factors = split(matrix)
    if not factors:
        return mul(number, Identity(shape[0]))
    return mul(number, Lift(assemble(ONE, list(factors), matrix.shape), heads))


def average(matrix: Matrix) -> Matrix:
    """The average over fluctuations; its number is taken out, a sum is averaged as a whole."""
    if is_zero(matrix):
        return matrix
    number, factors = split(matrix)
    return mul(number, Average(assemble(ONE, list(factors), matrix.shape)))


def layer_sum(matrix: Matrix, index: Any, first: Any, last: Any) -> Matrix:
    """sum_{index = first}^{last} A; numbers that the index does not enter are taken out.

    Raises:
        ShapeError: The shape depends on the index.
    """
    if any(index in size.free_symbols for size in matrix.shape):
        raise ShapeError(
            f"sum over {index}: {matrix} has shape {matrix.shape}, which depends on it"
        )
    if is_zero(matrix):
        return matrix
    number, factors = split(matrix)
    outside, inside = number.as_independent(index, as_Add=False)
    body = assemble(inside, list(factors), matrix.shape)
    return mul(outside, LayerSum(body, index, first, last))
