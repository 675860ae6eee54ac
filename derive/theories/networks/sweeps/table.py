"""The table of a sweep: a row a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from derive.escaping import csv_table
from derive.theories.networks.sweeps.grid import Point

PARAMETERS = {
    "width": "N of every stream; inf for the Gaussian process; empty for those of the description",
    "temperature": "T, the variance of the label noise",
    "examples": "P, the number of training examples",
    "seed": "of the data, or of the choice of examples; empty where nothing is drawn",
}
DEPTH = "how often a block of layers is repeated"
VARIANCE = "prior variance of a weight's entries"
RESULTS = {
    "action": "S at the solution; empty at infinite width",
    "log_evidence": "ln p(labels) at leading order, every constant kept",
    "converged": "True, or False: then the numbers are those of the last iterate, not a solution",
    "message": "the verdict in a sentence",
    "gradient_norm": "of the action, over the width, in whitened coordinates",
    "residual": "of the saddle-point equations, relative",
    "hessian_lowest": "lowest eigenvalue of the action's Hessian; empty at infinite width",
    "condition_number": "of the labels' covariance",
    "minima": "how many were found; the numbers are those of the lowest",
    "overlap": "tr G_bottom",
    "test_accuracy": "share of test examples on the right side; empty unless labels are classes",
    "test_error": "mean squared error of the predictor's mean; empty without test labels",
    "seconds": "wall time of this point, on one BLAS thread",
}
Row = dict[str, Any]


def columns(points: Sequence[Point]) -> dict[str, str]:
    """The columns of the table, and what is in them; numbers that are not finite are left empty."""
    variances = dict.fromkeys(dict(points[0].variances), VARIANCE)
    start = {name: PARAMETERS[name] for name in ("width", "temperature")}
    depths = dict.fromkeys(dict(points[0].depths), DEPTH)
    return depths | start | variances | {k: PARAMETERS[k] for k in ("examples", "seed")} | RESULTS


def rows_of(points: Sequence[Point], records: Mapping[str, Row]) -> list[Row]:
    """A row for every point, in the order of the grid."""
    empty = dict.fromkeys(RESULTS)
    return [{**empty, **records[point.key], **point.parameters()} for point in points]


def table_csv(points: Sequence[Point], rows: Sequence[Row]) -> str:
    """The table as CSV; the same bytes for the same rows."""
    names = list(columns(points))
    return csv_table(names, ([row.get(name) for name in names] for row in rows))
