r"""Attended inputs of which some are identical: kept once, and their overlaps summed.

.. math:: \sum_{\pi\pi'} G_{\pi\pi'} \, \xi^\pi_\mu \cdot \xi^{\pi'}_\nu
          = \sum_{cc'} (C G C^\top)_{cc'} \, \xi^c_\mu \cdot \xi^{c'}_\nu

with C_{c pi} = 1 where path pi has class c. What contracts attended inputs goes through `fold`, and
what comes out of such a contraction through `spread`; nothing else knows of classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.identical import identical
from derive.programs.runtime.guard import real_array


class Merged:
    """Attended inputs by class of paths.

    Attributes:
        distinct: One input per class, shape (P, m, N_0).
        classes: The class of every path, shape (M,).
    """

    def __init__(self, distinct: np.ndarray, classes: np.ndarray) -> None:
        self.distinct, self.classes = distinct, classes
        self.order = np.argsort(classes, kind="stable")
        self.starts = np.searchsorted(classes[self.order], np.arange(distinct.shape[1]))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(P, M, N_0), as if every path had its own."""
        examples, _, features = self.distinct.shape
        return examples, len(self.classes), features


def attended_by_path(given: Any, paths: int, features: int | None = None) -> Any:
    """Attended inputs with paths before features; what is identical is kept once.

    Args:
        given: Shape (P, N_0, M); or a pair of inputs (P, N_0, m) and the class of every path.
        paths: M.
        features: N_0 of the training examples; given for those of test examples.

    Returns:
        Shape (P, M, N_0), or `Merged` where some paths are identical.

    Raises:
        ValueError: Shapes or classes do not fit, or entries are not finite.
    """
    name = "attended" if features is None else "attended_test"
    pair = isinstance(given, tuple) and len(given) == 2 and np.ndim(given[1]) == 1
    inputs = real_array(name, given[0] if pair else given)
    due = ("P", "N_0") if features is None else ("P_test", features)
    count = _classes(given[1], paths, name) if pair else paths
    fits = inputs.ndim == 3 and 0 not in inputs.shape and inputs.shape[2] == count
    if not fits or inputs.shape[1] != (features or inputs.shape[1]):
        raise ValueError(f"{name}: shape {inputs.shape}; ({due[0]}, {due[1]}, {count}) is needed")
    if not np.isfinite(inputs).all():
        raise ValueError(f"{name}: there are entries that are not finite; remove them")
    classes = np.asarray(given[1]) if pair else identical(inputs)
    if not pair and len(kept := np.unique(classes, return_index=True)[1]) < paths:
        inputs = inputs[:, :, kept]
    by_path = np.ascontiguousarray(inputs.transpose(0, 2, 1))
    return with_classes(by_path, classes)


def tests_by_path(given: Any, problem: Any) -> Any:
    """Attended inputs of test examples, for a problem; as in `attended_by_path`."""
    _, paths, features = problem.attended.shape
    return attended_by_path(given, paths, features)


def _classes(given: Any, paths: int, name: str) -> int:
    """How many classes there are, or ValueError."""
    classes = np.asarray(given)
    numbers = np.unique(classes)
    if classes.shape != (paths,) or not np.array_equal(numbers, np.arange(len(numbers))):
        raise ValueError(
            f"{name}: classes of shape {classes.shape} do not fit; give a whole number for each of "
            f"the {paths} paths, from 0 without gaps"
        )
    return len(numbers)


def fold(overlap: np.ndarray, left: Any, right: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """C G C^T and the inputs of the classes; all as they are where no path is merged."""
    if isinstance(left, Merged):
        overlap = np.add.reduceat(overlap[left.order], left.starts, axis=0)
    if isinstance(right, Merged):
        overlap = np.add.reduceat(overlap[:, right.order], right.starts, axis=1)
    return overlap, inputs_of(left), inputs_of(right)


def spread(matrix: np.ndarray, left: Any, right: Any) -> np.ndarray:
    """C^T A C: the adjoint of the fold."""
    if isinstance(left, Merged):
        matrix = matrix[left.classes]
    return matrix[:, right.classes] if isinstance(right, Merged) else matrix


def together(left: Any, right: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The inputs of two data sets by classes of paths that are identical in both."""
    pairs = np.stack([_classes_of(left), _classes_of(right)])
    chosen, classes = np.unique(pairs, axis=1, return_inverse=True)
    first, second = inputs_of(left)[:, chosen[0]], inputs_of(right)[:, chosen[1]]
    return first, second, classes.reshape(-1)


def with_classes(inputs: np.ndarray, classes: np.ndarray) -> Any:
    """Inputs of classes; as they are where every path has its own."""
    every = np.array_equal(classes, np.arange(len(classes)))
    return inputs if every else Merged(inputs, classes)


def _classes_of(data: Any) -> np.ndarray:
    return data.classes if isinstance(data, Merged) else np.arange(data.shape[1])


def inputs_of(data: Any) -> np.ndarray:
    """The attended inputs of the classes, shape (P, m, N_0)."""
    return np.asarray(data.distinct if isinstance(data, Merged) else data)
