"""What is read off an order parameter, from its definition (docs/formulas.md 1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def head_score_loops(
    bottom: Array, table: Sequence[Sequence[int]], heads: Sequence[int]
) -> list[float]:
    """The sum of |U[p, p']| over ordered pairs in which p or p' passes through a head.

    Args:
        bottom: The order parameter on the paths.
        table: For every path the head in every layer that has some, 0 for a skip.
        heads: Of these layers, the lowest first.

    Returns:
        One score per head, the lowest layer first, divided by the largest.
    """
    scores = []
    for layer, count in enumerate(heads):
        for head in range(1, count + 1):
            total = 0.0
            for p, first in enumerate(table):
                for q, second in enumerate(table):
                    if head in (first[layer], second[layer]):
                        total += abs(float(bottom[p, q]))
            scores.append(total)
    largest = max(scores, default=1.0)
    return [score / largest for score in scores]


def alignment_loops(kernel: Array, labels: Array) -> tuple[Array, Array]:
    """Eigenvalues of a kernel, the largest first, and |v_k . y| / |y|.

    Eigenvectors come from the singular value decomposition: for a positive semidefinite matrix it
    is the same, and another algorithm.
    """
    vectors, values, _ = np.linalg.svd((kernel + kernel.T) / 2)
    length = float(np.sqrt(sum(y * y for y in labels))) or 1.0
    alignments = [
        abs(sum(v * y for v, y in zip(column, labels, strict=True))) for column in vectors.T
    ]
    return values, np.array(alignments) / length
