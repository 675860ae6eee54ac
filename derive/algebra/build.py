"""The only constructors of matrix expressions: they check shapes and apply safe identities.

SymPy's operators on matrices run a deep simplification at every step, do not check symbolic
shapes, and cancel what must not be cancelled; here every product, sum and inverse is made without
them. No constructor distributes a product over a sum: `derive.algebra.normal` does.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import (
    Basic,
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.core.sorting import default_sort_key

from derive.algebra import nodes, sizes
from derive.algebra.nodes import (
    Attended,
    Block,
    BlockDiagonal,
    Embed,
    Gram,
    Lift,
    LogDet,
    Overlap,
    PartialTrace,
    PathKernel,
    PathProjection,
)
from derive.algebra.scalars import expand
from derive.errors import ShapeError

Matrix = Any
"""A SymPy matrix expression; SymPy carries no types."""
Scalar = Any
"""A SymPy scalar expression."""
Spans = tuple[tuple[Any, Any], ...]
"""Runs (start, length) of rows."""

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


def _require_inside(operation: str, start: Scalar, size: Scalar, total: Scalar) -> None:
    """Raise ShapeError if rows start, ..., start + size - 1 are certainly not among `total`."""
    rest = sizes.total(total, -start, -size)
    if any(number.is_Integer and number < 0 for number in (start, rest)):
        raise ShapeError(f"{operation}: {size} rows from row {start} are not inside {total} rows")


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
    return _product(coefficient, factors, shape)


def _product(coefficient: Scalar, factors: list[Matrix], shape: tuple[Any, Any]) -> Matrix:
    if not factors:
        matrix: Matrix = Identity(shape[0])
        return matrix if coefficient == 1 else Basic.__new__(MatMul, coefficient, matrix)
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    head = () if coefficient == 1 else (coefficient,)
    return Basic.__new__(MatMul, *head, *factors)


def _join(left: list[Matrix], right: tuple[Matrix, ...]) -> list[Matrix]:
    joined = list(left)
    for factor in right:
        _push(joined, factor)
    return joined


def _push(factors: list[Matrix], factor: Matrix) -> None:
    """Append one factor: cancel an inverse, merge lifts, sort numbers in disguise."""
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
    factors.append(factor)


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
        _product(number, list(factors), shape)
        for factors, number in collected.items()
        if number != 0 and expand(number) != 0
    ]
    if not kept:
        return ZeroMatrix(*shape)
    if len(kept) == 1:
        return kept[0]
    return Basic.__new__(MatAdd, *sorted(kept, key=default_sort_key))


def subtract(first: Matrix, second: Matrix) -> Matrix:
    """first - second."""
    return add(first, scale(-1, second))


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
    if kind is MatMul:
        number, factors = split(matrix)
        if all(same_size(*factor.shape) for factor in factors):
            return mul(1 / number, Identity(rows(matrix)), *(inv(f) for f in reversed(factors)))
    return Inverse(matrix)


_SYMMETRIC = (Overlap, Identity, Gram)


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
    if kind is BlockDiagonal:
        return block_diagonal(*(transpose(arg) for arg in matrix.args))
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


def _over_terms(make: Any, matrix: Matrix, *rest: Any) -> Matrix:
    """A linear map applied to every term of a sum, numbers taken out."""
    parts = [make(term, *rest) for term in terms(matrix)]
    return add(*parts)


def lift(matrix: Matrix, heads: Scalar) -> Matrix:
    """I_H (x) A."""
    heads = sympy.sympify(heads)
    if heads == 1:
        return matrix
    shape = tuple(sizes.product(heads, size) for size in matrix.shape)
    if is_zero(matrix):
        return ZeroMatrix(*shape)
    if type(matrix) is MatAdd:
        return _over_terms(lift, matrix, heads)
    number, factors = split(matrix)
    if not factors:
        return mul(number, Identity(shape[0]))
    return mul(number, Lift(_product(ONE, list(factors), matrix.shape), heads))


def partial_trace(matrix: Matrix, heads: Scalar) -> Matrix:
    """Trace over the slow index of length `heads`; lifted factors at the ends are taken out.

    Raises:
        ShapeError: The matrix is not square, or its size is no multiple of `heads`.
    """
    heads = sympy.sympify(heads)
    require_square("partial trace", matrix)
    if heads == 1:
        return matrix
    size = sizes.quotient(rows(matrix), heads)
    if sympy.denom(sympy.together(size)) != 1:
        raise ShapeError(f"partial trace: the size {rows(matrix)} is no multiple of {heads} heads")
    if is_zero(matrix):
        return ZeroMatrix(size, size)
    if type(matrix) is MatAdd:
        return _over_terms(partial_trace, matrix, heads)
    number, factors = split(matrix)
    return _partial_trace_term(number, list(factors), heads, size)


def _partial_trace_term(
    number: Scalar, factors: list[Matrix], heads: Scalar, size: Scalar
) -> Matrix:
    left: list[Matrix] = []
    right: list[Matrix] = []
    while factors and _lifted(factors[0], heads):
        left.append(factors.pop(0).args[0])
    while factors and _lifted(factors[-1], heads):
        right.insert(0, factors.pop().args[0])
    if not factors:
        return mul(number * heads, Identity(size), *left, *right)
    full = sizes.product(size, heads)
    inner = PartialTrace(_product(ONE, factors, (full, full)), heads)
    return mul(number, Identity(size), *left, inner, *right)


def _lifted(factor: Matrix, heads: Scalar) -> bool:
    return type(factor) is Lift and factor.args[1] == heads


def block(matrix: Matrix, start: Scalar, size: Scalar) -> Matrix:
    """The diagonal block of `size` rows that begins at row `start`."""
    start, size = sizes.total(start), sizes.total(size)
    require_square("block", matrix)
    _require_inside("block", start, size, rows(matrix))
    if start == 0 and same_size(size, rows(matrix)):
        return matrix
    if is_zero(matrix):
        return ZeroMatrix(size, size)
    kind = type(matrix)
    if kind is MatAdd:
        return _over_terms(block, matrix, start, size)
    number, factors = split(matrix)
    if not factors:
        return mul(number, Identity(size))
    if len(factors) > 1 or number != 1:
        return mul(number, Block(_product(ONE, list(factors), matrix.shape), start, size))
    if kind is Embed and same_size(start, matrix.args[1]) and same_size(size, rows(matrix.args[0])):
        return matrix.args[0]
    if kind is Block:
        return block(matrix.args[0], matrix.args[1] + start, size)
    if kind is BlockDiagonal:
        found = _aligned(matrix, start, size)
        if found is not None:
            return found
    return Block(matrix, start, size)


def _aligned(matrix: Matrix, start: Scalar, size: Scalar) -> Matrix | None:
    """A run of whole blocks of a block-diagonal matrix, if the range is one."""
    position = sympy.S.Zero
    run: list[Matrix] = []
    for part in matrix.args:
        if run or same_size(position, start):
            run.append(part)
            if same_size(sympy.Add(*map(rows, run)), size):
                return block_diagonal(*run)
        position = sizes.total(position, rows(part))
    return None


def embed(matrix: Matrix, start: Scalar, total: Scalar) -> Matrix:
    """The matrix as the diagonal block at `start` of a zero matrix of size `total`."""
    start, total = sizes.total(start), sizes.total(total)
    require_square("embed", matrix)
    _require_inside("embed", start, rows(matrix), total)
    if start == 0 and same_size(total, rows(matrix)):
        return matrix
    if is_zero(matrix):
        return ZeroMatrix(total, total)
    if type(matrix) is MatAdd:
        return _over_terms(embed, matrix, start, total)
    number, factors = split(matrix)
    return mul(number, Embed(_product(ONE, list(factors), matrix.shape), start, total))


def _merged(spans: Spans) -> list[tuple[Scalar, Scalar]]:
    """Runs (start, length), neighbours joined."""
    runs: list[tuple[Scalar, Scalar]] = []
    for start, size in spans:
        if runs and same_size(runs[-1][0] + runs[-1][1], start):
            runs[-1] = (runs[-1][0], sizes.total(runs[-1][1], size))
        else:
            runs.append((sizes.total(start), sizes.total(size)))
    return runs


def _selection(runs: list[tuple[Scalar, Scalar]], total: Scalar) -> Matrix:
    return nodes.Selection(total, *(size for run in runs for size in run))


def pick(matrix: Matrix, spans: Spans) -> Matrix:
    """The rows and columns of a square matrix in the given runs (start, length)."""
    runs = _merged(spans)
    if len(runs) == 1:
        return block(matrix, *runs[0])
    chosen = _selection(runs, rows(matrix))
    return mul(chosen, matrix, Transpose(chosen))


def place(matrix: Matrix, spans: Spans, total: Scalar) -> Matrix:
    """The adjoint of `pick`: a zero matrix of size `total` but for the runs."""
    runs = _merged(spans)
    if len(runs) == 1:
        return embed(matrix, runs[0][0], total)
    chosen = _selection(runs, sizes.total(total))
    return mul(Transpose(chosen), matrix, chosen)


def block_diagonal(*blocks: Matrix) -> Matrix:
    """Square matrices along the diagonal."""
    flat: list[Matrix] = []
    for part in blocks:
        require_square("block diagonal", part)
        flat.extend(part.args if type(part) is BlockDiagonal else (part,))
    if len(flat) == 1:
        return flat[0]
    if all(type(part) is Identity for part in flat):
        return Identity(sizes.total(*map(rows, flat)))
    return BlockDiagonal(*flat)


def stack(*parts: Matrix) -> Matrix:
    """Matrices of equal width, one below the other."""
    for part in parts:
        if not same_size(columns(part), columns(parts[0])):
            raise ShapeError(
                f"stack: {part} has {columns(part)} columns, {columns(parts[0])} needed"
            )
    return parts[0] if len(parts) == 1 else nodes.Stack(*parts)


def gram(vectors: Matrix) -> Matrix:
    """The overlaps F F^T / N of the rows of F."""
    return vectors if type(vectors) is Identity else Gram(vectors)


def path_readout(matrix: Matrix, data: Attended) -> Matrix:
    """The outputs of effective input weights B, shape (M, N_0), on every example."""
    if not (same_size(rows(matrix), data.paths) and same_size(columns(matrix), data.features)):
        raise ShapeError(f"path readout: {matrix} has shape {matrix.shape}, {data} needs (M, N_0)")
    number, factors = split(matrix)
    return mul(number, nodes.PathReadout(_product(ONE, list(factors), matrix.shape), data))


def path_kernel(overlap: Matrix, left: Attended, right: Attended) -> Matrix:
    """The kernel that an overlap matrix of paths gives on two sets of examples."""
    if not (same_size(rows(overlap), left.paths) and same_size(columns(overlap), right.paths)):
        raise ShapeError(
            f"path kernel: {overlap} has shape {overlap.shape}, the data have {left.paths} paths"
        )
    if is_zero(overlap):
        return ZeroMatrix(left.examples, right.examples)
    number, factors = split(overlap)
    return mul(number, PathKernel(_product(ONE, list(factors), overlap.shape), left, right))


def path_projection(matrix: Matrix, left: Attended, right: Attended) -> Matrix:
    """The adjoint of the path kernel: a matrix over examples seen from the paths."""
    if not (same_size(rows(matrix), left.examples) and same_size(columns(matrix), right.examples)):
        raise ShapeError(
            f"path projection: {matrix} has shape {matrix.shape}, the data {left.examples} examples"
        )
    if is_zero(matrix):
        return ZeroMatrix(left.paths, right.paths)
    number, factors = split(matrix)
    return mul(number, PathProjection(_product(ONE, list(factors), matrix.shape), left, right))


def diagonal(matrix: Matrix) -> Matrix:
    """The diagonal of a square matrix as a column, number and sum taken out."""
    require_square("diagonal", matrix)
    if type(matrix) is MatAdd:
        return _over_terms(diagonal, matrix)
    number, factors = split(matrix)
    return mul(number, nodes.Diagonal(_product(ONE, list(factors), matrix.shape)))


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
    return Trace(_product(ONE, _cyclic(factors), (rows(factors[0]),) * 2))


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


def overlap(name: str, size: Scalar) -> Overlap:
    """A symmetric positive definite matrix symbol."""
    return Overlap(name, sympy.expand(size))


def matrix_symbol(name: str, row_count: Scalar, column_count: Scalar) -> MatrixSymbol:
    """A matrix symbol without symmetry."""
    return MatrixSymbol(name, sympy.expand(row_count), sympy.expand(column_count))


def scalar_symbol(name: str, **assumptions: bool) -> Expr:
    """A positive number; further assumptions as SymPy knows them."""
    return sympy.Symbol(name, positive=True, **assumptions)
