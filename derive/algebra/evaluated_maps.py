"""Values of maps of matrices: lifts, traces, blocks; in the arithmetic of the evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sympy
from sympy import Identity, ZeroMatrix

from derive.algebra import nodes

if TYPE_CHECKING:
    from derive.algebra.evaluate import Evaluation


def filled(run: Evaluation, count: int, width: int, diagonal: int) -> np.ndarray:
    """Zeros, with one number along the diagonal."""
    array = run.arithmetic.array(np.zeros((count, width)))
    if diagonal:
        np.fill_diagonal(array, run.arithmetic.number(diagonal))
    return array


def _lift(run: Evaluation, node: Any) -> Any:
    return np.kron(filled(run, *(run.size(node.args[1]),) * 2, 1), run.of(node.args[0]))


def _partial_trace(run: Evaluation, node: Any) -> Any:
    matrix, heads = run.of(node.args[0]), run.size(node.args[1])
    size = matrix.shape[0] // heads
    return sum(matrix[h * size : (h + 1) * size, h * size : (h + 1) * size] for h in range(heads))


def _ones(run: Evaluation, node: Any) -> Any:
    count, width = (run.size(arg) for arg in node.args)
    return filled(run, count, width, 0) + run.arithmetic.number(1)


def _fast_trace(run: Evaluation, node: Any) -> Any:
    matrix, count = run.of(node.args[0]), run.size(node.args[1])
    return sum(matrix[k::count, k::count] for k in range(count))


def _block(run: Evaluation, node: Any) -> Any:
    start, size = run.size(node.args[1]), run.size(node.args[2])
    return run.of(node.args[0])[start : start + size, start : start + size]


def _embed(run: Evaluation, node: Any) -> Any:
    inner, start, total = run.of(node.args[0]), run.size(node.args[1]), run.size(node.args[2])
    out = filled(run, total, total, 0)
    out[start : start + len(inner), start : start + len(inner)] = inner
    return out


def _selection(run: Evaluation, node: Any) -> Any:
    total, *runs = (run.size(arg) for arg in node.args)
    whole = filled(run, total, total, 1)
    pieces = [whole[s : s + n] for s, n in zip(runs[::2], runs[1::2], strict=True)]
    return np.concatenate(pieces)


def _block_diagonal(run: Evaluation, node: Any) -> Any:
    parts = [run.of(arg) for arg in node.args]
    total = sum(len(part) for part in parts)
    out, start = filled(run, total, total, 0), 0
    for part in parts:
        out[start : start + len(part), start : start + len(part)] = part
        start += len(part)
    return out


def _gram(run: Evaluation, node: Any) -> Any:
    vectors = run.of(node.args[0])
    return vectors @ vectors.T / vectors.shape[1]


def _along(run: Evaluation, node: Any) -> Any:
    vectors = run.of(node.args[0])
    root = run.arithmetic.power(run.arithmetic.number(vectors.shape[1]), run.arithmetic.ratio(1, 2))
    return vectors.sum(axis=1).reshape(-1, 1) / root


RULES: dict[type, Any] = {
    Identity: lambda run, node: filled(run, *(run.size(node.args[0]),) * 2, 1),
    ZeroMatrix: lambda run, node: filled(run, run.size(node.args[0]), run.size(node.args[1]), 0),
    nodes.Kronecker: lambda run, node: np.kron(*(run.of(arg) for arg in node.args)),
    sympy.OneMatrix: _ones,
    nodes.Stack: lambda run, node: np.concatenate([run.of(arg) for arg in node.args]),
    nodes.Diagonal: lambda run, node: np.diagonal(run.of(node.args[0])).reshape(-1, 1),
    nodes.Lift: _lift,
    nodes.FastTrace: _fast_trace,
    nodes.PartialTrace: _partial_trace,
    nodes.Block: _block,
    nodes.Embed: _embed,
    nodes.Selection: _selection,
    nodes.BlockDiagonal: _block_diagonal,
    nodes.Gram: _gram,
    nodes.Along: _along,
}
"""Exact node type to its value."""
