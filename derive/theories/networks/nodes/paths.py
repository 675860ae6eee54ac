"""Kernels of paths: what an overlap of paths gives on attended inputs, and its adjoint.

======================  ==========================  ============================
map                     meaning                     adjoint
======================  ==========================  ============================
``PathKernel(G, X, Y)`` sum_{pp'} G[pp'] X_p.Y_p'   ``PathProjection(A, X, Y)``
======================  ==========================  ============================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, S, ZeroMatrix
from sympy.core.symbol import Str

import derive.programs.program
import derive.steps.matrices
import derive.steps.operators  # noqa: F401  (tables of these take rules below)
from derive.algebra import build, nodes
from derive.algebra.drawing import drawn_name
from derive.algebra.evaluate import Evaluation
from derive.algebra.kinds import Node, Size
from derive.algebra.nodes import Data
from derive.algebra.normal import each_term
from derive.algebra.rules import register
from derive.algebra.series import linear
from derive.algebra.terms import ONE, Matrix, assemble, columns, is_zero, rows, same_size, split
from derive.claims.language.printing import ATOM, Text, held, to_text
from derive.errors import ShapeError
from derive.programs.lower import Lowering
from derive.programs.printer import Emit, call, is_symmetric
from derive.typeset import symbols
from derive.typeset.boxes import SQUARE, Apply, Box, Fence, Listing, Script, power


class Attended(Data):
    """Attended inputs of a set of examples: the array X[mu, i, pi], shape (P, N_0, M)."""

    def __new__(cls, name: str | Str, examples: Size, features: Any, paths: Any) -> Attended:
        attended: Attended = Data.__new__(cls, name, examples, features, paths)
        return attended

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


class PathReadout(nodes.Matrix):
    """sum_{i, pi} B[pi, i] X[mu, i, pi], a column over examples, for B of shape (M, N_0)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].examples, S.One


class PathKernel(nodes.Matrix):
    """sum_{pi, pi', i} G[pi, pi'] X[mu, i, pi] Y[nu, i, pi'], shape (P_X, P_Y)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].examples, self.args[2].examples


class PathProjection(nodes.Matrix):
    """sum_{mu, nu, i} A[mu, nu] X[mu, i, pi] Y[nu, i, pi'], shape (M, M)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return self.args[1].paths, self.args[2].paths


def path_readout(matrix: Matrix, data: Attended) -> Matrix:
    """The outputs of effective input weights B, shape (M, N_0), on every example."""
    if not (same_size(rows(matrix), data.paths) and same_size(columns(matrix), data.features)):
        raise ShapeError(f"path readout: {matrix} has shape {matrix.shape}, {data} needs (M, N_0)")
    number, factors = split(matrix)
    return build.mul(number, PathReadout(assemble(ONE, list(factors), matrix.shape), data))


def path_kernel(overlap: Matrix, left: Attended, right: Attended) -> Matrix:
    """The kernel that an overlap matrix of paths gives on two sets of examples."""
    if not (same_size(rows(overlap), left.paths) and same_size(columns(overlap), right.paths)):
        raise ShapeError(
            f"path kernel: {overlap} has shape {overlap.shape}, the data have {left.paths} paths"
        )
    if is_zero(overlap):
        return ZeroMatrix(left.examples, right.examples)
    number, factors = split(overlap)
    return build.mul(number, PathKernel(assemble(ONE, list(factors), overlap.shape), left, right))


def path_projection(matrix: Matrix, left: Attended, right: Attended) -> Matrix:
    """The adjoint of the path kernel: a matrix over examples seen from the paths."""
    if not (same_size(rows(matrix), left.examples) and same_size(columns(matrix), right.examples)):
        raise ShapeError(
            f"path projection: {matrix} has shape {matrix.shape}, the data {left.examples} examples"
        )
    if is_zero(matrix):
        return ZeroMatrix(left.paths, right.paths)
    number, factors = split(matrix)
    return build.mul(
        number, PathProjection(assemble(ONE, list(factors), matrix.shape), left, right)
    )


def _adjoint(make: Callable[..., Any]) -> Callable[[Any, Any], list[Any]]:
    return lambda node, cotangent: [make(cotangent, *node.args[1:]), None, None]


def _flipped(make: Callable[..., Matrix]) -> Callable[[Matrix], Matrix]:
    """Of the transposed matrix, between the same data in turn."""

    def rule(matrix: Matrix) -> Matrix:
        inner, left, right = matrix.args
        return make(build.transpose(inner), right, left)

    return rule


def _readout_value(run: Evaluation, node: Node) -> Any:
    weights, data = run.of(node.args[0]), run.of(node.args[1])
    flat = data.transpose(0, 2, 1).reshape(len(data), -1)
    return flat @ weights.reshape(-1, 1)


def _kernel_value(run: Evaluation, node: Node) -> Any:
    overlap, left, right = (run.of(arg) for arg in node.args)
    weighted = run.product(left.reshape(-1, left.shape[2]), overlap).reshape(len(left), -1)
    return run.product(weighted, right.reshape(len(right), -1).T)


def _projection_value(run: Evaluation, node: Node) -> Any:
    matrix, left, right = (run.of(arg) for arg in node.args)
    weighted = run.product(matrix, right.reshape(len(right), -1))
    return run.product(left.reshape(-1, left.shape[2]).T, weighted.reshape(-1, right.shape[2]))


MEANS = symbols.symbol("m")
"""Marks what reads the means of features."""


def _of_means(data: Any) -> bool:
    """Whether attended inputs are those along the mean of features."""
    return bool(data.name.startswith("mu"))


def _draw_readout(drawer: Any, node: Node) -> Box:
    head = Script(symbols.READOUT, MEANS) if _of_means(node.args[1]) else symbols.READOUT
    return Apply(head, Fence(drawer.box(node.args[0]), SQUARE))


def _path_map(make: Callable[..., Any], *, daggered: bool = False) -> Callable[[Any, Any], Box]:
    """The rule of a kernel, or of its adjoint, on training (plain) or test examples (a star)."""

    def rule(drawer: Any, node: Node) -> Box:
        inner, left, right = node.args
        marks = "".join("*" if data.name.endswith("star") else "" for data in (left, right))
        if marks == "*" and not left.name.endswith(
            "star"
        ):  # train x test is the transpose of test x train
            return power(rule(drawer, make(build.transpose(inner), right, left)), symbols.TOP)
        low = symbols.script_of(marks) if marks else None
        if _of_means(left):
            low = Listing((MEANS, low), ",") if low else MEANS
        high = symbols.DAGGER if daggered else None
        base = Script(symbols.KERNEL, low, high) if low or high else symbols.KERNEL
        return Apply(base, Fence(drawer.box(inner), SQUARE))

    return rule


def _worded(word: str) -> Callable[[Any], Text]:
    def rule(node: Node) -> Text:
        inner, left, right = node.args
        marks = "".join("star" if d.name.endswith("star") else "" for d in (left, right))
        suffix = {"": "", "star": "_star", "starstar": "_starstar"}[marks]
        if left.name == "X" and marks == "star":
            swapped = path_kernel(build.transpose(inner), right, left)
            return f"{held(swapped, ATOM)}.T", ATOM
        return f"{word}{suffix}({to_text(inner)})", ATOM

    return rule


def _is_symmetric(node: Node) -> bool:
    return bool(node.args[1] == node.args[2]) and is_symmetric(node.args[0])


def _kernel_name(node: Node) -> str:
    if type(node.args[0]) is not nodes.Overlap:
        return "kernel"
    across = "" if node.args[1] == node.args[2] else "cross_"
    return f"{across}kernel_{node.args[0].name}"


def _print_diagonal(node: Node, emit: Emit) -> str | None:
    if node.args[1] != node.args[2]:
        return None
    return f"path_diagonal({emit(node.args[0])}, {emit(node.args[1])})"


register(Attended, rebuild=Attended, draw=drawn_name)
register(
    PathReadout,
    rebuild=path_readout,
    normal=each_term(path_readout),
    evaluate=_readout_value,
    taylor=linear,
    draw=_draw_readout,
    define=(r"\mathcal{X}[B]_\mu", r"\sum_\pi B_\pi \cdot \xi^\pi_\mu"),
)
register(
    PathKernel,
    rebuild=path_kernel,
    normal=each_term(path_kernel),
    transpose=_flipped(path_kernel),
    differentiate=_adjoint(lambda *args: path_projection(*args)),
    evaluate=_kernel_value,
    taylor=linear,
    draw=_path_map(path_kernel),
    lower=Lowering.or_transposed,
    name=_kernel_name,
    print=call("path_kernel"),
    word=_worded("path_kernel"),
    print_diagonal=_print_diagonal,
    is_symmetric=_is_symmetric,
    define=(
        r"\mathcal{K}[G]_{\mu\nu}",
        r"\sum_{\pi\pi'} G_{\pi\pi'}\ \xi^\pi_\mu \cdot \xi^{\pi'}_\nu",
    ),
    explain=r"$\mathcal{K}[G]$ is the kernel of the overlaps $G$. A star marks test "
    r"examples: $K_\ast$ has a row for each of them and a column for each training example.",
)
register(
    PathProjection,
    rebuild=path_projection,
    normal=each_term(path_projection),
    transpose=_flipped(path_projection),
    differentiate=_adjoint(path_kernel),
    evaluate=_projection_value,
    taylor=linear,
    draw=_path_map(path_projection, daggered=True),
    merge=path_projection,
    name="projection",
    print=call("path_projection"),
    word=_worded("path_projection"),
    is_symmetric=_is_symmetric,
    define=(
        r"\mathcal{K}^\dagger[A]_{\pi\pi'}",
        r"\sum_{\mu\nu} A_{\mu\nu}\ \xi^\pi_\mu \cdot \xi^{\pi'}_\nu",
    ),
    explain=r"$\mathcal{K}^\dagger$ is the adjoint of $\mathcal{K}$: "
    r"$\mathrm{tr}(A\ \mathcal{K}[G]) = \mathrm{tr}(\mathcal{K}^\dagger[A]\ G)$ for symmetric $A$ "
    r"and $G$. In the same way the trace over {branches} is adjoint to $I_H \otimes$.",
)
