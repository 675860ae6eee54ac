"""The rows of a LaTeX alignment: left sides, equals signs, and lines that continue to the right."""

from __future__ import annotations

from collections.abc import Iterator

from derive.typeset.boxes import Box
from derive.typeset.lines import Breaker, Line
from derive.typeset.media import LATEX, Latex
from derive.typeset.page import Display

WIDTH = 41.0
"""The width in ems that an equation may take."""
STEP = r"\quad "
RELATION = 2.3
"""The width of an equals sign, or of an arrow, with its spaces."""


def aligned(display: Display, medium: Latex, width: float) -> Iterator[str]:
    """The rows of an aligned environment, without the line ends."""
    related = any(line.related for line in display.lines)
    lefts = [medium.width(line.left) for line in display.lines if line.left is not None]
    room = width - max(lefts, default=0.0) - RELATION * related
    for line in display.lines:
        name = "" if line.left is None else medium.text(line.left) + " "
        mark = f"{medium.text(line.relation)} " if line.related else r"\qquad " * related
        first, *rest = broken(line.right, room)
        yield f"{name}&{mark or ' '}{first.text}"
        for part in rest:
            yield f"& {STEP * (part.indent + 1)}{{}}{part.text}"


def broken(right: Box, room: float) -> list[Line]:
    """A right-hand side over lines, the later ones to be set one step to the right."""
    breaker = Breaker(LATEX, indent=1.0, sign=1.6, gap=0.1, bracket=1.0)
    fits = LATEX.width(right) <= room
    return breaker.lines(right, room if fits else room - 1.0)
