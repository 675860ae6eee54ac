r"""Names, labels and paths as text of a medium that no name can leave: one function a medium.

LaTeX and Markdown stand with the pages (`derivation.render.text`), docstrings with the modules
(`codegen.header.printable`); error messages show values by `network.wording.shown`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, at full width too."""


def html(text: str) -> str:
    """Text as it stands in elements and in quoted attributes, of HTML and of SVG.

    Control characters, which neither allows, become question marks.

    >>> html('x" onload="alert(1)')
    'x&quot; onload=&quot;alert(1)'
    """
    kept = "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)
    return escape(kept, quote=True)


def terminal(text: str) -> str:
    r"""Text on one line, without what a terminal obeys: escapes in the place of such characters.

    >>> print(terminal("a\nb\x1b[31m"))
    a\nb\x1b[31m
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text gets an apostrophe in front.

    >>> csv_cell("=1+1"), csv_cell("two heads"), csv_cell(-1.5)
    ("'=1+1", 'two heads', -1.5)
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV; the same bytes for the same rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([csv_cell(value) for value in row] for row in (columns, *rows))
    return text.getvalue()
