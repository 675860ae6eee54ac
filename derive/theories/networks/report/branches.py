"""Where the lowest minimum changes its branch between neighbouring widths of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from derive.theories.networks.report.results import AS_DESCRIBED, CaseResults, Point


def changes_of_branch(cases: Sequence[CaseResults]) -> list[str]:
    """A sentence for each pair of neighbouring widths whose lowest minima are two branches."""
    sentences = []
    for case in cases:
        for seed in dict.fromkeys(point.seed for point in case.points):
            line = [p for p in case.points if p.seed == seed and _is_usable(p)]
            line.sort(key=lambda point: point.width)
            sentences += [
                f"{case.title}{'' if seed is None else f', seed {seed}'}: the lowest minimum "
                f"changes its branch between N = {low.width:g} and N = {high.width:g}, a "
                "first-order transition"
                for low, high in pairwise(line)
                if _is_another(_minima(low), _minima(high))
            ]
    return sentences


def _is_usable(point: Point) -> bool:
    finite = point.width != AS_DESCRIBED and math.isfinite(point.width)
    return finite and bool(point.arrays["converged"])


def _minima(point: Point) -> Any:
    """Eigenvalues of the overlaps of every minimum, the lowest first: shape (minima, M)."""
    known = point.arrays.get("minima_G_bottom")
    overlaps = point.arrays["G_bottom"][None] if known is None else known
    return np.linalg.eigvalsh(np.asarray(overlaps))


def _is_another(here: Any, there: Any) -> bool:
    """Whether the lowest minimum of one width is nearer to another minimum of the other's."""
    between = np.linalg.norm(here[0] - there[0])
    beside = [*np.linalg.norm(there[1:] - here[0], axis=1)]
    beside += [*np.linalg.norm(here[1:] - there[0], axis=1)]
    return bool(beside) and float(min(beside)) < 0.5 * float(between)
