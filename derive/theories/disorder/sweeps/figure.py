"""A sweep's figure: order parameters, free entropy, observables against the first axis."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

from derive.theories.disorder.sweeps.table import Row
from derive.typeset.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, figure

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, GREY)
LINES = ("-", "--", ":", "-.")
UNSTABLE = "#f3dfd0"
MOST_LINES = 4
"""Values of the further axes that are drawn; the table has them all."""


def draw(
    rows: Sequence[Row], axes: Sequence[str], overlaps: Sequence[str], observables: Sequence[str]
) -> dict[str, bytes]:
    """The figure, as PNG and PDF.

    Thick lines are the states that dominate, points the other fixed points; where the state that
    dominates is unstable against breaking of replica symmetry the background is shaded.
    """
    panels = [("order parameters", overlaps), ("free entropy", ("free_entropy",))]
    panels += [("observables", observables)] * bool(observables)
    with figure("sweep", 1, len(panels), 3.9) as (picture, grid):
        lines = list(_lines(rows, axes))[:MOST_LINES]
        for place, (title, names) in zip(grid[0], panels, strict=True):
            for (label, line), style in zip(lines, LINES, strict=False):
                _line(place, line, axes[0], names, style, label)
            for low, high in unstable(lines[0][1], axes[0]):
                place.axvspan(low, high, color=UNSTABLE, linewidth=0, zorder=0)
            place.set_title(title)
            place.set_xlabel(axes[0], parse_math=False)
            if len(names) > 1 or len(lines) > 1:
                place.legend(fontsize=8.5)
        picture.suptitle(_caption(lines), fontsize=9.5, color=GREY, x=0.01, ha="left")
        return {kind: _bytes(picture, kind) for kind in ("png", "pdf")}


def _lines(rows: Sequence[Row], axes: Sequence[str]) -> Iterator[tuple[str, list[Row]]]:
    """Rows that differ in the first axis alone, and how they are called."""
    kept: dict[tuple[float, ...], list[Row]] = {}
    for row in rows:
        kept.setdefault(tuple(row[name] for name in axes[1:]), []).append(row)
    for values, line in kept.items():
        named = zip(axes[1:], values, strict=True)
        yield ", ".join(f"{name} = {value:g}" for name, value in named), line


def _line(
    place: Any, rows: Sequence[Row], x: str, names: Sequence[str], style: str, label: str
) -> None:
    first = [row for row in rows if row["branch"] == 0]
    for name, colour in zip(names, COLOURS * len(names), strict=False):
        heights = [_number(row.get(name)) if row["converged"] else math.nan for row in first]
        told = ", ".join(part for part in (name, label) if part)
        place.plot([row[x] for row in first], heights, style, color=colour, label=told)
        others = [row for row in rows if row["branch"] > 0 and row["converged"]]
        heights = [_number(row.get(name)) for row in others]
        place.plot([row[x] for row in others], heights, ".", color=colour, markersize=3, alpha=0.6)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def unstable(rows: Sequence[Row], x: str) -> list[tuple[float, float]]:
    """Stretches where the replicon of the state that dominates is negative, half way to others."""
    first = [row for row in rows if row["branch"] == 0]
    found: list[tuple[float, float]] = []
    for number, row in enumerate(first):
        if not (row["converged"] and _number(row.get("replicon")) < 0.0):
            continue
        low = 0.5 * (row[x] + first[max(number - 1, 0)][x])
        high = 0.5 * (row[x] + first[min(number + 1, len(first) - 1)][x])
        if found and found[-1][1] == low:
            low = found.pop()[0]
        found.append((low, high))
    return found


def _caption(lines: Sequence[tuple[str, list[Row]]]) -> str:
    words = "lines: the state that dominates; points: other fixed points"
    if any(_number(row.get("replicon")) < 0.0 for row in lines[0][1] if row["branch"] == 0):
        words += "; shaded: replica symmetry is unstable" + (
            f" ({lines[0][0]})" if lines[0][0] else ""
        )
    return words


def _bytes(picture: Any, kind: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"CreationDate": None} if kind == "pdf" else {"Software": None}
    picture.savefig(stream, format=kind, dpi=160, metadata=metadata)
    return stream.getvalue()
