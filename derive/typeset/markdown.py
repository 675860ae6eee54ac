"""A page as Markdown with equations between double dollar signs, for GitHub and Jupyter.

Every line of an equation begins with an ampersand or a symbol, never with a sign that Markdown
would take for a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from derive.typeset.aligned import WIDTH, aligned
from derive.typeset.media import LATEX
from derive.typeset.page import ORDER, Display, Drawing, Heading, Items, Page, Prose, Table
from derive.typeset.text import markdown_escaped


def markdown_of(page: Page) -> str:
    """The page as Markdown."""
    parts = [f"# {markdown_escaped(page.title)}"]
    for block in page.blocks:
        parts.append(WRITERS[type(block)](block))
    return "\n\n".join(parts) + "\n"


def _heading(block: Heading) -> str:
    badge = ORDER.sub(r"**\g<0>**", block.badge)
    return f"{'#' * (block.level + 1)} {block.text}{f' — {badge}' if badge else ''}"


def _prose(block: Prose) -> str:
    return f"*{block.label}:* {block.text}" if block.label else block.text


def _items(block: Items) -> str:
    marks = (f"{k}." if block.numbered else "-" for k in range(1, len(block.texts) + 1))
    lines = [f"{mark} {text}" for mark, text in zip(marks, block.texts, strict=True)]
    return "\n".join([*([f"*{block.label}:*", ""] if block.label else []), *lines])


def _table(block: Table) -> str:
    rows = [block.titles, ("---",) * len(block.titles), *block.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _display(block: Display) -> str:
    return "\n".join(("$$", *_environment(block), "$$"))


def _drawing(block: Drawing) -> str:
    return "\n".join(("```text", *block.lines, "```"))


def _environment(block: Display) -> Iterator[str]:
    rows = list(aligned(block, LATEX, WIDTH))
    if len(rows) == 1:
        yield rows[0].replace("&", "", 1).strip()
        return
    yield r"\begin{aligned}"
    yield from (row + (r" \\" if k < len(rows) else "") for k, row in enumerate(rows, start=1))
    yield r"\end{aligned}"


WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading,
    Prose: _prose,
    Items: _items,
    Table: _table,
    Display: _display,
    Drawing: _drawing,
}
