"""A sweep: test score and log evidence against the first swept quantity."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from derive.theories.networks.report.results import spread
from derive.typeset.figures import GREY, WIDTH, figure

Row = Mapping[str, Any]
SYMBOLS = {"width": "N", "temperature": "T", "examples": "P", "seed": "seed"}
NAMES = {
    "width": "width N of every layer",
    "temperature": "temperature T",
    "examples": "training examples P",
    "seed": "seed",
}
FIXED = ("width", "temperature", "examples")
"""Quantities that are named in the caption where they are not swept."""
CROSS: dict[str, Any] = {"marker": "x", "markersize": 7, "markeredgewidth": 1.8}
"""What did not converge."""
MARKERS = "osD^vPh*"
ASIDE = 0.016
"""How far lines stand apart, as a part of the axis, so that their bars do not hide each other."""
CLOSEST = 0.09
"""Least distance between two labels of the axis."""
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
    """Where values stand on the horizontal axis, from 0 to 1.

    Attributes:
        at: Place by value; zero and infinity stand beside the values of a logarithmic axis.
        ends: These two, as far as they are there.
    """

    at: dict[Any, float]
    ends: frozenset[Any] = frozenset()


@dataclass(frozen=True)
class Line:
    """One line of a panel.

    Attributes:
        rows: Its points, over all seeds.
        x: The column that runs to the right.
        label: Its name in the legend; None for the only line.
        look: Colour and marker.
        aside: How far it is moved to the right.
    """

    rows: Sequence[Row]
    x: str
    label: str | None
    look: dict[str, Any]
    aside: float


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
    with figure("sweep", len(shown), len(measures), height) as (picture, grid):
        places = _places(_values(rows, x))
        for axes_row, panel in zip(grid, shown, strict=True):
            lines = _lines([r for r in rows if panel.items() <= r.items()], rows, x, line)
            for axes, measure in zip(axes_row, measures, strict=True):
                _panel(axes, lines, measure, places)
                axes.set_title(", ".join(f"{_symbol(k)} = {_number(v)}" for k, v in panel.items()))
        for axes in grid[-1]:
            axes.set_xlabel(_name(x))
        for column in zip(*grid, strict=True):
            _level(column)
        _legend(picture, grid[0][0], rows)
        picture.suptitle(
            _caption(rows, panels, bars=x != "seed"), fontsize=9.5, color=GREY, x=0.01, ha="left"
        )
        return {kind: _bytes(picture, kind) for kind in kinds}


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
    ends = frozenset(v for v in values if v in (0, math.inf))
    ratio = inner[-1] / inner[0] if inner else 1.0
    if None in values or (math.inf not in values and ratio < DECADE):
        return Places(_scaled({v: float(v or 0) for v in values}))
    gap = max(0.22 * math.log(ratio), 0.5)
    low, high = (math.log(inner[0]), math.log(inner[-1])) if inner else (0.0, 0.0)
    beside = {0: low - gap, math.inf: high + gap}
    return Places(_scaled({v: beside[v] if v in ends else math.log(v) for v in values}), ends)


def _scaled(at: dict[Any, float]) -> dict[Any, float]:
    low, high = min(at.values()), max(at.values())
    return {value: (place - low) / ((high - low) or 1.0) for value, place in at.items()}


def _lines(panel: list[Row], rows: Sequence[Row], x: str, column: str | None) -> list[Line]:
    """The lines of a panel, from dark to light as their values grow."""
    from matplotlib import colormaps

    values = _values(rows, column)
    has_bars = len({row["seed"] for row in rows}) > 1 and x != "seed"
    lines = []
    for number, value in enumerate(values):
        shade = colormaps["viridis"](0.12 + 0.7 * number / max(1, len(values) - 1))
        look = {"color": shade, "marker": MARKERS[number % len(MARKERS)]}
        chosen = [row for row in panel if column is None or row[column] == value]
        label = None if column is None else f"{_symbol(column)} = {_number(value)}"
        step = min(ASIDE, 0.08 / len(values)) * has_bars
        aside = step * (number - (len(values) - 1) / 2)
        lines.append(Line(chosen, x, label, look, aside))
    return lines


def _panel(axes: Any, lines: list[Line], measure: Measure, places: Places) -> None:
    for line in lines:
        _draw(axes, line, measure, places)
        _crosses(axes, line, measure, places)
    axes.set_xlim(-0.06, 1.06)
    kept = _apart(places)
    axes.set_xticks([places.at[v] for v in kept], [_number(v) for v in kept])
    axes.set_ylabel(measure.label)
    axes.grid(axis="y")


def _level(panels: Sequence[Any]) -> None:
    """Give panels one vertical scale, so that they can be compared."""
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def _draw(axes: Any, line: Line, measure: Measure, places: Places) -> None:
    """Means and spreads of what converged: solid between finite values, dotted to the ends."""
    at = np.array([place + line.aside for place in places.at.values()])
    good = [
        np.array([measure.of(r) for r in line.rows if r[line.x] == value and r["converged"]])
        for value in places.at
    ]
    means = np.array([values.mean() if len(values) else math.nan for values in good])
    bars = np.array([spread(values) for values in good])
    inner = np.array([value not in places.ends for value in places.at])
    style = {"color": line.look["color"], "zorder": 3}
    axes.errorbar(
        at, means, yerr=bars if bars.any() else None, linestyle="none", capsize=2.5,
        elinewidth=1.1, **style,
    )  # fmt: skip
    axes.plot(at, means, linestyle=(0, (1, 1.5)) if line.x != "seed" else "none", **style)
    axes.plot(
        at[inner], means[inner], linestyle="-" if line.x != "seed" else "none", label=line.label,
        markersize=6.5, markeredgecolor="white", **style, marker=line.look["marker"],
    )  # fmt: skip
    axes.plot(
        at[~inner], means[~inner], linestyle="none", markersize=6.5, markeredgecolor="white",
        **style, marker=line.look["marker"],
    )  # fmt: skip


def _crosses(axes: Any, line: Line, measure: Measure, places: Places) -> None:
    """Points that did not converge; at the foot of the panel where they have no number."""
    for row in line.rows:
        if row["converged"]:
            continue
        height, place = measure.of(row), places.at[row[line.x]] + line.aside
        style = {"color": line.look["color"], "zorder": 4, "clip_on": False, **CROSS}
        if math.isfinite(height):
            axes.plot([place], [height], **style)
        else:
            axes.plot([place], [0.03], transform=axes.get_xaxis_transform(), **style)


def _apart(places: Places) -> list[Any]:
    """Values with room for a label; the ends of the axis always have one."""
    values = list(places.at)
    kept, last = values[:1], values[-1]
    for value in values[1:-1]:
        before, after = places.at[value] - places.at[kept[-1]], places.at[last] - places.at[value]
        if min(before, after) >= CLOSEST:
            kept.append(value)
    return [*kept, *values[1:][-1:]]


def _legend(picture: Any, axes: Any, rows: Sequence[Row]) -> None:
    from matplotlib.lines import Line2D

    handles, labels = axes.get_legend_handles_labels()
    step = max(1, math.ceil(len(handles) / MOST_NAMED))
    handles, labels = handles[::step], labels[::step]
    if not all(row["converged"] for row in rows):
        handles.append(Line2D([], [], color=GREY, linestyle="none", **CROSS))
        labels.append("not converged")
    if handles:
        picture.legend(handles, labels, loc="outside lower center", ncols=min(6, len(handles)))


def _caption(rows: Sequence[Row], panels: list[Any], *, bars: bool) -> str:
    """What the marks mean, and what is not shown."""
    seeds = len({row["seed"] for row in rows})
    failed = sum(not row["converged"] for row in rows)
    mean = f"mean and standard deviation over {seeds} seeds" + ", where converged" * bool(failed)
    parts = [_fixed(rows), *[mean] * (bars and seeds > 1)]
    parts += [f"{failed} of {len(rows)} points did not converge"] * bool(failed)
    parts += [f"{MOST_PANELS} of {len(panels)} rows of panels shown"] * (len(panels) > MOST_PANELS)
    return "; ".join(filter(None, parts))


def _fixed(rows: Sequence[Row]) -> str:
    """What is the same at all points."""
    values = {column: _values(rows, column) for column in FIXED if column in rows[0]}
    return ", ".join(
        f"{_symbol(column)} = {_number(distinct[0])}"
        for column, distinct in values.items()
        if len(distinct) == 1 and distinct[0] is not None
    )


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


def _bytes(picture: Any, kind: str) -> bytes:
    stream = io.BytesIO()
    nothing = {"CreationDate": None} if kind == "pdf" else {}
    picture.set_size_inches(WIDTH, picture.get_figheight())
    picture.savefig(stream, format=kind, dpi=200, facecolor="white", metadata=nothing)
    return stream.getvalue()
