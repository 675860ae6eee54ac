"""The smallest instance on which a line does not hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from derive.claims.result import Counterexample
from derive.claims.setting import Case
from derive.errors import DeriveError
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled

SECONDS = 10.0
"""Time of the processor that the search takes at most, so that a busy machine finds the same."""
MOST_CASES = 600
SURE = 6
"""Sides that agree to fewer digits than this differ."""
IN_A_LIMIT = "a line at leading order fails in a limit, not at one instance"
NONE_TELLS = "no small instance tells the two sides apart to fewer than 6 digits, nor a random one"
"""Why there is none."""
MOST_ENTRIES = 24
SHOWN = 10

Sides = tuple[Array, Array]
"""What a line gives and what it should be."""


def search(
    cases: Iterable[Case],
    differs: Callable[[Case], tuple[Numbers, Sides] | None],
    shown: Mapping[str, Any],
    value: Callable[[Any, Numbers], Array],
) -> Counterexample | None:
    """Go through cases, the smallest first, until one speaks against the line.

    Args:
        cases: From the smallest sizes upward.
        differs: The point and the two sides there where they differ, else None.
        shown: Names and expressions whose values are told.
        value: The value of an expression at a point.
    """
    end = time.thread_time() + SECONDS
    for number, case in enumerate(cases):
        if number == MOST_CASES or time.thread_time() > end:
            return None
        try:
            difference = differs(case)
        except (Unsettled, DeriveError, ArithmeticError, ValueError, np.linalg.LinAlgError):
            continue
        if difference is not None:
            return _told(case, *difference, shown, value)
    return None


def _told(
    case: Case,
    point: Numbers,
    sides: Sides,
    shown: Mapping[str, Any],
    value: Callable[[Any, Numbers], Array],
) -> Counterexample:
    numbers = {name: array_text(value(symbol, point)) for name, symbol in shown.items()}
    found, expected = sides
    place = np.unravel_index(np.argmax(abs(found - expected)), found.shape)
    where = "" if found.size == 1 else f" in entry ({', '.join(str(k + 1) for k in place)})"
    return Counterexample(
        case.sizes, numbers, number_text(expected[place]) + where, number_text(found[place]) + where
    )


def array_text(array: Array) -> str:
    """An array, its rows in brackets; a number where it has one entry."""
    if array.size == 1:
        return number_text(array.ravel()[0])
    if array.size > MOST_ENTRIES:
        return f"an array of shape {array.shape}"
    return str(np.vectorize(number_text, otypes=[object])(array).tolist()).replace("'", "")


def number_text(number: Any) -> str:
    """A number: a small fraction as such, another to ten digits.

    >>> number_text(0.5), number_text(2.0), number_text(0.1234567890123)
    ('1/2', '2', '0.123456789')
    """
    fraction = Fraction(str(number)) if np.isfinite(float(number)) else None
    if fraction is not None and fraction.denominator <= 16:
        return str(fraction)
    return f"{float(number):.{SHOWN}g}"
