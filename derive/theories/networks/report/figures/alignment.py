"""How the kernel's eigenvectors line up with the labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from derive.theories.networks.report.results import CaseResults, width_label
from derive.typeset.figures import BLUE, GREY, figure, svg_of, titled

SHOWN = 30
"""Eigenvectors shown; further ones carry little."""
SMALLEST = 1e-12
"""Of an eigenvalue that is not zero, relative to the largest."""


def draw_alignment(cases: tuple[CaseResults, ...]) -> str:
    """One panel per case: |v_k . y| / |y| at the narrowest and at infinite width."""
    with figure("alignment", 1, len(cases), 3.4, sharey=True) as (picture, grid):
        for axes, case in zip(grid[0], cases, strict=True):
            _panel(axes, case)
            if len(cases) > 1:
                titled(axes, case.title)
        grid[0][0].set_ylim(bottom=0.0)
        grid[0][0].set_ylabel("alignment |v$_k$ · y| / |y|")
        grid[0][0].legend(loc="upper right")
        return svg_of(picture, "alignment of kernel eigenvectors with the labels")


def _panel(axes: Any, case: CaseResults) -> None:
    styles = {case.narrowest: (BLUE, "o", True), math.inf: (GREY, "s", False)}
    for width, (colour, marker, filled) in styles.items():
        alignment = case.average("alignment", width)[: _shown(case)]
        axes.plot(
            np.arange(1, len(alignment) + 1), alignment, color=colour, marker=marker, markersize=5,
            linewidth=1.2, markerfacecolor=colour if filled else "white", label=width_label(width),
        )  # fmt: skip
    axes.set_xticks([1, *range(5, _shown(case) + 1, 5)])
    axes.grid(axis="y")
    axes.set_xlabel("eigenvector k, largest eigenvalue first")


def _shown(case: CaseResults) -> int:
    """The number of eigenvectors to show: those of eigenvalue zero are arbitrary."""
    values = np.concatenate([case.values("kernel_eigenvalues", width) for width in case.widths])
    rank = int((values > SMALLEST * values[:, :1]).sum(axis=1).min())
    return min(rank, SHOWN)
