"""How error messages show a value and list the valid choices, each on one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 60
HUGE = 10**18


def shown(value: Any) -> str:
    """A value as an error message shows it: short, on one line, whatever the value.

    >>> shown({"a": 1}), shown("text"), shown(-2), shown(10**5000)
    ('a table', "'text'", '-2', 'a number of more than 18 digits')
    """
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int) and abs(value) > HUGE:
        return "a number of more than 18 digits"
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else value[:LONGEST] + "...")
    return one_line(repr(value), LONGEST)


def one_line(text: str, longest: int = 300) -> str:
    r"""Text without line breaks or control characters, cut at `longest` characters.

    >>> one_line("first\n  second\x1b")
    'first second?'
    """
    line = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return line if len(line) <= longest else line[:longest] + "..."


def choices(word: Any, valid: Iterable[str]) -> str:
    """The end of a message about a wrong word: the nearest valid one, and all of them.

    >>> choices("atention", ("linear", "attention"))
    "; did you mean 'attention'? Valid: linear, attention"
    >>> choices("x", ("linear", "attention"))
    '; valid: linear, attention'
    """
    valid = tuple(valid)
    near = difflib.get_close_matches(word, valid, 1, 0.6) if isinstance(word, str) else []
    listed = ", ".join(valid)
    return f"; did you mean {near[0]!r}? Valid: {listed}" if near else f"; valid: {listed}"


def plural(word: str) -> str:
    """Several of them.

    >>> plural("head"), plural("branch")
    ('heads', 'branches')
    """
    return f"{word}es" if word.endswith("ch") else f"{word}s"
