"""Blocks of a page in plain text, for a terminal and for docstrings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from derive.typeset.lines import Breaker
from derive.typeset.media import PLAIN
from derive.typeset.page import BECOMES, Block, Display, Drawing, Heading, Items, Prose, Table
from derive.typeset.text import unicode_of

COLUMNS = 100
"""The width of a page; the same on every terminal."""
STEP = 4
"""Columns by which a continued line is moved to the right."""


def plain_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The lines of blocks, at most COLUMNS wide but for drawings and tables."""
    for block in blocks:
        yield from WRITERS[type(block)](block)


def display_lines(display: Display) -> list[str]:
    """Equations in plain text, their equals signs below one another."""
    breaker = Breaker(PLAIN, indent=STEP, sign=3.0, gap=1.0, bracket=2.0)
    names = [PLAIN.text(line.left) if line.left is not None else "" for line in display.lines]
    wide = max(map(len, names))
    lines = []
    for name, line in zip(names, display.lines, strict=True):
        first, *rest = breaker.lines(line.right, COLUMNS - wide - 5 - STEP)
        mark = "=" if line.relation is BECOMES else line.relation.plain
        lines.append(f"{name.rjust(wide)} {mark} {first.text}")
        lines += [" " * (wide + 3 + STEP * part.indent + STEP) + part.text for part in rest]
    return lines


def _table(block: Table) -> Iterator[str]:
    rows = [[unicode_of(cell) for cell in row] for row in (block.titles, *block.rows)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()


def _heading(block: Heading) -> list[str]:
    return [unicode_of(f"{block.text} ({block.badge})" if block.badge else block.text)]


def _prose(block: Prose) -> list[str]:
    text = f"{block.label}: {block.text}" if block.label else block.text
    return textwrap.wrap(unicode_of(text), COLUMNS)


def _items(block: Items) -> Iterator[str]:
    for number, text in enumerate(block.texts, start=1):
        mark = f"  {number}. " if block.numbered else "  - "
        rest = " " * len(mark)
        shown = unicode_of(text)
        yield from textwrap.wrap(shown, COLUMNS, initial_indent=mark, subsequent_indent=rest)


WRITERS: dict[type, Any] = {
    Heading: _heading,
    Prose: _prose,
    Items: _items,
    Table: _table,
    Display: lambda block: [f"  {line}" for line in display_lines(block)],
    Drawing: lambda block: block.lines,
}
