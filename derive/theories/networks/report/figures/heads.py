"""How much each head, or other branch, takes part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from derive.theories.networks.report.results import CaseResults, width_label
from derive.typeset.figures import BLUE, figure, svg_of, titled
from derive.wording import plural

PALE = "#c9c9c9"


def draw_heads(cases: tuple[CaseResults, ...]) -> str:
    """One panel per case with a bar per head; empty text where there are no heads."""
    shown = [case for case in cases if any(case.head_names)]
    if not shown:
        return ""
    most = max(sum(map(len, case.head_names)) for case in shown)
    with figure("heads", 1, len(shown), 1.3 + 0.5 * most) as (picture, grid):
        for axes, case in zip(grid[0], shown, strict=True):
            _panel(axes, case)
            if len(shown) > 1:
                titled(axes, case.title)
        handles, labels = grid[0][0].get_legend_handles_labels()
        picture.legend(handles, labels, loc="outside lower center", ncols=2)
        return svg_of(picture, f"scores of {plural(branch_word(cases))}")


def _panel(axes: Any, case: CaseResults) -> None:
    names = head_labels(case)
    places = np.arange(len(names))
    for width, colour, shift in ((case.narrowest, BLUE, -0.19), (math.inf, PALE, 0.19)):
        scores = case.average("head_scores", width)
        axes.barh(places + shift, scores, height=0.36, color=colour, label=width_label(width))
        for place, value in zip(places + shift, scores, strict=True):
            axes.annotate(
                f"{value:.2f}", (value, place), xytext=(4, 0), textcoords="offset points",
                va="center", fontsize=9, color="#444444",
            )  # fmt: skip
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlim(0.0, 1.15)
    axes.set_xlabel(f"{branch_word((case,))} score, relative to the largest")


def branch_word(cases: Sequence[CaseResults]) -> str:
    """What the branches of all layers are called, where that is one word: head."""
    names = {name for case in cases for layer in case.head_names for name in layer}
    words = {name.rpartition(" ")[0] for name in names if name.rpartition(" ")[2].isdecimal()}
    return words.pop() if len(words) == 1 else "head" if not words else "branch"


def head_labels(case: CaseResults) -> list[str]:
    """Layer and head, one below the other."""
    return [
        f"layer {layer}: {head}"
        for layer, heads in enumerate(case.head_names, start=1)
        for head in heads
    ]
