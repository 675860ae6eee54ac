"""A derivation as a table for a terminal, and the theory in plain text below it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from derive.algebra.drawing import Drawer
from derive.theories.networks.derivation.render.content import displays_of, sections
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.network import size_display
from derive.theories.networks.derivation.render.steps import step_name
from derive.theories.networks.derivation.step import Order, Step
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


def steps_table(steps: Sequence[Step]) -> list[str]:
    """The steps: number, name, whether it is exact, and what it does."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=COLUMNS)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("step")
    table.add_column("holds", max_width=20)
    table.add_column("what it does", ratio=1)
    for number, step in enumerate(steps, start=1):
        name, said = unicode_of(step_name(step)), unicode_of(first_sentence(step))
        table.add_row(*map(Text, (str(number), name, _holds(step), said)))
    text = io.StringIO()
    console = Console(file=text, width=COLUMNS, color_system=None, legacy_windows=False)
    console.print(table)
    return [line.rstrip() for line in text.getvalue().splitlines() if line.strip()]


def first_sentence(step: Step) -> str:
    """The first sentence of a step's statement."""
    return typeset(step.statement).partition(". ")[0].rstrip(".") + "."


def _holds(step: Step) -> str:
    if step.order is Order.EXACT:
        return step.exact
    return unicode_of(f"LEADING {typeset(step.limit)}")


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
    found = []
    for overlap in theory.order_parameters:
        shown = PLAIN.text(drawer.size(overlap.shape[0]))
        found.append(f"{PLAIN.text(drawer.box(overlap))} ({shown})")
    return ", ".join(found)
