"""Figures of a disordered model against one parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from derive.running.journal import Record
from derive.theories.disorder.derivation.showing import named
from derive.theories.disorder.report.results import Results
from derive.typeset.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, figure, svg_of
from derive.typeset.media import PLAIN

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9", "#E69F00", "#882255", "#44AA99")
COLUMNS = 2


def label(name: str) -> str:
    """A name of the model as the axes show it: Greek letters and subscripts."""
    return PLAIN.text(named(name))


def draw_results(results: Results) -> str:
    """Order parameters, free entropy and replicon, and observables, a panel each."""
    panels: list[tuple[str, Sequence[str]]] = [
        ("order parameters", results.order_parameters),
        ("free entropy per site", ("free_entropy",)),
        *((label(name), (name,)) for name in results.observables),
        ("entropy per site", ("entropy",)),
        ("replicon", ("replicon",)),
    ]
    shown = [panel for panel in panels if any(_known(results, name) for name in panel[1])]
    rows = math.ceil(len(shown) / COLUMNS)
    with figure("disorder", rows, COLUMNS, 2.7 * rows) as (picture, grid):
        for axes, (title, names) in zip(grid.flat, shown, strict=False):
            _panel(axes, results, names)
            axes.set_title(title, parse_math=False)
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_visible(False)
        for axes in list(grid.flat)[max(0, len(shown) - COLUMNS) : len(shown)]:
            axes.set_xlabel(label(results.over), parse_math=False)
        return svg_of(picture, f"{results.derivation.model.name} against {results.over}")


def _known(results: Results, name: str) -> bool:
    return any(
        record is not None and record.get(name) is not None
        for branch in results.branches
        for record in branch
    )


def _panel(axes: Any, results: Results, names: Sequence[str]) -> None:
    axes.grid(axis="y")
    for low, high in results.unstable:
        axes.axvspan(low, high, color="#f1e3d3", zorder=0, linewidth=0)
    for place in results.crossings:
        axes.axvline(place, color=GREY, linestyle=(0, (2, 2)), linewidth=1.2)
    if names == ("replicon",):
        axes.axhline(0.0, color=GREY, linewidth=0.9)
    leading = results.leading
    for name, colour in zip(names, COLOURS, strict=False):
        for number, branch in enumerate(results.branches):
            values = [_value(record, name) for record in branch]
            axes.plot(
                results.grid, values, color=colour, linewidth=1.0, linestyle=(0, (4, 2)), alpha=0.8
            )
            on = [
                value if leading[place] == number else math.nan
                for place, value in enumerate(values)
            ]
            if all(value != value for value in on):
                continue
            axes.plot(results.grid, on, color=colour, marker="o", markersize=3)
        axes.plot([], [], color=colour, label=label(name))
    if len(names) > 1:
        axes.legend(fontsize=9, ncols=min(3, len(names)))
    axes.margins(x=0.02)


def _value(record: Record | None, name: str) -> float:
    value = None if record is None else record.get(name)
    return math.nan if value is None else float(value)
