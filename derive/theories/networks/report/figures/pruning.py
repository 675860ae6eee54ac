"""Scores as heads are removed."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.theories.networks.report.results import CaseResults, is_share, spread
from derive.typeset.figures import BLUE, GREEN, GREY, ORANGE, figure, svg_of

ORDERS = ("lowest scores first", "highest scores first")
"""In which heads are removed."""
WAYS = ("cut out", "with order parameters kept", "solved anew")
"""What is done about the heads that are left, from the least new work to the most."""

STYLES = ((ORANGE, "v", (0, (1, 1.2))), (GREEN, "s", (0, (4, 1.5))), (BLUE, "o", "solid"))
BESIDE = 0.07
"""Heads by which neighbouring bars stand apart."""


def draw_pruning(case: CaseResults, name: str) -> str:
    """One panel per order, one line per way, and the baselines.

    Args:
        case: With `pruning_scores` at the narrowest width.
        name: Of the figure.
    """
    scores = case.values("pruning_scores", case.narrowest)
    scale = 100.0 if is_share(case.score_name()) else 1.0
    with figure(name, 1, len(ORDERS), 3.8, sharey=True) as (picture, grid):
        for number, (axes, order) in enumerate(zip(grid[0], ORDERS, strict=True)):
            _panel(axes, scale * scores[:, number])
            for label in case.baselines:
                level = scale * float(case.baseline(label).mean())
                axes.axhline(
                    level, color=GREY, linestyle=(0, (5, 1.5, 1, 1.5)), linewidth=1.2, label=label
                )
            axes.set_title(order)
        unit = f"{case.score_name()} (%)" if scale == 100.0 else case.score_name()
        grid[0][0].set_ylabel(unit)
        handles, labels = grid[0][0].get_legend_handles_labels()
        last = len(case.baselines)  # matplotlib puts lines before lines with bars
        handles, labels = (entries[last:] + entries[:last] for entries in (handles, labels))
        picture.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        return svg_of(picture, f"{case.score_name()} of {case.title} as heads are removed")


def _panel(axes: Any, scores: np.ndarray) -> None:
    """Scores of shape (draws, ways, removals + 1)."""
    places = np.arange(scores.shape[2])
    for number, (way, (colour, marker, dashes)) in enumerate(zip(WAYS, STYLES, strict=True)):
        draws = scores[:, number]
        axes.errorbar(
            places + BESIDE * (number - 1), draws.mean(axis=0), color=colour, marker=marker,
            yerr=[spread(column) for column in draws.T] if len(draws) > 1 else None,
            linestyle=dashes, markersize=6, markeredgecolor="white", capsize=2, elinewidth=1.0,
            label=way,
        )  # fmt: skip
    axes.set_xticks(places)
    axes.grid(axis="y")
    axes.set_xlabel("heads removed")
