"""From parameters to a folder with a journal, a table, arrays and a figure."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DescriptionError
from derive.running.files import write_bytes, write_text
from derive.running.folder import Folder, Layout, check_folder, opened_folder, writable
from derive.running.journal import Journal
from derive.running.progress import bar
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.module import generate
from derive.theories.disorder.solver.solving import Solver
from derive.theories.disorder.sweeps.along import WAYS, Record, solve_along
from derive.theories.disorder.sweeps.figure import draw
from derive.theories.disorder.sweeps.table import Row, arrays, rows_of, table_csv
from derive.typeset.figures import available
from derive.wording import shown

MARKER, JOURNAL, TABLE, ARRAYS = "sweep.json", "points.jsonl", "sweep.csv", "sweep.npz"
FIGURES = {"png": "sweep.png", "pdf": "sweep.pdf"}
LAYOUT = Layout(MARKER, (JOURNAL, TABLE, ARRAYS, *FIGURES.values()))
CONVERGED, NOT_CONVERGED = 0, 3
Axes = Mapping[str, Sequence[float]]
"""Parameters and their values; along the first one branches are followed."""


@dataclass(frozen=True)
class Sweep:
    """Everything that decides what a sweep computes.

    Attributes:
        model: It.
        axes: What is swept.
        settings: Numbers of the other parameters; those left out take the model's defaults.
        random: How many random starts at every point.
        seed: Of them.
    """

    model: DisorderedModel
    axes: Axes
    settings: Mapping[str, float] = field(default_factory=dict)
    random: int = 4
    seed: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a sweep.

    Attributes:
        rows: The table.
        failed: Points whose first solution did not converge, and why.
        table: The CSV file.
        figures: Empty without matplotlib.
    """

    rows: list[Row] = field(repr=False)
    failed: tuple[str, ...]
    table: Path
    figures: tuple[Path, ...]

    @property
    def status(self) -> int:
        """0, or 3 where a point did not converge."""
        return NOT_CONVERGED if self.failed else CONVERGED


def sweep(
    wanted: Sweep, path: str | Path, *, resume: bool = False, overwrite: bool = False
) -> Outcome:
    """Solve every point that the folder does not hold yet, and write table, arrays and figure.

    Raises:
        DeriveError: The folder is refused, or the parameters.
        KeyboardInterrupt: Finished points are kept, in the table too; the message says how to go
            on.
    """
    check_folder(path, LAYOUT, resume=resume, overwrite=overwrite)
    solver = Solver(wanted.model)
    points = [solver.values({**wanted.settings, **point}) for point in grid(solver, wanted)]
    about = {"model": wanted.model.name, "axes": list(wanted.axes)}
    with opened_folder(
        path, LAYOUT, fingerprint(wanted), about, resume=resume, overwrite=overwrite
    ) as folder:
        with writable(folder.path):
            opened = Journal(folder.file(JOURNAL), fingerprint(wanted))
        with closing(opened) as journal:
            try:
                _solve(solver, wanted, points, journal)
            except KeyboardInterrupt:
                outcome = _written(solver, wanted, points, journal, folder)
                done = sum(row["branch"] == 0 for row in outcome.rows)
                raise KeyboardInterrupt(
                    f"interrupted; {done} of {len(points)} points are in {folder.path}, and the "
                    "same command with --resume goes on"
                ) from None
            return _written(solver, wanted, points, journal, folder)


def grid(solver: Solver, wanted: Sweep) -> list[dict[str, float]]:
    """All combinations of values, the first parameter running fastest.

    Raises:
        DescriptionError: A parameter is given as one number and as an axis too.
    """
    both = [name for name in wanted.axes if name in wanted.settings]
    if both:
        raise DescriptionError(f"{shown(both[0])} is swept and set; leave one of them out")
    names = list(wanted.axes)
    combinations = product(*(wanted.axes[name] for name in reversed(names)))
    return [dict(zip(names, reversed(values), strict=True)) for values in combinations]


def fingerprint(wanted: Sweep) -> str:
    """A digest of what all points depend on."""
    parts = (generate(wanted.model).source, wanted.random, wanted.seed)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def key_of(way: str, point: Mapping[str, float]) -> str:
    """The name of a point in the journal."""
    return f"{way}: " + ", ".join(f"{name}={value!r}" for name, value in sorted(point.items()))


def _solve(solver: Solver, wanted: Sweep, points: list[dict[str, float]], journal: Journal) -> None:
    """Solve line after line, and note each point as soon as it is done."""
    length, total = len(next(iter(wanted.axes.values()))), len(WAYS) * len(points)
    with bar("sweeping", total) as show:
        for first in range(0, len(points), length):
            line = points[first : first + length]

            def known(way: str, number: int, line: Any = line) -> Record | None:
                return journal.records.get(key_of(way, line[number]))

            for way, number, record in solve_along(
                solver, line, known, random=wanted.random, seed=wanted.seed
            ):
                journal.append(key_of(way, line[number]), line[number], record)
                show(len(journal.records))


def _written(
    solver: Solver,
    wanted: Sweep,
    points: list[dict[str, float]],
    journal: Journal,
    folder: Folder,
) -> Outcome:
    found = [
        next((r for w in reversed(WAYS) if (r := journal.records.get(key_of(w, p)))), None)
        for p in points
    ]
    rows = rows_of(points, found)
    table = folder.file(TABLE)
    write_text(table, table_csv(rows) if rows else "")
    figures = []
    if rows:
        stream = io.BytesIO()
        np.savez(stream, **arrays(rows))
        write_bytes(folder.file(ARRAYS), stream.getvalue())
    if rows and available():
        overlaps, observables = solver.module.ORDER_PARAMETERS, list(wanted.model.observables)
        for kind, content in draw(rows, list(wanted.axes), overlaps, observables).items():
            figures.append(folder.file(FIGURES[kind]))
            write_bytes(figures[-1], content)
    return Outcome(rows, tuple(_failed(rows, wanted)), table, tuple(figures))


def _failed(rows: Sequence[Row], wanted: Sweep) -> list[str]:
    return [
        ", ".join(f"{name} = {row[name]:g}" for name in wanted.axes) + f": {row['message']}"
        for row in rows
        if row["branch"] == 0 and not row["converged"]
    ]
