"""What a sweep's table shows of a point, recomputed."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.points import random_point
from derive.theories.networks.checks.solutions import keys
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.report import AS_DESCRIBED
from derive.theories.networks.runs import evidence as runs
from derive.theories.networks.solver.scores import ACCURACY
from derive.theories.networks.sweeps import solving
from derive.theories.networks.sweeps.grid import Point
from derive.theories.networks.sweeps.subject import Subject as Swept
from derive.theories.networks.sweeps.table import RESULTS, rows_of, table_csv

TEXTS = ("converged", "message", "seconds")
"""Columns that are no numbers to be recomputed."""


def row(subject: Subject, claim: str) -> CheckResult:
    """A row of table.csv is what the solution at its point should hold."""
    point, comparison = random_point(subject), subject.comparison()
    data, network, due = point.data, point.network, _due(point)
    temperature, examples = float(network.temperature), len(data.labels) // data.outputs
    at = Point(AS_DESCRIBED, temperature, (), examples, None, network)
    record = solving.record_of(point.solution(), data, Swept(network, data)) | {"seconds": 0.0}
    text = table_csv([at], rows_of([at], {at.key: record}))
    cells = next(csv.DictReader(io.StringIO(text)))
    comparison.add("temperature", float(cells["temperature"]), point.plain.temperature)
    comparison.add("examples", float(cells["examples"]), examples)
    for name in (name for name in RESULTS if name not in TEXTS):
        if name in due:
            comparison.add(name, float(cells[name]), due[name])
        else:
            comparison.add(f"{name}, which is empty", float(cells[name] == ""), 1.0)
    comparison.add("converged", float(cells["converged"] == "True"), float(due["converged"]))
    compared = f"the {len(RESULTS)} columns of a sweep's table against index loops"
    return comparison.result(claim, runs.SHOWN_DIGITS, compared)


def _due(point: Any) -> dict[str, Any]:
    """What the columns of one solution should hold."""
    due, data = keys(point), point.data
    due |= {"minima": len(due["minima_action"]), "overlap": np.trace(due["G_bottom"])}
    due["test_error"] = np.mean((np.ravel(due["mean"]) - data.labels_test) ** 2)
    name, value = runs.score_of(data.labels, data.labels_test, due["mean"])
    return due | ({"test_accuracy": value} if name == ACCURACY else {})


CLAIMS = (*runs.CLAIMS, Claim("sweep: table", row, runs.is_small))
"""What `derive check` runs: claims of a network, of solutions, of runs and of sweeps."""
