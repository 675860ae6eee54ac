"""Blocks of pages as HTML: equations in MathML, or in LaTeX where that cannot be made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from derive.escaping import html
from derive.typeset.aligned import WIDTH, aligned
from derive.typeset.media import LATEX
from derive.typeset.page import Block, Display, Drawing, Heading, Items, Prose, Table

NARROW = 0.9 * WIDTH
"""The width in ems of an equation in the report."""


@cache
def converter() -> Callable[[str], str] | None:
    """From LaTeX to MathML; None where latex2mathml is not installed."""
    try:
        from latex2mathml.converter import convert
    except ImportError:
        return None

    def to_mathml(latex: str) -> str:
        mathml: str = convert(_for_converter(latex))
        mathml = mathml.replace("lndet", "ln&#x2009;det")
        # Capital Greek stands upright, as LaTeX sets it.
        return mathml.replace("<mi>&#x00393;</mi>", '<mi mathvariant="normal">&#x00393;</mi>')

    return to_mathml


def _for_converter(latex: str) -> str:
    """The LaTeX in the commands that the converter knows, functions set apart from arguments."""
    latex = re.sub(r"\\mathop\{\\mathrm\{(\w+)\}\}\\nolimits", r"\\operatorname{\1}", latex)
    latex = latex.replace(r"\ln\Gamma", r"\operatorname{ln}\Gamma")
    latex = latex.replace(r"\ln\det", r"\operatorname{lndet}")
    latex = latex.replace(r"\ln\mathcal", r"\operatorname{ln}\mathcal")
    latex = re.sub(r"\\[bB]ig[lr](\\[lr]angle)", r"\1", latex)
    return re.sub(r"\\ln(?![a-z])", r"\\operatorname{ln}", latex)


def html_of_blocks(blocks: Iterable[Block], level: int) -> str:
    """Blocks of a page as HTML.

    Args:
        blocks: The blocks.
        level: The HTML level of a heading of level 1.
    """
    return "\n".join(_html(block, level) for block in blocks)


def _html(block: Block, level: int) -> str:
    if isinstance(block, Heading):
        tag = f"h{level + block.level - 1}"
        badge = f' <span class="badge">{prose(block.badge)}</span>' if block.badge else ""
        return f"<{tag}>{prose(block.text)}{badge}</{tag}>"
    if isinstance(block, Prose):
        label = f"<em>{html(block.label)}:</em> " if block.label else ""
        return f"<p>{label}{prose(block.text)}</p>"
    if isinstance(block, Items):
        return _items(block)
    if isinstance(block, Drawing):
        return f"<pre>{html(chr(10).join(block.lines))}</pre>"
    return display(block) if isinstance(block, Display) else _table(block)


def _items(block: Items) -> str:
    tag = "ol" if block.numbered else "ul"
    label = f"<p><em>{html(block.label)}:</em></p>" if block.label else ""
    items = "".join(f"<li>{prose(text)}</li>" for text in block.texts)
    return f"{label}<{tag}>{items}</{tag}>"


def _table(block: Table) -> str:
    titles = "".join(f"<th>{prose(title)}</th>" for title in block.titles)
    rows = "".join(
        "<tr>" + "".join(f"<td>{prose(cell)}</td>" for cell in row) + "</tr>" for row in block.rows
    )
    return f'<div class="wide"><table><tr>{titles}</tr>{rows}</table></div>'


def prose(text: str) -> str:
    """Text with mathematics between dollar signs and code between backquotes."""
    parts = text.split("$")
    shown = [_code(part) for part in parts]
    shown[1::2] = [inline(part) for part in parts[1::2]]
    return "".join(shown)


def _code(text: str) -> str:
    pieces = [html(piece) for piece in text.split("`")]
    pieces[1::2] = [f"<code>{piece}</code>" for piece in pieces[1::2]]
    return "".join(pieces)


def inline(latex: str) -> str:
    """A formula within text."""
    convert = converter()
    return f"<code>{html(latex)}</code>" if convert is None else convert(latex)


def display(block: Display) -> str:
    """Formulas set off from the text."""
    rows = list(aligned(block, LATEX, NARROW))
    convert = converter()
    if convert is None:
        return f'<pre class="wide">{html(chr(10).join(rows))}</pre>'
    body = "".join(_row(row, convert) for row in rows)
    return f'<div class="wide"><table class="equation">{body}</table></div>'


def _row(row: str, convert: Callable[[str], str]) -> str:
    left, _, right = row.partition("&")
    cells = [convert(part) if part.strip() else "" for part in (left, right)]
    shown = [cell.replace("<math", '<math displaystyle="true"', 1) for cell in cells]
    return f"<tr><td>{shown[0]}</td><td>{shown[1]}</td></tr>"
