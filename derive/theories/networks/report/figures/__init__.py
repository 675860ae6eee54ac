"""Figures as SVG text, drawn with matplotlib where it is installed."""

from __future__ import annotations

from derive.theories.networks.report.figures.alignment import draw_alignment
from derive.theories.networks.report.figures.deviations import draw_deviations
from derive.theories.networks.report.figures.heads import draw_heads
from derive.theories.networks.report.figures.overlaps import draw_overlaps
from derive.theories.networks.report.figures.pruning import draw_pruning
from derive.theories.networks.report.figures.scores import draw_scores
from derive.theories.networks.report.figures.stiffness import draw_stiffness
from derive.theories.networks.report.figures.sweep import draw_sweep
from derive.typeset.figures import available

__all__ = [
    "available",
    "draw_alignment",
    "draw_deviations",
    "draw_heads",
    "draw_overlaps",
    "draw_pruning",
    "draw_scores",
    "draw_stiffness",
    "draw_sweep",
]
