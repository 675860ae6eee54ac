r"""The nodes that SymPy lacks: overlaps, partial traces, blocks, kernels of paths.

They are containers only. They are made by `derive.algebra.build`, which checks shapes and
simplifies; nothing else constructs them. Each linear map stands beside its adjoint:

======================  ==========================  ============================
map                     meaning                     adjoint
======================  ==========================  ============================
``Lift(A, H)``          I_H (x) A                   ``PartialTrace(B, H)``
``Block(A, i, m)``      A[i:i+m, i:i+m]             ``Embed(B, i, n)``
``PathKernel(G, X, Y)`` sum_{pp'} G[pp'] X_p.Y_p'   ``PathProjection(A, X, Y)``
======================  ==========================  ============================
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Basic, Expr, MatrixExpr, MatrixSymbol
from sympy.core.symbol import Str

from derive.algebra import sizes

NO_DIFF = "use derive.algebra.gradient, never .diff, on matrix expressions"


class Overlap(MatrixSymbol):
    """A symmetric positive definite matrix of overlaps: an order parameter."""

    _diff_wrt = False  # so that SymPy's matrix derivative, silently wrong, cannot be used

    def __new__(cls, name: Any, size: Any, columns: Any = None) -> Overlap:
        return MatrixSymbol.__new__(cls, name, size, size if columns is None else columns)

    def _eval_transpose(self) -> Overlap:
        return self


class Attended(Basic):
    """Attended inputs of a set of examples: the array X[mu, i, pi], shape (P, N_0, M)."""

    def __new__(cls, name: str | Str, examples: Any, features: Any, paths: Any) -> Attended:
        label = name if isinstance(name, Str) else Str(name)
        counts = (sympy.sympify(size) for size in (examples, features, paths))
        return Basic.__new__(cls, label, *counts)

    @property
    def name(self) -> str:
        """The name of the data set."""
        return str(self.args[0])

    @property
    def examples(self) -> Expr:
        """P."""
        return self.args[1]

    @property
    def features(self) -> Expr:
        """N_0."""
        return self.args[2]

    @property
    def paths(self) -> Expr:
        """M."""
        return self.args[3]


class _Matrix(MatrixExpr):
    """A matrix node; SymPy's own operators are never used to combine it."""

    def __new__(cls, *args: Any) -> Any:
        return Basic.__new__(cls, *(sympy.sympify(arg) for arg in args))

    def _eval_derivative(self, symbol: Any) -> Expr:
        raise NotImplementedError(NO_DIFF)

    def _eval_derivative_matrix_lines(self, symbol: Any) -> Expr:
        raise NotImplementedError(NO_DIFF)


class _SquareLike(_Matrix):
    """A node whose shape is worked out from the size of its side."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        raise NotImplementedError


class Lift(_Matrix):
    """I_H (x) A; the head is the slow index."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, columns = self.args[0].shape
        return sizes.product(self.args[1], rows), sizes.product(self.args[1], columns)


class Kronecker(_Matrix):
    """A (x) B of any two matrices; the index of A is the slow one."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        (rows, columns), (inner, across) = self.args[0].shape, self.args[1].shape
        return sizes.product(rows, inner), sizes.product(columns, across)


class PartialTrace(_Matrix):
    """sum_h A[(h p), (h p')]: the trace over the slow index of length H."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, columns = self.args[0].shape
        return sizes.quotient(rows, self.args[1]), sizes.quotient(columns, self.args[1])


class FastTrace(_Matrix):
    """sum_h A[(p h), (p' h)]: the trace over the fast index of length H, the other factor."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows, columns = self.args[0].shape
        return sizes.quotient(rows, self.args[1]), sizes.quotient(columns, self.args[1])


class Block(_Matrix):
    """The diagonal block A[start:start+size, start:start+size]."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[2], self.args[2]


class Embed(_Matrix):
    """A as the diagonal block at `start` of a matrix of size `total`, zero elsewhere."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[2], self.args[2]


class Selection(_Matrix):
    """Rows of the identity of size `total`: runs (start, length) one below the other.

    Args are total, start, length, start, length, ...; S A S^T picks blocks that do not stand side
    by side.
    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return sizes.total(*self.args[2::2]), self.args[0]


class BlockDiagonal(_Matrix):
    """Square matrices along the diagonal."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        size = sizes.total(*(arg.shape[0] for arg in self.args))
        return size, size


class Stack(_Matrix):
    """Matrices of equal width, one below the other."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows = sizes.total(*(arg.shape[0] for arg in self.args))
        return rows, self.args[0].shape[1]


class Gram(_Matrix):
    """F F^T / N for F of shape (m, N): the overlaps of the rows of F."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        rows = self.args[0].shape[0]
        return rows, rows


class Along(_Matrix):
    """F 1 / sqrt(N) for F of shape (m, N): projections of its rows on the all-ones direction."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape[0], sympy.S.One


class PathReadout(_Matrix):
    """sum_{i, pi} B[pi, i] X[mu, i, pi], a column over examples, for B of shape (M, N_0)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].examples, sympy.S.One


class FeatureReadout(_Matrix):
    """sum_{pi, s} (g phi(W x_mu))[pi, s] O[mu, s, pi], a column over examples; nonlinear in W.

    The arguments are g of shape (M, N), W of shape (N, N_x), inputs x (P, N_x, T), operators O
    (P, T, M), which stand as `Attended` do, and the symbol of the function phi.
    """

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[2].examples, sympy.S.One


class PathKernel(_Matrix):
    """sum_{pi, pi', i} G[pi, pi'] X[mu, i, pi] Y[nu, i, pi'], shape (P_X, P_Y)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].examples, self.args[2].examples


class PathProjection(_Matrix):
    """sum_{mu, nu, i} A[mu, nu] X[mu, i, pi] Y[nu, i, pi'], shape (M, M)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].paths, self.args[2].paths


class Diagonal(_Matrix):
    """The diagonal of a square matrix, as a column."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape[0], sympy.S.One


class Average(_Matrix):
    """The average of a matrix over the fluctuations of the overlaps that it holds."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[0].shape


class _Scalar(Expr):
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


class LogDet(_Scalar):
    """ln det A, for A of positive determinant."""


class MeanShare(_Scalar):
    r"""The share rho in (0, 1] that solves a stationarity equation; args (G, A, B, N).

    .. math:: N (1 - \rho) = \rho^2\, \mathrm{tr}\left[(1 + \rho A G)^{-2} B G\right]

    for symmetric G, A and B, the first positive definite, the others positive semidefinite. There
    is one solution: with t = 1/rho, N (1 - 1/t) rises from 0 and tr[(t + A G)^{-2} B G] falls.
    """


class LogNormal(_Scalar):
    r"""The log density of a matrix X with independent Gaussian columns.

    .. math:: -\tfrac12\left[\mathrm{tr}\,\Sigma^{-1}(X-M)(X-M)^T + n \ln\det\Sigma
              + m n \ln 2\pi\right]

    for X and M of shape (m, n) and Sigma of shape (m, m): the columns are independent, the rows
    have covariance Sigma.
    """


class LogMultigamma(_Scalar):
    r"""ln Gamma_m(x), Gamma_m(x) = pi^{m(m-1)/4} prod_{j=1}^m Gamma(x - (j-1)/2); args (x, m)."""
