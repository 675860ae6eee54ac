"""A page as a LaTeX document that plain pdfLaTeX compiles as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from derive.typeset.aligned import WIDTH, aligned
from derive.typeset.media import LATEX
from derive.typeset.page import ORDER, Display, Drawing, Heading, Items, Page, Prose, Table
from derive.typeset.text import tex_escaped

PREAMBLE = r"""\documentclass[11pt,a4paper,fleqn]{article}
\usepackage[margin=2.2cm]{geometry}
\usepackage{amsmath,amssymb}
\usepackage{booktabs}
\usepackage[dvipsnames]{xcolor}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\setlength{\parindent}{0pt}
\renewcommand{\arraystretch}{1.25}
\setlength{\parskip}{3pt plus 2pt}
\setlength{\mathindent}{1.5em}
\setlength{\jot}{6pt}
\AtBeginDocument{%
  \setlength{\abovedisplayskip}{5pt plus 3pt}%
  \setlength{\belowdisplayskip}{5pt plus 3pt}}
\setlength{\emergencystretch}{3em}
\setcounter{secnumdepth}{0}
\allowdisplaybreaks
\newcommand{\badge}[1]{\hfill{\normalfont\small #1}}
"""
BADGE = r"\newcommand{\badge}"
COLOURS = {"EXACT": "ForestGreen", "LEADING": "RoyalBlue"}
ASSUMED = {"ANSATZ": "BrickRed", "CONTINUATION": "Plum"}
"""Defined only where a page has them."""
ROWS = 40
"""The most rows of a table; a longer one is continued."""
LONG_WORD = 25


def document_of(page: Page) -> str:
    """The page as a complete document."""
    title = " ".join(map(_breakable, page.title.split(" ")))
    parts = [
        f"% {page.title}",
        PREAMBLE.replace(BADGE, "\n".join((*_orders(page), BADGE))),
        r"\begin{document}",
        rf"{{\raggedright\LARGE\bfseries {title}\par}}",
    ]
    parts += [WRITERS[type(block)](block) for block in page.blocks if type(block) is not Drawing]
    text = "\n".join((*parts, r"\end{document}", ""))
    # A blank line before a display would begin a paragraph of its own.
    return re.sub(r"\n\n+(\\begin\{align)", r"\n\1", text)


def _orders(page: Page) -> list[str]:
    """Commands for the words of badges."""
    badges = " ".join(block.badge for block in page.blocks if isinstance(block, Heading))
    assumed = {word: colour for word, colour in ASSUMED.items() if word in badges}
    return [
        rf"\newcommand{{\{word.lower()}}}{{\textcolor{{{colour}}}{{\textsc{{{word.lower()}}}}}}}"
        for word, colour in (COLOURS | assumed).items()
    ]


def _breakable(word: str) -> str:
    """A word, escaped; a very long one may be broken anywhere."""
    gap = r"\allowbreak{}" if len(word) > LONG_WORD else ""
    return gap.join(map(tex_escaped, word)) if gap else tex_escaped(word)


def prose(text: str) -> str:
    """Text with mathematics between dollar signs, the rest escaped; backquotes set code."""
    parts = text.split("$")
    parts[::2] = [_code_escaped(part) for part in parts[::2]]
    return "$".join(parts)


def _code_escaped(text: str) -> str:
    pieces = text.split("`")
    escaped = [tex_escaped(piece) for piece in pieces]
    escaped[1::2] = [rf"\texttt{{{piece}}}" for piece in escaped[1::2]]
    return "".join(escaped)


def _heading(block: Heading) -> str:
    command = ("section", "subsection")[block.level - 1]
    badge = ORDER.sub(lambda word: rf"\{word[0].lower()}{{}}", prose(block.badge))
    shown = rf" \badge{{{badge}}}" if badge else ""
    return f"\n\\{command}*{{{prose(block.text)}{shown}}}\n"


def _prose(block: Prose) -> str:
    label = rf"\textit{{{block.label}:}} " if block.label else ""
    text = f"{label}{prose(block.text)}"
    return rf"{{\raggedright {text}\par}}" + "\n" if "`" in block.text else text + "\n"


def _items(block: Items) -> str:
    name = "enumerate" if block.numbered else "itemize"
    head = [rf"\textit{{{block.label}:}}"] if block.label else []
    items = [rf"\item {prose(text)}" for text in block.texts]
    setting = r"\setlength{\itemsep}{2pt}\setlength{\parskip}{0pt}"
    return "\n".join((*head, rf"\begin{{{name}}}{setting}", *items, rf"\end{{{name}}}", ""))


def _table(block: Table) -> str:
    """Tables of at most `ROWS` rows, which need one run of LaTeX only."""
    columns = "@{}" + "l" * len(block.titles) + "@{}"
    rows = [" & ".join(map(prose, row)) + r" \\" for row in block.rows]
    head = [r"\toprule", " & ".join(map(prose, block.titles)) + r" \\", r"\midrule"]
    parts: list[str] = []
    for first in range(0, len(rows), ROWS):
        body = (*head, *rows[first : first + ROWS], r"\bottomrule")
        parts += [rf"\begin{{tabular}}{{{columns}}}", *body, r"\end{tabular}", r"\medskip", ""]
    return "\n".join(parts)


def _display(block: Display) -> str:
    rows = list(aligned(block, LATEX, WIDTH))
    ends = [r" \\"] * (len(rows) - 1) + [""]
    body = [row + end for row, end in zip(rows, ends, strict=True)]
    return "\n".join((r"\begin{align*}", *body, r"\end{align*}", ""))


WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading,
    Prose: _prose,
    Items: _items,
    Table: _table,
    Display: _display,
}
