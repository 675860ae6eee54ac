"""Linear maps of matrices: traces over an index, blocks, selections."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Identity, MatAdd, Transpose, ZeroMatrix

from derive.algebra import nodes, sizes
from derive.algebra.multiply import lift, mul
from derive.algebra.nodes import Block, BlockDiagonal, Embed, Gram, Lift, PartialTrace
from derive.algebra.terms import (
    ONE,
    Matrix,
    Scalar,
    add,
    assemble,
    columns,
    is_zero,
    require_square,
    rows,
    same_size,
    split,
    terms,
)
from derive.errors import ShapeError

Spans = tuple[tuple[Any, Any], ...]
"""Runs (start, length) of rows."""


def _require_inside(operation: str, start: Scalar, size: Scalar, total: Scalar) -> None:
    """Raise ShapeError if rows start, ..., start + size - 1 are certainly not among `total`."""
    rest = sizes.total(total, -start, -size)
    if any(number.is_Integer and number < 0 for number in (start, rest)):
        raise ShapeError(f"{operation}: {size} rows from row {start} are not inside {total} rows")


def _over_terms(make: Any, matrix: Matrix, *rest: Any) -> Matrix:
    """A linear map applied to every term of a sum, numbers taken out."""
    parts = [make(term, *rest) for term in terms(matrix)]
    return add(*parts)


def kronecker(left: Matrix, right: Matrix) -> Matrix:
    """A (x) B; a lift where A is an identity, numbers taken out."""
    (number, factors), (other, others) = split(left), split(right)
    if is_zero(left) or is_zero(right):
        return ZeroMatrix(*nodes.Kronecker(left, right).shape)
    inner = assemble(ONE, list(others), right.shape)
    if not factors:
        return mul(number * other, lift(inner, rows(left)))
    return mul(number * other, nodes.Kronecker(assemble(ONE, list(factors), left.shape), inner))


def fast_trace(matrix: Matrix, count: Scalar) -> Matrix:
    """Trace over the fast index of length `count`.

    Raises:
        ShapeError: The matrix is not square, or its size is no multiple of `count`.
    """
    require_square("trace over the fast index", matrix)
    if not sizes.divides(count, rows(matrix)):
        raise ShapeError(f"trace over the fast index: {rows(matrix)} is no multiple of {count}")
    number, factors = split(matrix)
    return mul(number, nodes.FastTrace(assemble(ONE, list(factors), matrix.shape), count))


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
    if not sizes.divides(heads, rows(matrix)):
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
    inner = PartialTrace(assemble(ONE, factors, (full, full)), heads)
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
    single = factors[0] if len(factors) == 1 else None
    inner = _block_of(single, start, size) if single is not None else None
    if inner is None:
        inner = Block(assemble(ONE, list(factors), matrix.shape), start, size)
    return mul(number, inner)


def _block_of(matrix: Matrix, start: Scalar, size: Scalar) -> Matrix | None:
    """A block of one factor, where it is known without cutting."""
    kind = type(matrix)
    if kind is Embed:
        return _block_of_embedded(matrix, start, size)
    if kind is Block:
        return block(matrix.args[0], matrix.args[1] + start, size)
    return _aligned(matrix, start, size) if kind is BlockDiagonal else None


def _block_of_embedded(matrix: Matrix, start: Scalar, size: Scalar) -> Matrix | None:
    """A block that lies inside an embedded matrix, outside it, or around it; else None."""
    inner, first = matrix.args[0], matrix.args[1]
    end, last = sizes.total(start, size), sizes.total(first, rows(inner))
    if sizes.at_least(start, first) and sizes.at_least(last, end):
        return block(inner, start - first, size)
    if sizes.at_least(start, last) or sizes.at_least(first, end):
        return ZeroMatrix(size, size)
    if sizes.at_least(first, start) and sizes.at_least(end, last):
        return embed(inner, first - start, size)
    return None


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
    if len(factors) == 1 and type(factors[0]) is Embed:
        inner, place, _ = factors[0].args
        return mul(number, embed(inner, sizes.total(start, place), total))
    return mul(number, Embed(assemble(ONE, list(factors), matrix.shape), start, total))


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


def along(vectors: Matrix) -> Matrix:
    """The projections F 1 / sqrt(N) of the rows of F on the all-ones direction."""
    return nodes.Along(vectors)


def select(column: Matrix, spans: Spans) -> Matrix:
    """The rows of a column in the given runs (start, length)."""
    runs = _merged(spans)
    if len(runs) == 1 and same_size(runs[0][1], rows(column)):
        return column
    return mul(_selection(runs, rows(column)), column)


def deselect(column: Matrix, spans: Spans, total: Scalar) -> Matrix:
    """The adjoint of `select`: a column of length `total`, zero but for the runs."""
    runs = _merged(spans)
    if len(runs) == 1 and same_size(runs[0][1], total):
        return column
    return mul(Transpose(_selection(runs, sizes.total(total))), column)


def diagonal(matrix: Matrix) -> Matrix:
    """The diagonal of a square matrix as a column, number and sum taken out."""
    require_square("diagonal", matrix)
    if type(matrix) is MatAdd:
        return _over_terms(diagonal, matrix)
    number, factors = split(matrix)
    return mul(number, nodes.Diagonal(assemble(ONE, list(factors), matrix.shape)))
