"""Attended inputs of networks with several outputs: a row for every pair of example and output."""

from __future__ import annotations

import numpy as np

from derive.theories.networks.description.arrays import Array
from derive.theories.networks.description.operators import Classes


def rows_of_outputs(attended: Array, outputs: int) -> Array:
    r"""One row per example and output, which sees the paths that end in this output.

    .. math:: X_{(\mu o'), (\pi o)} = \delta_{o o'}\, \xi^\pi_\mu

    Args:
        attended: Shape (P, N_0, M / O).
        outputs: O.

    Returns:
        Shape (P O, N_0, M), the output the fast index of rows and of paths.

    >>> rows_of_outputs(np.array([[[5.0]]]), 2).tolist()
    [[[5.0, 0.0]], [[0.0, 5.0]]]
    """
    if outputs == 1:
        return attended
    rows = np.einsum("pim,oq->poimq", attended, np.eye(outputs))
    examples, _, features, paths, _ = rows.shape
    return rows.reshape(examples * outputs, features, paths * outputs)


def classes_of_outputs(classes: Classes, outputs: int) -> Classes:
    """The class of every path of such rows: identical paths that end in one output are one.

    >>> classes_of_outputs(np.array([0, 1, 0]), 2).tolist()
    [0, 1, 2, 3, 0, 1]
    """
    return (outputs * classes[:, None] + np.arange(outputs)).reshape(-1)
