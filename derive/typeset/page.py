"""What a derivation shows, before it is Markdown, LaTeX or a terminal table.

A page is a list of blocks. Text in blocks holds mathematics between dollar signs, in LaTeX; all
else in it is plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.typeset.boxes import Atom, Box

EQUALS = Atom("=", "=", 0.8)
BECOMES = Atom(r"\longrightarrow\ ", "⟶", 1.65)


@dataclass(frozen=True)
class Line:
    """left = right; without a left side, a formula by itself or after an arrow."""

    left: Box | None
    right: Box
    relation: Atom = EQUALS

    @property
    def related(self) -> bool:
        """Whether the relation is shown."""
        return self.left is not None or self.relation is not EQUALS


@dataclass(frozen=True)
class Display:
    """Formulas set off from the text, their equals signs below one another."""

    lines: tuple[Line, ...]


ORDER = re.compile("EXACT|LEADING|ANSATZ|CONTINUATION")
"""The word of a badge that says how much a step claims."""


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is a section. The badge says what a step claims, with a word of `ORDER`."""

    level: int
    text: str
    badge: str = ""


@dataclass(frozen=True)
class Prose:
    """A paragraph; the label stands in front of it, set apart."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    texts: tuple[str, ...]
    label: str = ""
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a line of titles."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """Lines of plain text, set as they are; a page in LaTeX goes without."""

    lines: tuple[str, ...]


Block = Heading | Prose | Items | Table | Display | Drawing


@dataclass(frozen=True)
class Page:
    """A document: its title, which is plain text of the user's, and its blocks."""

    title: str
    blocks: tuple[Block, ...]
