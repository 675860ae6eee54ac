"""A derivation as a table for a terminal, and the theory in plain text below it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from derive.algebra.drawing import Drawer
from derive.steps.step import Step
from derive.steps.table import steps_table
from derive.theories.networks.derivation.render.content import displays_of, sections
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.network import size_display
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network
from derive.typeset.media import PLAIN
from derive.typeset.page import Display
from derive.typeset.plain import COLUMNS, display_lines
from derive.typeset.text import typeset, unicode_of

PROSE = 96
"""The width of sentences, which also stand in the docstrings of modules."""


def table_of(network: Network, steps: Sequence[Step], theory: Iterable[str]) -> str:
    """Steps as a table, then the lines of the theory."""
    title = textwrap.wrap(f"{network.name}: {network.describe()}", COLUMNS, subsequent_indent="  ")
    lines = (*title, "", *drawn_lines(network), "", *steps_table(steps), "", *theory)
    return "\n".join(lines)


def theory_lines(theory: Theory) -> Iterator[str]:
    """The theory in plain text, a line each, at most COLUMNS wide."""
    displays = displays_of(theory, names_of(theory))
    sizes = f"Overlaps and their sizes: {_overlaps(theory, displays.drawer)}"
    yield from textwrap.wrap(sizes, COLUMNS, subsequent_indent="  ")
    for display in size_display(theory.notation, displays.drawer):
        yield from (f"  {line}" for line in display_lines(display))
    for title, _, equations in sections(theory):
        shown, where = displays.of(equations)
        yield unicode_of(title)
        explained = where.lines if where is not None else ()
        yield from (f"  {line}" for line in display_lines(Display((*shown.lines, *explained))))
    for equation in theory.equations:
        if equation.reason:
            text = f"Not eliminated: {unicode_of(typeset(equation.reason))}"
            yield from textwrap.wrap(text, PROSE, subsequent_indent="  ")


def _overlaps(theory: Theory, drawer: Drawer) -> str:
    overlaps = []
    for overlap in theory.order_parameters:
        shown = PLAIN.text(drawer.size(overlap.shape[0]))
        overlaps.append(f"{PLAIN.text(drawer.box(overlap))} ({shown})")
    return ", ".join(overlaps)
