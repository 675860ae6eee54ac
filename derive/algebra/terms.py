"""Terms of matrix sums, shapes and symbols: what every constructor needs."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Basic, Expr, Identity, MatAdd, MatMul, MatrixSymbol, ZeroMatrix
from sympy.core.sorting import default_sort_key

from derive.algebra import sizes
from derive.algebra.nodes import Overlap
from derive.algebra.scalars import expand
from derive.errors import ShapeError

Matrix = Any
"""A SymPy matrix expression; SymPy carries no types."""
Scalar = Any
"""A SymPy scalar expression."""

ONE = sympy.S.One


def same_size(first: Scalar, second: Scalar) -> bool:
    """Whether two sizes are equal, as polynomials in the symbolic sizes."""
    return bool(first == second) or sizes.difference_vanishes(first, second)


def rows(matrix: Matrix) -> Scalar:
    """The number of rows."""
    return matrix.shape[0]


def columns(matrix: Matrix) -> Scalar:
    """The number of columns."""
    return matrix.shape[1]


def require_square(operation: str, matrix: Matrix) -> None:
    """Raise ShapeError unless the matrix is square."""
    if not same_size(*matrix.shape):
        raise ShapeError(f"{operation}: {matrix} has shape {matrix.shape}; it must be square")


def split(matrix: Matrix) -> tuple[Scalar, tuple[Matrix, ...]]:
    """A term as (coefficient, matrix factors); the identity has no factors."""
    kind = type(matrix)
    if kind is MatMul:
        scalars = [arg for arg in matrix.args if not arg.is_Matrix]
        factors = (arg for arg in matrix.args if arg.is_Matrix and type(arg) is not Identity)
        return sympy.Mul(*scalars), tuple(factors)
    if kind is Identity:
        return ONE, ()
    return ONE, (matrix,)


def terms(matrix: Matrix) -> tuple[Matrix, ...]:
    """The terms of a sum; a matrix that is no sum is its own single term."""
    if type(matrix) is ZeroMatrix:
        return ()
    return tuple(matrix.args) if type(matrix) is MatAdd else (matrix,)


def is_zero(matrix: Matrix) -> bool:
    """Whether a matrix is the zero matrix, as built."""
    return type(matrix) is ZeroMatrix


def is_unit(matrix: Matrix) -> bool:
    """Whether a matrix is 1 x 1, a number in disguise."""
    return bool(matrix.shape[0] == 1 and matrix.shape[1] == 1)


def assemble(coefficient: Scalar, factors: list[Matrix], shape: tuple[Any, Any]) -> Matrix:
    """A term from its coefficient and factors, unchecked."""
    if not factors:
        matrix: Matrix = Identity(shape[0])
        return matrix if coefficient == 1 else Basic.__new__(MatMul, coefficient, matrix)
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    head = () if coefficient == 1 else (coefficient,)
    return Basic.__new__(MatMul, *head, *factors)


def add(*args: Matrix) -> Matrix:
    """A sum of matrices; equal terms are collected, in a fixed order.

    Raises:
        ShapeError: The shapes differ.
    """
    shape = args[0].shape
    collected: dict[tuple[Matrix, ...], Scalar] = {}
    for arg in args:
        if not (same_size(shape[0], arg.shape[0]) and same_size(shape[1], arg.shape[1])):
            raise ShapeError(f"sum: {arg} has shape {arg.shape}, {shape} is needed")
        for term in terms(arg):
            number, factors = split(term)
            collected[factors] = collected.get(factors, sympy.S.Zero) + number
    kept = [
        assemble(number, list(factors), shape)
        for factors, number in collected.items()
        if number != 0 and expand(number) != 0
    ]
    if not kept:
        return ZeroMatrix(*shape)
    if len(kept) == 1:
        return kept[0]
    return Basic.__new__(MatAdd, *sorted(kept, key=default_sort_key))


def overlap(name: str, size: Scalar) -> Overlap:
    """A symmetric positive definite matrix symbol."""
    return Overlap(name, sympy.expand(size))


def matrix_symbol(name: str, row_count: Scalar, column_count: Scalar) -> MatrixSymbol:
    """A matrix symbol without symmetry."""
    return MatrixSymbol(name, sympy.expand(row_count), sympy.expand(column_count))


def scalar_symbol(name: str, **assumptions: bool) -> Expr:
    """A positive number; further assumptions as SymPy knows them."""
    return sympy.Symbol(name, positive=True, **assumptions)
