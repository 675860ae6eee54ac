"""The table of a sweep: a row for every fixed point of every point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derive.escaping import csv_table

Row = dict[str, Any]


def rows_of(points: Sequence[Mapping[str, float]], records: Sequence[Row | None]) -> list[Row]:
    """Rows in the order of the points; `branch` 0 is the one that dominates.

    A point that is not solved yet has none; one without a fixed point has a row that says why.
    """
    rows: list[Row] = []
    for point, record in zip(points, records, strict=True):
        if record is None:
            continue
        nothing = {"converged": False, "message": record.get("message", "")}
        for branch, found in enumerate(record["solutions"] or [nothing]):
            rows.append({**point, "branch": branch, **found})
    return rows


def columns(rows: Sequence[Row]) -> list[str]:
    """All columns, the message last."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [*(name for name in names if name != "message"), "message"]


def table_csv(rows: Sequence[Row]) -> str:
    """The table as CSV; the same bytes for the same rows."""
    names = columns(rows)
    return csv_table(names, ([row.get(name) for name in names] for row in rows))


def arrays(rows: Sequence[Row]) -> dict[str, Any]:
    """The columns as arrays; numbers that there are not are nan."""
    found: dict[str, Any] = {}
    for name in columns(rows):
        if name == "message":
            found[name] = np.array([str(row[name]) for row in rows])
        elif name in ("branch", "converged"):
            found[name] = np.array([row[name] for row in rows])
        else:
            values = [row.get(name) for row in rows]
            found[name] = np.array([np.nan if v is None else v for v in values], dtype=float)
    return found
