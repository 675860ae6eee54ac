"""Numbers that a module of any depth is given, one for each stream or weight at that depth."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.programs.runtime.guard import real_array


def depth_of(name: str, given: Any) -> int:
    """A depth, or ValueError."""
    whole = isinstance(given, (int, np.integer)) and not isinstance(given, bool)
    if not whole or given < 1:
        raise ValueError(f"{name}: {given!r} given; give a whole number from 1")
    return int(given)


def positive_numbers(name: str, given: Any, count: int, what: str) -> tuple[float, ...]:
    """One positive number for each stream or weight, or ValueError."""
    try:
        numbers = tuple(float(number) for number in np.atleast_1d(real_array(name, given)))
    except ValueError:
        numbers = ()
    if len(numbers) == 1:
        numbers = numbers * count
    if len(numbers) != count or not all(0 < number < np.inf for number in numbers):
        needed = f"{count} positive numbers, one for each {what} at this depth"
        raise ValueError(f"{name}: {given} given; give {needed}; or one number for all")
    return numbers


def whole_numbers(name: str, given: Any, count: int) -> tuple[int, ...]:
    """One whole number for each weight with heads, or ValueError."""
    try:
        numbers = () if given is None else tuple(float(number) for number in np.atleast_1d(given))
    except (TypeError, ValueError):
        numbers = (0.0,)
    if len(numbers) == 1:
        numbers = numbers * count
    if len(numbers) != count or not all(1 <= n < np.inf and n == int(n) for n in numbers):
        needed = f"{count} whole numbers from 1, one for each weight with heads at this depth"
        raise ValueError(f"{name}: {given} given; give {needed}; or one number for all")
    return tuple(int(number) for number in numbers)
