"""How figures look, and how they become text."""

from __future__ import annotations

import io
import logging
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any

from derive.escaping import html

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#6b6b6b"
"""From the palettes of Okabe and Ito, and of Tol: told apart with every kind of colour vision."""

PAPER = "#fdfdfc"
"""The background of the page."""

WIDTH = 9.6
"""Inches of a figure that fills the page."""

SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.linewidth": 0.8,
    "axes.labelcolor": "#222222",
    "axes.axisbelow": True,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "mathtext.fontset": "dejavusans",
}


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether figures can be drawn.

    Matplotlib refuses to be imported where MPLBACKEND names a backend that there is not, and none
    is needed here.
    """
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import_module("matplotlib")
    except Exception:  # it is not there, or something that it needs is not
        return False
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    return True


@contextmanager
def figure(
    name: str, rows: int, columns: int, height: float, *, layout: Any = "constrained", **axes: Any
) -> Iterator[Any]:
    """A grid of axes in the report's style: the figure and an array of axes.

    Args:
        name: Distinguishes the identifiers of this figure's SVG from those of others.
        rows: Of the grid.
        columns: Of the grid.
        height: Inches.
        layout: Matplotlib's layout engine; "compressed" for axes of fixed aspect.
        axes: For matplotlib's `subplots`.
    """
    if not available():
        raise ImportError("figures need matplotlib")
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # such as on building its font cache
    with matplotlib.rc_context({**SETTINGS, "svg.hashsalt": name}):
        picture = Figure(figsize=(WIDTH, height), layout=layout)
        FigureCanvasSVG(picture)
        yield picture, picture.subplots(rows, columns, squeeze=False, **axes)


def svg_of(picture: Any, description: str) -> str:
    """A figure as an <svg> element, to be called while its style is in force.

    Args:
        picture: From `figure`.
        description: What it shows, for readers who do not see it.
    """
    stream = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    picture.savefig(stream, format="svg", metadata=nothing, transparent=True)
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r' width="[^"]*pt"| height="[^"]*pt"', "", text, count=2)
    return text.replace("<svg", f'<svg role="img" aria-label="{html(description)}"', 1).strip()


def titled(axes: Any, name: str) -> None:
    """Give axes a user's name for a title: no part of it is mathematics."""
    axes.set_title(name, parse_math=False)


def round_ticks(sizes: Sequence[float]) -> list[float]:
    """1, 2 and 5 times powers of ten over the range of some sizes."""
    low, high = math.floor(math.log10(min(sizes))), math.ceil(math.log10(max(sizes)))
    every = [digit * 10.0**power for power in range(low - 1, high + 1) for digit in (1, 2, 5)]
    return [tick for tick in every if min(sizes) / 2 <= tick <= 2 * max(sizes)]
