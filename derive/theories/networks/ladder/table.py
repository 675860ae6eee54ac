"""A ladder as a table for a terminal."""

from __future__ import annotations

from derive.evidence.rung import Ladder
from derive.evidence.table import COLUMNS, render_groups


def render(ladder: Ladder, width: int = COLUMNS) -> str:
    """One table with a heading for every rung, and one verdict.

    Args:
        ladder: What was found.
        width: Columns of the terminal.
    """
    table = render_groups([(rung.name, rung.results) for rung in ladder.rungs], width)
    note = f"\nnote: {ladder.note}" if ladder.note else ""
    return f"{table}{note}\n{ladder.title}: {ladder.verdict.value}, in {ladder.seconds:.0f} s"
