"""Values of options, read from text with every mistake named."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

INFINITE = ("inf", "infinity", "infinite")
LARGEST = 2**53
MOST_DIGITS = 10_000
"""Decimal digits beyond which arithmetic does not end in a session."""


def file(text: str) -> str:
    """The path of a file or folder.

    Raises:
        ArgumentTypeError: The text is empty.
    """
    if not text or "\0" in text:
        raise ArgumentTypeError("an empty path; give the path of a file")
    return text


def whole(least: int, most: int = LARGEST) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`.

    >>> whole(1)("12")
    12
    """

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            end = "" if most == LARGEST else f" to {most}"
            raise ArgumentTypeError(
                f"{text[:60]!r} is not a whole number from {least}{end}; give one"
            )
        return value

    return read


def digits(least: int) -> Callable[[str], int]:
    """A reader of numbers of decimal digits."""
    return whole(least, MOST_DIGITS)


def number(text: str) -> float:
    """A finite number.

    >>> number("1e-2"), number("2.0")
    (0.01, 2)
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError(f"{text[:60]!r} is not a finite number; give one, such as 0.01")
    return int(value) if value.is_integer() and abs(value) < LARGEST else value


def width(text: str) -> float:
    """A width: a whole number from 1, or infinity.

    >>> width("10"), width("inf")
    (10, inf)
    """
    if text.strip().lower() in INFINITE:
        return math.inf
    try:
        return whole(1)(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(
            f"{text[:60]!r} is not a width; give a whole number from 1, or inf"
        ) from None


def widths(text: str) -> tuple[float, ...]:
    """Widths between commas, the narrowest first.

    >>> widths("30,10")
    (10, 30)
    """
    return tuple(sorted({width(part) for part in text.split(",")}))


def listed(read: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """A reader of values between commas, each once, the smallest first.

    >>> listed(number)("0.1,0.01,0.1")
    (0.01, 0.1)
    """
    return lambda text: tuple(sorted({read(part) for part in text.split(",")}))


def listed_numbers(text: str) -> tuple[float, ...]:
    """Numbers between commas, in the order given.

    >>> listed_numbers("0.5,0.1,0.5")
    (0.5, 0.1, 0.5)
    """
    return tuple(number(part) for part in text.split(","))


def assignments(text: str) -> tuple[str, tuple[float, ...]]:
    """A name and the values that it takes.

    >>> assignments("s_0=0.5,1")
    ('s_0', (0.5, 1))
    """
    name, equals, values = text.partition("=")
    if not equals or not name.strip():
        raise ArgumentTypeError(
            f"{text[:60]!r} is not NAME=VALUE,VALUE; write for example s_0=0.5,1"
        )
    try:
        return name.strip(), listed(number)(values)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{name.strip()[:60]}: {error}") from None


def assignment(text: str) -> tuple[str, float]:
    """A symbol's name and its value.

    >>> assignment("N_1=10")
    ('N_1', 10)
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ArgumentTypeError(f"{text[:60]!r} is not NAME=VALUE; write for example N_1=10")
    try:
        return name.strip(), number(value)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{name.strip()[:60]}: {error}") from None


def size(text: str) -> int | str:
    """A whole number from 1, or the name of a symbol.

    >>> size("3"), size("L")
    (3, 'L')
    """
    return whole(1)(text) if text.lstrip("+-").isdigit() else text
