"""A sweep: test score and log evidence against the first swept quantity."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from derive.report.figures.style import GREY, WIDTH, figure
from derive.report.results import spread

Row = Mapping[str, Any]
SYMBOLS = {"width": "N", "temperature": "T", "examples": "P", "seed": "seed"}
NAMES = {
    "width": "width N of every layer",
    "temperature": "temperature T",
    "examples": "training examples P",
    "seed": "seed",
}
MOST_PANELS = 4
MOST_NAMED = 8
DECADE = 5.0
"""From this ratio of the largest to the smallest value on, an axis is logarithmic."""


@dataclass(frozen=True)
class Measure:
    """What is shown on a vertical axis."""

    label: str
    column: str
    scale: float = 1.0

    def of(self, row: Row) -> float:
        """The number to show; NaN where there is none."""
        value = row.get(self.column)
        if value is None or value != value:
            return math.nan
        per = row["examples"] if self.column == "log_evidence" else 1
        return float(self.scale * value / per)


@dataclass(frozen=True)
class Places:
    """Where values stand on the horizontal axis.

    Attributes:
        at: Value to place; zero and infinity stand beside a logarithmic axis.
        ends: Values that stand beside the axis.
        logarithmic: Whether the axis is.
    """

    at: dict[Any, float]
    ends: frozenset[Any]
    logarithmic: bool


def draw_sweep(rows: Sequence[Row], swept: Sequence[str], kinds: Sequence[str]) -> dict[str, bytes]:
    """The figure, in every kind of file that is asked for.

    The first swept quantity runs to the right, the second one has a line a value, the others a row
    of panels a combination. Lines are means over the seeds that converged, bars standard
    deviations; what did not converge is a cross of its own.

    Args:
        rows: Of the table.
        swept: Columns with more than one value, in the order in which they are to be shown.
        kinds: Of files, such as png and pdf.
    """
    x, line, others = (*swept, "seed")[0], next(iter(swept[1:]), None), swept[2:]
    panels = [
        dict(zip(others, v, strict=True)) for v in product(*(_values(rows, n) for n in others))
    ]
    shown, measures = panels[:MOST_PANELS], _measures(rows)
    height = 3.9 if len(shown) == 1 else 1.0 + 2.7 * len(shown)
    with figure("sweep", len(shown), len(measures), height) as (found, grid):
        places = _places(_values(rows, x))
        for axes_row, panel in zip(grid, shown, strict=True):
            of_panel = [row for row in rows if all(row[k] == v for k, v in panel.items())]
            for axes, measure in zip(axes_row, measures, strict=True):
                _panel(axes, of_panel, measure, x, line, places, _values(rows, line))
                axes.set_title(", ".join(f"{_symbol(k)} = {_number(v)}" for k, v in panel.items()))
        for axes in grid[-1]:
            axes.set_xlabel(_name(x))
        _legend(found, grid[0][0], rows, line)
        found.suptitle(_caption(rows, panels), fontsize=9.5, color=GREY, x=0.01, ha="left")
        return {kind: _bytes(found, kind) for kind in kinds}


def _values(rows: Sequence[Row], column: str | None) -> list[Any]:
    if column is None:
        return [None]
    return sorted({row[column] for row in rows}, key=lambda v: -math.inf if v is None else v)


def _measures(rows: Sequence[Row]) -> list[Measure]:
    has = {key for row in rows for key, value in row.items() if value is not None}
    score = [Measure("test accuracy (%)", "test_accuracy", 100.0)] * ("test_accuracy" in has)
    if not score:
        score = [Measure("mean squared test error", "test_error")] * ("test_error" in has)
    return [*score, Measure("log evidence per example", "log_evidence")]


def _places(values: list[Any]) -> Places:
    """Logarithmic where values are positive and far apart, or one of them is infinite."""
    inner = [v for v in values if v is not None and 0 < v < math.inf]
    outer = [v for v in values if v is not None and v not in inner and v >= 0]
    ratio = inner[-1] / inner[0] if inner else 1.0
    if len(inner) + len(outer) < len(values) or (math.inf not in values and ratio < DECADE):
        return Places({v: 0.0 if v is None else float(v) for v in values}, frozenset(), False)
    gap = max(ratio**0.22, 1.6)
    low, high = (inner[0], inner[-1]) if inner else (1.0, 1.0)
    at = {v: high * gap if v == math.inf else low / gap if v == 0 else float(v) for v in values}
    return Places(at, frozenset(outer), True)


def _panel(
    axes: Any, rows: Sequence[Row], measure: Measure, x: str, line: str | None,
    places: Places, lines: list[Any],
) -> None:  # fmt: skip
    for value, colour in zip(lines, _colours(len(lines)), strict=True):
        chosen = [row for row in rows if line is None or row[line] == value]
        label = None if line is None else _number(value)
        _line(axes, chosen, measure, x, places, {"color": colour, "label": label})
    _scale(axes, places)
    axes.set_ylabel(measure.label)
    axes.grid(axis="y")


def _line(
    axes: Any, rows: Sequence[Row], measure: Measure, x: str, places: Places, look: dict[str, Any]
) -> None:
    """Means and spreads of what converged; a cross for every point that did not."""
    means, bars = {}, {}
    for value in places.at:
        good = [measure.of(row) for row in rows if row[x] == value and row["converged"]]
        good = [number for number in good if math.isfinite(number)]
        means[value] = float(np.mean(good)) if good else math.nan
        bars[value] = spread(np.array(good)) if good else math.nan
    at, y = list(places.at.values()), list(means.values())
    axes.plot(at, y, linestyle=(0, (1, 1.5)), linewidth=1.2, color=look["color"])
    inner = [value for value in places.at if value not in places.ends]
    solid = "none" if x == "seed" else "-"
    axes.plot(
        [places.at[v] for v in inner], [means[v] for v in inner], linestyle=solid, **look
    )  # fmt: skip
    axes.errorbar(
        at, y, yerr=list(bars.values()) if any(b > 0 for b in bars.values()) else None,
        color=look["color"], linestyle="none", marker="o", markersize=6, markeredgecolor="white",
        capsize=2.5, elinewidth=1.1, zorder=3,
    )  # fmt: skip
    _crosses(axes, rows, measure, x, places, look["color"])


def _crosses(
    axes: Any, rows: Sequence[Row], measure: Measure, x: str, places: Places, colour: Any
) -> None:
    """Points that did not converge; at the foot of the panel where they have no number."""
    for row in rows:
        if row["converged"]:
            continue
        height = measure.of(row)
        place = {} if math.isfinite(height) else {"transform": axes.get_xaxis_transform()}
        axes.plot(
            [places.at[row[x]]], [height if math.isfinite(height) else 0.03], marker="x",
            markersize=7, markeredgewidth=1.8, color=colour, linestyle="none", zorder=4,
            clip_on=False, **place,
        )  # fmt: skip


def _scale(axes: Any, places: Places) -> None:
    values, at = list(places.at), list(places.at.values())
    if places.logarithmic:
        axes.set_xscale("log")
        axes.minorticks_off()
        margin = max((max(at) / min(at)) ** 0.05, 1.1)
        axes.set_xlim(min(at) / margin, max(at) * margin)
    kept = _apart(values, places)
    axes.set_xticks([places.at[v] for v in kept], [_number(v) for v in kept])


def _apart(values: list[Any], places: Places) -> list[Any]:
    """Values with room for a label; the ends of the axis always have one."""
    place = {v: math.log(p) if places.logarithmic else p for v, p in places.at.items()}
    least = 0.09 * (max(place.values()) - min(place.values()))
    kept = values[:1]
    for value in values[1:-1]:
        if min(place[value] - place[kept[-1]], place[values[-1]] - place[value]) >= least:
            kept.append(value)
    return [*kept, *values[1:][-1:]]


def _colours(count: int) -> list[Any]:
    """From dark to light, as the values of a line are ordered; told apart without colour too."""
    from matplotlib import colormaps

    return [colormaps["viridis"](place) for place in np.linspace(0.12, 0.82, count)]


def _legend(found: Any, axes: Any, rows: Sequence[Row], line: str | None) -> None:
    from matplotlib.lines import Line2D

    handles, labels = axes.get_legend_handles_labels() if line is not None else ([], [])
    step = max(1, math.ceil(len(handles) / MOST_NAMED))
    handles, labels = handles[::step], [f"{_symbol(line)} = {text}" for text in labels[::step]]
    if not all(row["converged"] for row in rows):
        cross: dict[str, Any] = {
            "marker": "x",
            "markersize": 7,
            "markeredgewidth": 1.8,
            "linestyle": "none",
        }
        handles.append(Line2D([], [], color=GREY, **cross))
        labels.append("not converged")
    if handles:
        found.legend(handles, labels, loc="outside lower center", ncols=min(5, len(handles)))


def _caption(rows: Sequence[Row], panels: list[Any]) -> str:
    """What the marks mean, and what is not shown."""
    seeds = len({row["seed"] for row in rows})
    failed = sum(not row["converged"] for row in rows)
    parts = [f"mean and standard deviation over {seeds} seeds"] * (seeds > 1)
    parts += [f"{failed} of {len(rows)} points did not converge"] * bool(failed)
    parts += [f"{MOST_PANELS} of {len(panels)} rows of panels shown"] * (len(panels) > MOST_PANELS)
    return "; ".join(parts)


def _symbol(column: str | None) -> str:
    """A column as a formula: a variance of the derivation is a sigma squared."""
    if column and column.startswith("s_") and (column[2:].isdecimal() or column == "s_a"):
        return rf"$\sigma_{{{column[2:]}}}^2$"
    return SYMBOLS.get(column or "", str(column).replace("$", r"\$"))


def _name(column: str) -> str:
    return NAMES.get(column, f"prior variance {_symbol(column)}")


def _number(value: Any) -> str:
    if value is None:
        return "none"
    return "∞" if value == math.inf else f"{value:g}" if abs(value) < 1e5 else f"{value:.3g}"


def _bytes(found: Any, kind: str) -> bytes:
    stream = io.BytesIO()
    nothing = {"CreationDate": None} if kind == "pdf" else {}
    found.set_size_inches(WIDTH, found.get_figheight())
    found.savefig(stream, format=kind, dpi=200, facecolor="white", metadata=nothing)
    return stream.getvalue()
