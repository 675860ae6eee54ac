r"""Directions of overlaps, sorted by how permutations of heads act on them.

Over the heads of one layer a matrix is a sum of four kinds: symmetric (I and the matrix J of ones),
one that a vector v of sum zero makes (1 v^T, v 1^T, diag v), one that pairs of heads make, and an
antisymmetric one. By Schur's lemma the Hessian at a symmetric point does not mix kinds, and acts
alike on all vectors of one kind: one representative is enough, whatever the number of heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from derive.theories.networks.analysis.exchangeable.vectors import Table

SYMMETRIC, ONE, PAIRS, CYCLES = "symmetric", "one head apart", "pairs apart", "antisymmetric"
"""Trivial, (H-1, 1), (H-2, 2) and (H-2, 1, 1), by the partitions that name them."""

Kinds = tuple[str, ...]
"""For every declared layer, the lowest first."""


def dimension(kind: str, heads: int) -> int:
    """How many independent directions of a kind there are for one layer.

    >>> [sum(dimension(k, 5) * n for k, n in zip(KINDS, (2, 3, 1, 1)))]
    [25]
    """
    return {
        SYMMETRIC: 1,
        ONE: heads - 1,
        PAIRS: heads * (heads - 3) // 2,
        CYCLES: (heads - 1) * (heads - 2) // 2,
    }[kind]


KINDS = (SYMMETRIC, ONE, PAIRS, CYCLES)


def kinds_of(heads: Sequence[int]) -> list[Kinds]:
    """Every choice of a kind for each declared layer, the symmetric one first."""
    options = [[k for k in KINDS if dimension(k, count) > 0] for count in heads]
    return list(product(*options))


def apart(heads: int, size: int = 1) -> np.ndarray:
    """The vector of length 1 and sum zero in which some heads stand against the others."""
    vector = np.full(heads, -size / heads)
    vector[:size] += 1.0
    return np.asarray(vector / np.linalg.norm(vector))


def _pairs(kind: str, heads: int, size: int) -> list[np.ndarray]:
    """Matrices over pairs of heads."""
    ones, unit = np.ones(heads), np.eye(heads)
    if kind == SYMMETRIC:
        return [unit, np.outer(ones, ones)]
    if kind == ONE:
        vector = apart(heads, size)
        return [np.diag(vector), np.outer(ones, vector), np.outer(vector, ones)]
    if kind == PAIRS:
        square = np.outer(unit[0] - unit[1], unit[2] - unit[3])
        return [square + square.T]
    turn = np.outer(unit[0] - unit[1], unit[1] - unit[2])
    return [turn - turn.T]


def _rows(kind: str, heads: int, size: int) -> list[np.ndarray]:
    """Vectors over heads, where the other path takes the skip."""
    return {SYMMETRIC: [np.ones(heads)], ONE: [apart(heads, size)]}.get(kind, [])


def directions(
    table: Table, weights: Sequence[int], heads: Sequence[int], kinds: Kinds, sizes: Sequence[int]
) -> np.ndarray:
    """Orthonormal symmetric matrices over the vectors of a stream, of one kind in each layer.

    Args:
        table: The branches of the vectors.
        weights: Those of the declared layers.
        heads: Of every weight.
        kinds: One for each declared layer.
        sizes: In each, how many heads stand against the others.

    Returns:
        Shape (number, vectors, vectors); empty where the stream has no such direction.
    """
    passed = sorted({tuple(row) for row in (table > 0).tolist()})
    matrices: list[np.ndarray] = []
    for first, second in product(passed, repeat=2):
        rows = np.flatnonzero(((table > 0) == np.array(first)).all(axis=1))
        columns = np.flatnonzero(((table > 0) == np.array(second)).all(axis=1))
        options = [
            _options(kind, heads[weight], size, first[weight], second[weight])
            for weight, kind, size in zip(weights, kinds, sizes, strict=True)
        ]
        for choice in product(*options):
            matrix = np.zeros((len(table), len(table)))
            entries = np.ones((len(rows), len(columns)))
            for weight, part in zip(weights, choice, strict=True):
                entries = entries * part[np.ix_(table[rows, weight], table[columns, weight])]
            matrix[np.ix_(rows, columns)] = entries
            matrices.append((matrix + matrix.T) / 2.0)
    return _orthonormal(matrices, len(table))


def _options(kind: str, heads: int, size: int, first: bool, second: bool) -> list[np.ndarray]:
    """Arrays over the branches of two paths, 0 for one that does not pass."""
    padded = []
    if first and second:
        padded = [np.pad(part, ((1, 0), (1, 0))) for part in _pairs(kind, heads, size)]
    elif first:
        padded = [np.pad(part, (1, 0))[:, None] for part in _rows(kind, heads, size)]
    elif second:
        padded = [np.pad(part, (1, 0))[None, :] for part in _rows(kind, heads, size)]
    elif kind == SYMMETRIC:
        padded = [np.ones((1, 1))]
    return padded


def _orthonormal(matrices: list[np.ndarray], size: int) -> np.ndarray:
    if not matrices:
        return np.zeros((0, size, size))
    flat = np.array(matrices).reshape(len(matrices), -1)
    _, values, axes = np.linalg.svd(flat, full_matrices=False)
    rank = int(np.sum(values > 1e-10 * max(values[0], 1e-300)))
    basis = axes[:rank].reshape(rank, size, size)
    return np.asarray((basis + basis.transpose(0, 2, 1)) / 2.0)


def describe(layers: Sequence[int], kinds: Kinds) -> str:
    """A kind in words.

    >>> describe((1, 2), (SYMMETRIC, ONE)), describe((1,), (SYMMETRIC,))
    ('layer 2 one head apart', 'symmetric')
    """
    parts = [
        f"layer {layer} {kind}"
        for layer, kind in zip(layers, kinds, strict=True)
        if kind != SYMMETRIC
    ]
    return ", ".join(parts) or SYMMETRIC
