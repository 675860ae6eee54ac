"""The spectrum of the Hessian, and its stiffest and sloppiest direction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from derive.theories.networks.report.figures.overlaps import MOST_NAMES, MOST_STACKED, heat_map
from derive.theories.networks.report.results import CaseResults, width_label
from derive.theories.networks.solver import HessianSpectrum
from derive.typeset.figures import BLUE, GREY, figure, round_ticks, svg_of

SMALLEST = 1e-6
"""Of an eigenvalue on a logarithmic axis, relative to the largest."""
LETTER = 0.06
"""Inches that a letter of an upright name takes."""


def draw_stiffness(case: CaseResults, spectrum: HessianSpectrum, width: float, name: str) -> str:
    """Eigenvalues at a finite width and at the widest, and X along the two extreme directions.

    Args:
        case: The solutions.
        spectrum: The spectrum whose directions are shown.
        width: At which it was found.
        name: Of the figure.
    """
    ends = (("stiffest", spectrum.stiff[0]), ("sloppiest", spectrum.sloppy[0]))
    maps = ends if len(case.path_names) > 1 else ()
    longest = max(map(len, spectrum.stiff[0].paths))
    upright = MOST_STACKED < len(spectrum.stiff[0].paths) <= MOST_NAMES
    with figure(name, 1, 1 + len(maps), 3.5 + LETTER * longest * upright) as (picture, grid):
        picture.get_layout_engine().set(w_pad=0.08)
        _spectrum(grid[0][0], case, spectrum, width)
        for axes, (word, direction) in zip(grid[0][1:], maps, strict=True):
            lowest, matrix = next(iter(direction.matrices.items()))
            heat_map(picture, axes, matrix, direction.paths, first=word == "stiffest")
            share = f"{100 * direction.shares[lowest]:.0f} % in {case.symbol(lowest)}"
            axes.set_title(f"{word}, λ = {direction.eigenvalue:.3g}\n{share}")
        return svg_of(picture, f"stiff and sloppy directions of {case.title}")


def _spectrum(axes: Any, case: CaseResults, spectrum: HessianSpectrum, width: float) -> None:
    widest = max(w for w in case.widths if not math.isinf(w))
    styles = {widest: (GREY, "s", "white"), width: (BLUE, "o", BLUE)}
    for at, (colour, marker, face) in styles.items():
        values = case.eigenvalues(at)
        if values is not None and values.shape[1] == len(spectrum.eigenvalues):
            axes.plot(
                _ranks(spectrum), values.mean(axis=0), color=colour, marker=marker, markersize=5,
                linewidth=0 if spectrum.is_partial else 1.2, label=width_label(at),
                markerfacecolor=face,
            )  # fmt: skip
    _scale(axes, np.concatenate([line.get_ydata() for line in axes.lines]))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y")
    axes.set_xlabel("direction, stiffest first")
    axes.set_ylabel("eigenvalue λ of the Hessian")
    if len(axes.lines) > 1:
        axes.legend(loc="best")
    else:
        axes.set_title(width_label(width))


def _scale(axes: Any, values: np.ndarray) -> None:
    """A logarithmic axis, unless an eigenvalue is negative or as good as zero."""
    if values.min() > SMALLEST * values.max():
        ticks = round_ticks(values.tolist())
        axes.set_yscale("log")
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()


def _ranks(spectrum: HessianSpectrum) -> np.ndarray:
    """Places of the eigenvalues, 1 for the largest; a partial spectrum has a gap."""
    count = len(spectrum.eigenvalues)
    ranks = np.arange(1, count + 1)
    ranks[len(spectrum.stiff) :] += spectrum.coordinates - count
    return ranks
