"""The blocks that a page is made of, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources

from derive.escaping import html


def html_page(title: str, body: str) -> str:
    """A page that needs nothing else.

    Args:
        title: Plain text.
        body: HTML.
    """
    style = resources.files("derive.typeset").joinpath("report.css").read_text("utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A titled part of the page."""
    body = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{html(title)}</h2>\n{body}\n</section>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    shown = f' class="{kind}"' if kind else ""
    return f"<p{shown}>{html(text).replace(' %', '&nbsp;%')}</p>"


def captioned(svg: str, caption: str) -> str:
    """A figure; without one, nothing."""
    if not svg:
        return ""
    return f"<figure>\n{svg}\n<figcaption>{html(caption)}</figcaption>\n</figure>"


def folded(title: str, content: str) -> str:
    """What a reader opens if wanted."""
    return f"<details>\n<summary>{html(title)}</summary>\n{content}\n</details>"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table; the cells are HTML.

    Args:
        titles: Of the columns, plain text.
        rows: Cells of each row.
        numbers: Columns that hold numbers.
    """

    def cell(tag: str, column: int, content: str) -> str:
        kind = ' class="number"' if column in numbers else ""
        return f"<{tag}{kind}>{content}</{tag}>"

    head = "".join(cell("th", column, html(title)) for column, title in enumerate(titles))
    lines = ("".join(cell("td", column, content) for column, content in enumerate(r)) for r in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def pairs_table(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values."""
    rows = "".join(
        f'<tr><td>{html(name)}</td><td class="value">{html(value)}</td></tr>'
        for name, value in pairs
    )
    return f'<div class="wide"><table>{rows}</table></div>'
