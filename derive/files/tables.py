"""Tables in TOML files: their size and their depth are bounded before they are parsed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from derive.files.plain import open_plain

MAX_BYTES = 1_000_000
MOST_PAIRS = 5_000_000
"""Pairs of parts of dotted names: the parser's time and memory grow with their number."""
PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
DOTTED = re.compile(rf"\\.|{PART}(?:[ \t]*+\.[ \t]*+{PART})*+")
"""A name, or a text, which is gone through once; an escape outside of texts begins none."""


class Untidy(Exception):
    """Why a file holds no table, and what would do."""


def read_table(path: str | Path, what: str) -> dict[str, Any]:
    """The table in a TOML file of at most `MAX_BYTES`, UTF-8.

    Args:
        path: The file.
        what: What it should describe, for messages.

    Raises:
        Untidy: It cannot be read, or is no TOML.
    """
    raw = _content(path, what)
    try:
        return tomllib.loads(_bounded(raw.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Untidy(f"not UTF-8 text (line {line}); save the file as UTF-8") from None
    except RecursionError:
        raise Untidy("lists or tables are nested too deeply; nest fewer") from None
    except tomllib.TOMLDecodeError as error:
        raise Untidy(f"not TOML: {error}; mend it there, each name once") from None
    except ValueError:  # more digits than Python reads
        raise Untidy("a whole number of thousands of digits; write it shorter") from None


def _content(path: str | Path, what: str) -> bytes:
    try:
        with open_plain(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Untidy(f"cannot be read ({reason}); give the path of a TOML file") from None
    if len(raw) > MAX_BYTES:
        raise Untidy(f"more than {MAX_BYTES} bytes, which is no {what}; give its TOML file")
    return raw


def _bounded(text: str) -> str:
    """The text, where the parser takes its dotted names in its stride.

    >>> _bounded('a.b."c.d" = 1')
    'a.b."c.d" = 1'
    """
    pairs = 0
    for name in DOTTED.finditer(text):
        pairs += name.group().count(".") ** 2
        if pairs > MOST_PAIRS:
            line = text.count("\n", 0, name.start()) + 1
            raise Untidy(f"too many parts between dots in names (line {line}); nest fewer")
    return text
