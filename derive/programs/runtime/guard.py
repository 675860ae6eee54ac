"""What goes into a module and comes out: real numbers, and one line where there are none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

UNUSABLE = (
    "the labels' covariance or the overlaps lost positive definiteness to rounding or overflow; "
    "scale inputs and labels to order one, or raise the temperature"
)


def real_array(name: str, given: Any) -> np.ndarray:
    """An array of floats, or ValueError: an imaginary part is never dropped."""
    found = np.asarray(given)
    if np.iscomplexobj(found):
        raise ValueError(f"{name}: complex numbers; give real ones")
    try:
        with np.errstate(over="ignore"):  # what does not fit is infinite, and refused as that
            return np.asarray(found, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name}: not an array of real numbers") from None


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with one line, a ValueError, in the place of warnings and of failed algebra."""

    @wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        try:
            with np.errstate(all="ignore"):  # what overflows is refused below
                return function(*given, **named)
        except (np.linalg.LinAlgError, OverflowError, FloatingPointError):  # none says why
            raise ValueError(UNUSABLE) from None

    return called


def require_finite(*numbers: Any) -> None:
    """Raise LinAlgError where a number or an array is not finite."""
    if not all(np.isfinite(number).all() for number in numbers):
        raise np.linalg.LinAlgError(UNUSABLE)
