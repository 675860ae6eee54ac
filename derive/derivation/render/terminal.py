"""A derivation as a table for a terminal, and the theory in plain text below it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from derive.algebra.media import PLAIN
from derive.derivation.render.content import displays_of, sections, step_name
from derive.derivation.render.lines import Breaker
from derive.derivation.render.names import names_of
from derive.derivation.render.page import Display
from derive.derivation.render.text import typeset, unicode_of
from derive.derivation.step import Order, Step

if TYPE_CHECKING:
    from derive.derivation.pipeline import Derivation

COLUMNS = 100
"""The width of the table; the same on every terminal."""


def table_of(derivation: Derivation) -> str:
    """Steps as a table, then the theory."""
    text = io.StringIO()
    console = Console(file=text, width=COLUMNS, color_system=None, highlight=False, legacy_windows=False)
    console.print(_steps(derivation))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n\n" + _theory(derivation)


def _steps(derivation: Derivation) -> Table:
    title = Text(f"{derivation.network.name}: {derivation.network.describe()}")
    table = Table(title=title, title_justify="left", title_style="", show_lines=False, pad_edge=False, expand=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("step", max_width=24)
    table.add_column("holds", max_width=22)
    table.add_column("what it does", ratio=1)
    for number, step in enumerate(derivation.steps, start=1):
        cells = (str(number), unicode_of(step_name(step)), _holds(step), unicode_of(typeset(step.statement)))
        table.add_row(*map(Text, cells))
    return table


def _holds(step: Step) -> str:
    if step.order is Order.EXACT:
        return "EXACT"
    return unicode_of(f"LEADING {typeset(step.limit)}")


def _theory(derivation: Derivation) -> str:
    theory = derivation.theory
    displays = displays_of(theory, names_of(theory))
    lines: list[str] = []
    for title, _, equations in sections(theory):
        shown, where = displays.of(equations)
        lines += [unicode_of(title)]
        lines += [f"  {line}" for line in _plain(shown)]
        lines += [f"  {line}" for line in _plain(where)] if where is not None else []
    lines += [f"not eliminated: {e.reason}" for e in theory.equations if e.reason]
    return "\n".join(lines)


def _plain(display: Display) -> list[str]:
    breaker = Breaker(PLAIN, indent=4.0, sign=3.0)
    names = [PLAIN.text(line.left) if line.left is not None else "" for line in display.lines]
    wide = max(map(len, names))
    found = []
    for name, line in zip(names, display.lines, strict=True):
        first, *rest = breaker.lines(line.right, COLUMNS - wide - 9)
        found.append(f"{name.rjust(wide)} = {first.text}")
        found += [" " * (wide + 3 + 4 * (part.indent + 1)) + part.text for part in rest]
    return found
