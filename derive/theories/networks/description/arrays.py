"""Checks of single arrays: real, finite, of the expected shape, or one line that says why not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.errors import DataError
from derive.wording import one_line

Array = NDArray[np.float64]
COUNTED = {
    "P": "example", "P_*": "test example", "N_0": "feature", "T": "token", "M": "path",
}  # fmt: skip
"""What the letters of a shape count."""


def real_array(value: Any, name: str, remedy: str = "give finite numbers") -> Array:
    """An array of booleans, whole or real numbers, as 64-bit floats.

    Args:
        value: Anything that NumPy makes an array of.
        name: What the array is called.
        remedy: What to do about entries that are NaN or infinite.

    Raises:
        DataError: Its entries are not real numbers, or not all finite.

    >>> real_array([True, False], "labels")
    array([1., 0.])
    """
    try:
        entries = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:  # such as rows of unequal length
        reason = one_line(str(error), 80)
        raise DataError(f"{name}: no array ({reason}); give an array of real numbers") from None
    if np.ma.is_masked(value):
        raise DataError(f"{name}: entries are masked; fill them, or leave their examples out")
    if entries.dtype.kind not in "biuf":
        kind = one_line(str(entries.dtype), 40)
        raise DataError(f"{name}: entries of type {kind}; give real numbers")
    with np.errstate(over="ignore"):
        array = entries.astype(np.float64, copy=False)
    _check_finite(array, name, remedy)
    return array


def _check_finite(array: Array, name: str, remedy: str) -> None:
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(k) for k in np.argwhere(bad)[0])
        raise DataError(
            f"{name}: {int(bad.sum())} of {array.size} entries are NaN or infinite, the first at "
            f"{first}; {remedy}"
        )


def expect_shape(array: Array, name: str, expected: tuple[int | str, ...], remedy: str) -> None:
    """Check an array's shape, in which a letter stands for any size from 1.

    Raises:
        DataError: The shape is another.

    >>> expect_shape(np.ones((3, 2)), "labels", ("P",), "give one label per example")
    Traceback (most recent call last):
    derive.errors.DataError: labels: shape (3, 2), expected (P,); give one label per example
    """
    fits = len(array.shape) == len(expected) and all(
        size >= 1 if isinstance(due, str) else size == due
        for size, due in zip(array.shape, expected, strict=True)
    )
    empty = [str(d) for size, d in zip(array.shape, expected, strict=False) if size == 0]
    if empty and len(array.shape) == len(expected):
        remedy = f"give at least one {COUNTED.get(empty[0], 'entry')}; {remedy}"
    if not fits:
        raise DataError(f"{name}: shape {array.shape}, expected {shape_text(expected)}; {remedy}")


def shape_text(shape: tuple[int | str, ...]) -> str:
    """A shape as NumPy writes it, with letters.

    >>> shape_text(("P",)), shape_text((3, "N_0"))
    ('(P,)', '(3, N_0)')
    """
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
