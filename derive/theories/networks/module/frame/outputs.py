"""Rows of several outputs: every example has one for each of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.programs.runtime.guard import real_array
from derive.theories.networks.module.frame.derived import OUTPUTS, Array, Problem


def one_row_per_output(attended: Any, labels: Array) -> tuple[Any, Array]:
    """Labels of shape (P, OUTPUTS) one below the other, the output the fast index.

    Labels of shape (P * OUTPUTS,), and attended inputs of such rows, stay as they are; with classes
    of paths they are rows.
    """
    if labels.ndim == 1:
        return attended, labels
    if labels.ndim != 2 or labels.shape[1] != OUTPUTS:
        raise ValueError(f"labels: shape {labels.shape}; (P, {OUTPUTS}) is needed")
    if isinstance(attended, tuple):
        return attended, labels.reshape(-1)
    attended = real_array("attended", attended)
    if attended.ndim != 3:
        raise ValueError(f"attended: shape {attended.shape}; (P, N_0, M / {OUTPUTS}) is needed")
    return rows_of_outputs(attended), labels.reshape(-1)


def one_row_per_test_output(attended_test: Any, problem: Problem) -> Any:
    """Test inputs in rows, if they are not; with classes of paths they are."""
    if isinstance(attended_test, tuple) and len(attended_test) == 2:
        return attended_test
    given = real_array("attended_test", attended_test)
    fewer = given.ndim == 3 and given.shape[2] * OUTPUTS == problem.attended.shape[1]
    return rows_of_outputs(given) if fewer else given


def rows_of_outputs(attended: Array) -> Array:
    """One row per example and output, which sees the paths that end in this output."""
    rows = np.einsum("pim,oq->poimq", attended, np.eye(OUTPUTS))
    examples, _, features, paths, _ = rows.shape
    return rows.reshape(examples * OUTPUTS, features, paths * OUTPUTS)
