r"""The nodes that SymPy lacks and that no theory owns: overlaps, partial traces, blocks.

They are containers only. They are made by `derive.algebra.build`, which checks shapes and
simplifies; nothing else constructs them. A theory derives nodes of its own from `Matrix`, `Scalar`
and `Data` and registers their rules (`derive.algebra.rules`). Each linear map stands beside its
adjoint:

======================  ==========================  ============================
map                     meaning                     adjoint
======================  ==========================  ============================
``Lift(A, H)``          I_H (x) A                   ``PartialTrace(B, H)``
``Block(A, i, m)``      A[i:i+m, i:i+m]             ``Embed(B, i, n)``
======================  ==========================  ============================
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Basic, Expr, MatrixExpr, MatrixSymbol
from sympy.core.symbol import Str

from derive.algebra import sizes
from derive.algebra.kinds import Size

NO_DIFF = "use derive.algebra.gradient, never .diff, on matrix expressions"


class Overlap(MatrixSymbol):
    """A symmetric positive definite matrix of overlaps: an order parameter."""

    _diff_wrt = False  # so that SymPy's matrix derivative, silently wrong, cannot be used

    def __new__(cls, name: Any, size: Size, columns: Any = None) -> Overlap:
        return MatrixSymbol.__new__(cls, name, size, size if columns is None else columns)

    def _eval_transpose(self) -> Overlap:
        return self


class Data(Basic):
    """An array that is given: its name, and the lengths of its axes. It is in no product."""

    def __new__(cls, name: str | Str, *lengths: Any) -> Any:
        label = name if isinstance(name, Str) else Str(name)
        return Basic.__new__(cls, label, *map(sympy.sympify, lengths))

    @property
    def name(self) -> str:
        """The name of the array."""
        return str(self.args[0])

    @property
    def dimensions(self) -> tuple[Any, ...]:
        """The lengths of its axes."""
        return tuple(self.args[1:])


class Matrix(MatrixExpr):
    """A matrix node; SymPy's own operators are never used to combine it."""

    def __new__(cls, *args: Any) -> Any:
        return Basic.__new__(cls, *(sympy.sympify(arg) for arg in args))

    def _eval_derivative(self, symbol: Any) -> Expr:
        raise NotImplementedError(NO_DIFF)

    def _eval_derivative_matrix_lines(self, symbol: Any) -> Expr:
        raise NotImplementedError(NO_DIFF)


class Lift(Matrix):
    """I_H (x) A; the head is the slow index."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, columns = self.args[0].shape
        return sizes.product(self.args[1], rows), sizes.product(self.args[1], columns)


class Kronecker(Matrix):
    """A (x) B of any two matrices; the index of A is the slow one."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        (rows, columns), (inner, across) = self.args[0].shape, self.args[1].shape
        return sizes.product(rows, inner), sizes.product(columns, across)


class PartialTrace(Matrix):
    """sum_h A[(h p), (h p')]: the trace over the slow index of length H."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, columns = self.args[0].shape
        return sizes.quotient(rows, self.args[1]), sizes.quotient(columns, self.args[1])


class FastTrace(Matrix):
    """sum_h A[(p h), (p' h)]: the trace over the fast index of length H, the other factor."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, columns = self.args[0].shape
        return sizes.quotient(rows, self.args[1]), sizes.quotient(columns, self.args[1])


class Block(Matrix):
    """The diagonal block A[start:start+size, start:start+size]."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[2], self.args[2]


class Embed(Matrix):
    """A as the diagonal block at `start` of a matrix of size `total`, zero elsewhere."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[2], self.args[2]


class Selection(Matrix):
    """Rows of the identity of size `total`: runs (start, length) one below the other.

    Args are total, start, length, start, length, ...; S A S^T picks blocks that do not stand side
    by side.
    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return sizes.total(*self.args[2::2]), self.args[0]


class BlockDiagonal(Matrix):
    """Square matrices along the diagonal."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        size = sizes.total(*(arg.shape[0] for arg in self.args))
        return size, size


class Stack(Matrix):
    """Matrices of equal width, one below the other."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows = sizes.total(*(arg.shape[0] for arg in self.args))
        return rows, self.args[0].shape[1]


class Gram(Matrix):
    """F F^T / N for F of shape (m, N): the overlaps of the rows of F."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows = self.args[0].shape[0]
        return rows, rows


class Along(Matrix):
    """F 1 / sqrt(N) for F of shape (m, N): projections of its rows on the all-ones direction."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape[0], sympy.S.One


class Diagonal(Matrix):
    """The diagonal of a square matrix, as a column."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape[0], sympy.S.One


class Average(Matrix):
    """The average of a matrix over the fluctuations of the overlaps that it holds."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape


class Scalar(Expr):
    """A number made from matrices."""

    is_commutative = True
    is_number = False

    def __new__(cls, *args: Any) -> Any:
        return Basic.__new__(cls, *(sympy.sympify(arg) for arg in args))

    @property
    def free_symbols(self) -> set[Any]:
        return set().union(*(arg.free_symbols for arg in self.args))

    def _eval_derivative(self, symbol: Any) -> Expr:
        raise NotImplementedError(NO_DIFF)


class LogDet(Scalar):
    """ln det A, for A of positive determinant."""


class LogNormal(Scalar):
    r"""The log density of a matrix X with independent Gaussian columns.

    .. math:: -\tfrac12\left[\mathrm{tr}\,\Sigma^{-1}(X-M)(X-M)^T + n \ln\det\Sigma
              + m n \ln 2\pi\right]

    for X and M of shape (m, n) and Sigma of shape (m, m): the columns are independent, the rows
    have covariance Sigma.
    """


class LogMultigamma(Scalar):
    r"""ln Gamma_m(x), Gamma_m(x) = pi^{m(m-1)/4} prod_{j=1}^m Gamma(x - (j-1)/2); args (x, m)."""
