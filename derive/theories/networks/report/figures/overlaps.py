"""Order parameters as heat maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from derive.theories.networks.report.results import CaseResults, width_label
from derive.typeset.figures import figure, svg_of

MOST_NAMES = 16
MOST_NUMBERS = 8
MOST_STACKED = 4
LONGEST = 9
DEPTH = 1.25
"""Of the colour scale, relative to the largest entry, so that dark cells stay legible."""
MIDDLE = 100.0
"""The width to show between the narrowest and infinity, or the nearest to it."""


def draw_overlaps(case: CaseResults, name: str) -> str:
    """The bottom order parameter at the narrowest, a middle and infinite width."""
    widths = widths_shown(case)
    matrices = [case.average(case.overlap_name, width) for width in widths]
    height = 2.7 if len(case.path_names) == 2 else 3.5
    with figure(name, 1, len(widths), height, layout="compressed") as (picture, grid):
        picture.get_layout_engine().set(w_pad=0.12)
        for number, (axes, width, matrix) in enumerate(zip(grid[0], widths, matrices, strict=True)):
            heat_map(picture, axes, matrix, case.path_names, first=number == 0)
            axes.set_title(width_label(width))
        return svg_of(picture, f"order parameters of {case.title}")


def widths_shown(case: CaseResults) -> list[float]:
    """The narrowest, a middle and infinite width, as far as there are."""
    finite = [width for width in case.widths if not math.isinf(width)]
    shown = {case.narrowest, math.inf}
    if finite and finite[0] > 0:
        shown.add(min(finite, key=lambda width: abs(math.log(width / MIDDLE))))
    return sorted(shown)


def heat_map(
    picture: Any, axes: Any, matrix: np.ndarray, names: tuple[str, ...], *, first: bool
) -> None:
    """A matrix over paths, its own colour scale centred at zero.

    Args:
        picture: The figure.
        axes: Where to draw.
        matrix: Rows and columns in the order of the names.
        names: Of the paths.
        first: Whether to name the rows too.
    """
    largest = float(np.abs(matrix).max())
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-DEPTH * largest, vmax=DEPTH * largest)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    _names(axes, names, first=first)
    if len(names) <= MOST_NUMBERS:
        _numbers(axes, matrix, largest)
        return
    bar = picture.colorbar(image, ax=axes, shrink=0.7, aspect=18, pad=0.03)
    bar.outline.set_visible(False)


def _names(axes: Any, names: tuple[str, ...], *, first: bool) -> None:
    """Names of paths along the axes, as long as there is room for them."""
    if len(names) > MOST_NAMES:
        axes.set_xlabel("path")
        axes.set_ylabel("path" if first else "")
        return
    axes.set_yticks(range(len(names)), names if first else [""] * len(names))
    upright = len(names) > MOST_STACKED
    stacked = not upright and max(map(len, names)) > LONGEST
    below = [name.replace(", ", ",\n") if stacked else name for name in names]
    axes.set_xticks(range(len(names)), below, rotation=90 if upright else 0, fontsize=9.5)


def _numbers(axes: Any, matrix: np.ndarray, largest: float) -> None:
    size = min(9.5, 45 / len(matrix))  # five characters in a cell
    for (row, column), value in np.ndenumerate(matrix):
        colour = "white" if abs(value) > 0.75 * largest else "#222222"
        text = "0" if abs(value) < 5e-4 * largest else _short(float(value))
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)


def _short(value: float) -> str:
    """A number with three digits at most.

    >>> _short(-12.345), _short(0.0123), _short(1.0)
    ('−12.3', '0.01', '1.00')
    """
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")
