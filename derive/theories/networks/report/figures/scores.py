"""Test scores against width, with the infinite-width lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from derive.theories.networks.report.results import AS_DESCRIBED, CaseResults, is_share, spread
from derive.typeset.figures import BLUE, GREEN, GREY, ORANGE, PAPER, PURPLE, figure, svg_of, titled

LINE_COLOURS = (ORANGE, GREEN, PURPLE)
CLOSEST = 0.055
"""Least distance between two labels, as a part of the axis."""


@dataclass(frozen=True)
class Level:
    """A horizontal line: an infinite-width score."""

    label: str
    value: float
    colour: str
    dashes: Any


def draw_scores(cases: tuple[CaseResults, ...]) -> str:
    """One panel per case; empty text where there is nothing to draw."""
    shown = [case for case in cases if case.has("score") and len(_finite(case)) > 1]
    if not shown:
        return ""
    with figure("scores", 1, len(shown), 4.0) as (picture, grid):
        for axes, case in zip(grid[0], shown, strict=True):
            _panel(axes, case, title=len(shown) > 1)
        grid[0][0].set_ylabel(_axis_name(shown[0]))
        for axes, case in zip(grid[0], shown, strict=True):
            _labels(axes, _levels(case))
        return svg_of(picture, f"{shown[0].score_name()} against width")


def _finite(case: CaseResults) -> list[float]:
    return [w for w in case.widths if w != AS_DESCRIBED and not math.isinf(w)]


def _axis_name(case: CaseResults) -> str:
    name = case.score_name()
    return f"{name} (%)" if is_share(name) else name


def _scale(case: CaseResults) -> float:
    return 100.0 if is_share(case.score_name()) else 1.0


def _panel(axes: Any, case: CaseResults, *, title: bool) -> None:
    widths, scale = _finite(case), _scale(case)
    scores = [scale * case.values("score", width) for width in widths]
    means, errors = [s.mean() for s in scores], [spread(s) for s in scores]
    for level in _levels(case):
        axes.axhline(level.value, color=level.colour, linestyle=level.dashes, linewidth=1.4)
    axes.errorbar(
        widths, means, yerr=errors if case.seeds > 1 else None, color=BLUE, marker="o",
        markersize=6, markeredgecolor="white", capsize=3, elinewidth=1.2, zorder=3,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks(_ticks(widths), [f"{int(w)}" for w in _ticks(widths)])
    axes.minorticks_off()
    axes.set_xlim(widths[0] / 1.25, widths[-1] * (widths[-1] / widths[0]) ** 0.5)
    axes.grid(axis="y")
    axes.set_xlabel("width N of every layer")
    if title:
        titled(axes, case.title)


def _ticks(widths: list[float]) -> list[float]:
    """Widths that have room for a label under a logarithmic axis."""
    least = (widths[-1] / widths[0]) ** 0.12
    kept = widths[:1]
    for width in widths[1:]:
        if width > kept[-1] * least:
            kept.append(width)
    return kept


def _levels(case: CaseResults) -> list[Level]:
    """All paths at infinite width, selections that are not all paths, and baselines."""
    scale = _scale(case)
    value = scale * float(case.values("score", math.inf).mean())
    levels = [Level("infinite width", value, GREY, (0, (5, 2)))]
    for number, (label, paths) in enumerate(case.selections):
        if len(paths) < len(case.path_names):
            mean = scale * float(case.selected(number).mean())
            levels.append(Level(label, mean, LINE_COLOURS[number % 3], (0, (1, 1.2))))
    for number, label in enumerate(case.baselines, start=len(levels) - 1):
        mean = scale * float(case.baseline(label).mean())
        levels.append(Level(label, mean, LINE_COLOURS[number % 3], (0, (5, 1.5, 1, 1.5))))
    return levels


def _labels(axes: Any, levels: list[Level]) -> None:
    """Name the lines at the right end, apart from one another."""
    low, high = axes.get_ylim()
    least = CLOSEST * (high - low)
    place = -math.inf
    for level in sorted(levels, key=lambda level: level.value):
        place = max(level.value + 0.2 * least, place + least)
        axes.annotate(
            level.label, (0.995, place), xycoords=("axes fraction", "data"), ha="right",
            va="bottom", color=level.colour, fontsize=10,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
        )  # fmt: skip
