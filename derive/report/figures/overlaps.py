"""Order parameters as heat maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from derive.report.figures.style import figure, svg_of
from derive.report.results import CaseResults, width_label

MOST_NAMES = 16
MOST_NUMBERS = 8
MIDDLE = 100.0
"""The width to show between the narrowest and infinity, or the nearest to it."""


def draw_overlaps(case: CaseResults, name: str) -> str:
    """The bottom order parameter at the narrowest, a middle and infinite width."""
    widths = widths_shown(case)
    matrices = [case.average(case.overlap_name, width) for width in widths]
    height = 3.7 if len(case.path_names) > 2 else 3.0
    with figure(name, 1, len(widths), height) as (found, grid):
        for number, (axes, width, matrix) in enumerate(zip(grid[0], widths, matrices, strict=True)):
            _panel(found, axes, matrix, case.path_names, first=number == 0)
            axes.set_title(width_label(width))
        return svg_of(found, f"order parameters of {case.title}")


def widths_shown(case: CaseResults) -> list[float]:
    """The narrowest, a middle and infinite width, as far as there are."""
    finite = [width for width in case.widths if not math.isinf(width)]
    shown = {case.narrowest, math.inf}
    if finite and finite[0] > 0:
        shown.add(min(finite, key=lambda width: abs(math.log(width / MIDDLE))))
    return sorted(shown)


def _panel(
    found: Any, axes: Any, matrix: np.ndarray, names: tuple[str, ...], *, first: bool
) -> None:
    largest = float(np.abs(matrix).max())
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-largest, vmax=largest)
    bar = found.colorbar(image, ax=axes, shrink=0.82, aspect=18, pad=0.03)
    bar.outline.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if len(names) <= MOST_NAMES:
        places = range(len(names))
        axes.set_xticks(places, names, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(places, names if first else [""] * len(names))
    else:
        axes.set_xlabel("path")
        axes.set_ylabel("path" if first else "")
    if len(names) <= MOST_NUMBERS:
        _numbers(axes, matrix, largest)


def _numbers(axes: Any, matrix: np.ndarray, largest: float) -> None:
    for (row, column), value in np.ndenumerate(matrix):
        colour = "white" if abs(value) > 0.6 * largest else "#222222"
        text = "0" if abs(value) < 5e-4 * largest else _short(float(value))
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)


def _short(value: float) -> str:
    """A number with three digits at most.

    >>> _short(-12.345), _short(0.0123), _short(1.0)
    ('−12.3', '0.01', '1.00')
    """
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}".replace("-", "−")
