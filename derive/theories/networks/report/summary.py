"""The numbers of a run, for other programs."""

from __future__ import annotations

import math
from typing import Any

from derive.escaping import csv_table
from derive.theories.networks.report.branches import changes_of_branch
from derive.theories.networks.report.figures.pruning import ORDERS, WAYS
from derive.theories.networks.report.pruning import is_pruned
from derive.theories.networks.report.results import CaseResults, Point, Results, spread, width_entry

COLUMNS = (
    "case", "seed", "width", "score", "action", "log_evidence", "converged", "gradient_norm",
    "residual", "hessian_negative",
)  # fmt: skip


def summary_csv(results: Results) -> str:
    """One row per solution."""
    return csv_table(COLUMNS, (_row(case, p) for case in results.cases for p in case.points))


def _row(case: CaseResults, point: Point) -> list[Any]:
    cells: list[Any] = [
        case.title,
        "" if point.seed is None else point.seed,
        width_entry(point.width),
    ]
    for key in COLUMNS[3:]:
        value = point.arrays[key].item() if key in point.arrays else ""
        cells.append("" if isinstance(value, float) and math.isnan(value) else value)
    return cells


def summary_dict(results: Results) -> dict[str, Any]:
    """Means and standard deviations over seeds, case by case, width by width."""
    return {case.title: _case(case) for case in results.cases}


def _case(case: CaseResults) -> dict[str, Any]:
    entries: dict[str, Any] = {"seeds": case.seeds, "widths": [_at(case, w) for w in case.widths]}
    if case.has("score"):
        entries["score"] = case.score_name()
        entries["selected paths"] = {
            label: _spread(case.selected(number))
            for number, (label, _) in enumerate(case.selections)
        }
    if case.has("score") and case.baselines:
        entries["baselines"] = {label: _spread(case.baseline(label)) for label in case.baselines}
    if is_pruned(case):
        entries["pruning"] = _pruning(case)
    if changes := changes_of_branch([case]):
        entries["changes of branch"] = changes
    return entries


def _pruning(case: CaseResults) -> dict[str, Any]:
    """By order and way, one entry for each number of heads removed."""
    scores = case.values("pruning_scores", case.narrowest)
    return {
        order: {way: [_spread(step) for step in scores[:, k, j].T] for j, way in enumerate(WAYS)}
        for k, order in enumerate(ORDERS)
    }


def _at(case: CaseResults, width: float) -> dict[str, Any]:
    entries: dict[str, Any] = {"width": width_entry(width)}
    if case.has("score"):
        entries |= _spread(case.values("score", width))
    entries["log_evidence"] = float(case.average("log_evidence", width))
    entries["converged"] = bool(case.values("converged", width).all())
    return entries


def _spread(values: Any) -> dict[str, float]:
    return {"mean": float(values.mean()), "standard_deviation": spread(values)}
