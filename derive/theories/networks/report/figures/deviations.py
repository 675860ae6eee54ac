"""The saddle point's deviation from the exact law, against width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.theories.networks.ladder import Deviation
from derive.typeset.figures import BLUE, GREY, figure, round_ticks, svg_of

TITLES = {
    "overlaps": "order parameters",
    "mean": "mean of the predictor",
    "variance": "variance of the predictor",
}


def draw_deviations(deviations: Sequence[Deviation]) -> str:
    """One panel a quantity, with a line of order 1; empty text where there is nothing to draw."""
    shown = [deviation for deviation in deviations if all(deviation.values)]
    if not shown:
        return ""
    with figure("deviations", 1, len(shown), 3.6) as (picture, grid):
        for axes, deviation in zip(grid[0], shown, strict=True):
            _panel(axes, deviation)
        grid[0][0].set_ylabel("relative deviation")
        handles, labels = grid[0][0].get_legend_handles_labels()
        picture.legend(handles, labels, loc="outside lower center", ncols=2)
        return svg_of(picture, "deviation of the saddle point from the exact law against width")


def _panel(axes: Any, deviation: Deviation) -> None:
    widths = deviation.widths
    sizes = [abs(value) for value in deviation.values]
    line = [sizes[-1] * widths[-1] / width for width in widths]
    axes.plot(widths, line, color=GREY, linestyle=(0, (5, 2)), linewidth=1.2, label="1/N")
    axes.errorbar(
        widths, sizes, yerr=deviation.errors, color=BLUE, marker="o", linestyle="none",
        markersize=6, markeredgecolor="white", capsize=3, elinewidth=1.2, zorder=3,
        label="saddle point against exact law, with Monte Carlo error",
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(widths, [str(width) for width in widths])
    ticks = round_ticks(sizes)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(widths[0] / 1.2, widths[-1] * 1.2)
    axes.grid(axis="y")
    axes.set_xlabel("width N, at fixed P/N")
    name = TITLES.get(deviation.quantity, deviation.quantity)
    order = f"order {deviation.order:.2f} ± {deviation.order_error:.2f}"
    axes.set_title(f"{name}\n{order if deviation.order == deviation.order else 'below the errors'}")
