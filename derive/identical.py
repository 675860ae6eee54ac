"""Which columns of an array are the same; generated modules carry a copy of this."""

from __future__ import annotations

import numpy as np

FEW_EXAMPLES = 8
"""So many examples tell almost all columns apart that differ, at little cost."""


def identical(columns: np.ndarray) -> np.ndarray:
    """The class of every column: equal columns have one, counted in the order of the first ones.

    Args:
        columns: Shape (examples, rows, columns); equal means equal in every entry.

    Returns:
        Shape (columns,), whole numbers from 0 without gaps.

    >>> identical(np.array([[[1.0, 2.0, 1.0], [3.0, 4.0, 3.0]]])).tolist()
    [0, 1, 0]
    """
    classes = numbered_columns(columns[:: max(1, len(columns) // FEW_EXAMPLES)])
    if len(classes) and classes.max() + 1 < len(classes):
        classes = numbered_columns(columns)
    return classes


def numbered_columns(columns: np.ndarray) -> np.ndarray:
    """The classes, from all that is given; adding zero makes -0.0 the same as 0.0."""
    seen: dict[bytes, int] = {}
    keys = ((columns[:, :, k] + 0.0).tobytes() for k in range(columns.shape[2]))
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=int)
