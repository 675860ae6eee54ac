"""Steps as a table for a terminal, and one by one in plain text."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from derive.steps.pages import Displayed, step_name
from derive.steps.step import Evidence, Step
from derive.typeset.plain import COLUMNS, display_lines
from derive.typeset.text import typeset, unicode_of


def steps_table(steps: Sequence[Step]) -> list[str]:
    """The steps: number, name, whether it is exact, and what it does."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=COLUMNS)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("step")
    table.add_column("holds", max_width=20)
    table.add_column("what it does", ratio=1)
    for number, step in enumerate(steps, start=1):
        name, said = unicode_of(step_name(step)), unicode_of(first_sentence(step))
        table.add_row(*map(Text, (str(number), name, unicode_of(typeset(step.holds(" "))), said)))
    text = io.StringIO()
    console = Console(file=text, width=COLUMNS, color_system=None, legacy_windows=False)
    console.print(table)
    return [line.rstrip() for line in text.getvalue().splitlines() if line.strip()]


def first_sentence(step: Step) -> str:
    """The first sentence of a step's statement."""
    return typeset(step.statement).partition(". ")[0].rstrip(".") + "."


def step_lines(step: Step, displays: Displayed) -> list[str]:
    """A step in plain text: what it says, its moves and its equations."""
    lines = [unicode_of(f"{step.name} ({typeset(step.holds(' '))})")]
    lines += _wrapped(step.statement, "  ")
    for move in step.moves:
        lines += _wrapped(typeset(move), "  - ")
    shown, _ = displays.of(step.after)
    return lines + [f"  {line}" for line in display_lines(shown)]


def _wrapped(said: str, mark: str) -> list[str]:
    indent = " " * len(mark)
    return textwrap.wrap(unicode_of(said), COLUMNS, initial_indent=mark, subsequent_indent=indent)


def _holds(step: Step) -> str:
    return step.order.value if step.limit else step.holds()


def certificate_lines(
    steps: Sequence[Step], evidence: tuple[Evidence, ...], *, markdown: bool = False
) -> Iterator[str]:
    """What the certificates of steps found, as a table."""
    rows = [
        (str(number), step.name, _holds(step), str(certificate.digits), certificate.detail)
        for number, (step, certificate) in enumerate(zip(steps, evidence, strict=True), start=1)
    ]
    titles = ("", "step", "holds", "digits", "how it was checked")
    if markdown:
        yield "\n## Certificates\n"
        for cells in (titles, ("---",) * len(titles), *rows):
            yield f"| {' | '.join(cells)} |"
        return
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(4)]
    yield "\ncertificates"
    for row in (titles, *rows):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*padded, row[4]])
