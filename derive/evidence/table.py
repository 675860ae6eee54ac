"""Check results as a table, for a terminal and in Markdown."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from derive.evidence.verdict import CheckResult

HEADINGS = ("claim", "verdict", "digits", "expected", "found", "reason")
COLUMNS = 120
"""The width of the table, where none is given."""


def cells(result: CheckResult) -> tuple[str, ...]:
    """The texts of a row, under HEADINGS."""
    return (
        result.claim,
        result.verdict.value,
        str(result.digits),
        result.expected,
        result.found,
        result.reason,
    )


def render(results: Sequence[CheckResult], width: int = COLUMNS) -> str:
    """A table for a terminal, as plain text; the reason stands under its claim.

    Args:
        results: From `check`.
        width: Columns of the terminal.
    """
    return render_groups((("", results),), width)


def render_groups(groups: Sequence[tuple[str, Sequence[CheckResult]]], width: int = COLUMNS) -> str:
    """The same with a heading above every group that has a name.

    Args:
        groups: Name and results.
        width: Columns of the terminal.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True, expand=True)
    table.add_column("claim, and what was compared", ratio=1)
    table.add_column("verdict", no_wrap=True)
    table.add_column("digits", no_wrap=True, justify="right")
    table.add_column("expected, found", overflow="fold", max_width=28)
    for name, results in groups:
        if name:
            table.add_row(Text(f"== {name} =="), "", "", "")
        for result in results:
            claim, verdict, digits, expected, found, reason = cells(result)
            row = (f"{claim}\n{reason}", verdict, digits, f"{expected}\n{found}")
            table.add_row(*map(Text, row))
    text = io.StringIO()
    console = Console(
        file=text, width=width, color_system=None, legacy_windows=False, highlight=False
    )
    console.print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    every = [result for _, results in groups for result in results]
    return "\n".join([*(line for line in lines if line), "", summary(every)])


def to_markdown(results: Sequence[CheckResult]) -> str:
    """A Markdown table with a heading and a line that counts the verdicts."""
    lines = ["# Checks", "", summary(results), ""]
    lines += [_row(HEADINGS), _row(["---"] * len(HEADINGS))]
    lines += [_row(cells(result)) for result in results]
    return "\n".join(lines) + "\n"


def summary(results: Sequence[CheckResult]) -> str:
    """How many claims have which verdict.

    >>> summary([])
    'No claims were checked.'
    """
    if not results:
        return "No claims were checked."
    verdicts = [result.verdict.value for result in results]
    counts = [f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts)]
    return f"{len(results)} claims: {', '.join(counts)}."


def _row(texts: Sequence[str]) -> str:
    return "| " + " | ".join(text.replace("|", r"\|") for text in texts) + " |"
