"""The folder of a run: its files, and where each solution is in it."""

from __future__ import annotations

import math
from pathlib import Path

from derive.running import folder as shared
from derive.theories.networks.report import AS_DESCRIBED
from derive.theories.networks.runs.task import Case

SOLUTIONS = "solutions"
FILES = (
    "derivation.md",
    "derivation.tex",
    "solver.py",
    "certificates.json",
    "checks.json",
    "checks.md",
    "summary.csv",
    "summary.json",
    "report.html",
    "theory.json",
    "ladder.json",
    "ladder.html",
)
"""What a run writes, besides the marker, the solutions and the draws."""
DRAWS = "draws"
"""The folder of what samplers drew."""
LAYOUT = shared.Layout(
    "run.json", FILES, {SOLUTIONS: ("*width-*.npz", "*as-described.npz"), DRAWS: ("*.npz",)}
)


class Folder(shared.Folder):
    """The folder of one run."""

    def solution(self, case: Case, seed: int | None, width: float) -> Path:
        """The path of one solution."""
        parts = [case.key] if case.key else []
        parts += [] if seed is None else [f"seed-{seed}"]
        return self.path / SOLUTIONS / ("-".join([*parts, _width_name(width)]) + ".npz")


def _width_name(width: float) -> str:
    if width == AS_DESCRIBED:
        return "as-described"
    return "width-infinite" if math.isinf(width) else f"width-{int(width)}"
