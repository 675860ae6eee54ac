"""From a grid to a folder with a journal, a table and a figure."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from derive.errors import DataError, DeriveError
from derive.running.cluster import check_cluster, completed_on_cluster
from derive.running.files import write_bytes, write_text
from derive.running.folder import (
    Folder,
    Layout,
    check_folder,
    opened_folder,
    refuse_another,
    writable,
)
from derive.running.journal import Journal
from derive.running.progress import bar
from derive.running.workers import completed
from derive.theories.networks.report.figures import available, draw_sweep
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.memory import refuse_large
from derive.theories.networks.sweeps.grid import Axes, Point
from derive.theories.networks.sweeps.solving import SolvePoint
from derive.theories.networks.sweeps.subject import Subject
from derive.theories.networks.sweeps.table import Row, columns, rows_of, table_csv
from derive.theories.networks.sweeps.transitions import Found, transitions_csv, transitions_of

MARKER, JOURNAL, TABLE = "sweep.json", "points.jsonl", "sweep.csv"
TRANSITIONS = "transitions.csv"
FIGURES = {"png": "sweep.png", "pdf": "sweep.pdf"}
LAYOUT = Layout(MARKER, (JOURNAL, TABLE, TRANSITIONS, *FIGURES.values()))
CONVERGED, NOT_CONVERGED = 0, 3


def all_cores() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """How to sweep; nothing here changes a number.

    Attributes:
        resume: Go on with what is in the folder.
        overwrite: Replace the files of an earlier sweep.
        processes: To run at once.
        cluster: The address of a Dask scheduler, to solve there instead.
    """

    resume: bool = False
    overwrite: bool = False
    processes: int = field(default_factory=all_cores)
    cluster: str | None = None


@dataclass(frozen=True)
class Sweep:
    """Everything that decides what a sweep computes.

    Attributes:
        subject: Network and data.
        axes: What is swept.
        command: How to ask for this sweep, without the paths of one machine.
    """

    subject: Subject
    axes: Axes
    command: str = "derive sweep"


@dataclass(frozen=True)
class Outcome:
    """What became of a sweep.

    Attributes:
        rows: The table.
        solved: How many points were solved by this call; the others were there.
        failed: Points that did not converge, and why.
        table: The CSV file.
        figures: Of the same rows; empty without matplotlib.
        transitions: Of first order, between neighbours on an axis.
    """

    rows: list[Row] = field(repr=False)
    solved: int
    failed: tuple[str, ...]
    table: Path
    figures: tuple[Path, ...]
    transitions: tuple[Found, ...] = ()

    @property
    def status(self) -> int:
        """0, or 3 where a point did not converge."""
        return NOT_CONVERGED if self.failed else CONVERGED


def sweep(wanted: Sweep, path: str | Path, settings: Settings) -> Outcome:
    """Solve every point of a grid that the folder does not hold yet, and write its table.

    Raises:
        DeriveError: The folder is refused, or the grid, or a worker is lost.
        KeyboardInterrupt: Finished points are kept; the message says how to go on.
    """
    resume, overwrite = settings.resume, settings.overwrite
    check_folder(path, LAYOUT, resume=resume, overwrite=overwrite)
    points = wanted.subject.grid(wanted.axes)
    _refuse_large(wanted.subject, points, settings)
    solver = Solver.of(wanted.subject.network)
    subject = wanted.subject.with_solver(solver.generated.source).with_data(points)
    fingerprint, check = subject.fingerprint(), partial(_refuse_lost, path, points)
    if resume:
        refuse_another(Folder(Path(path)), LAYOUT, fingerprint, check)
    if settings.cluster is not None:
        check_cluster(settings.cluster)
    with opened_folder(
        path, LAYOUT, fingerprint, _about(wanted, points), resume=resume, overwrite=overwrite,
        check=check,
    ) as folder:  # fmt: skip
        with writable(folder.path):
            opened = Journal(folder.file(JOURNAL), fingerprint)
        with closing(opened) as journal:
            solved = _solve(points, subject, journal, settings)
            rows = rows_of(points, journal.records)
            transitions = transitions_of(wanted.subject, wanted.axes, points, rows, solver)
            return _finish(wanted, points, rows, transitions, folder, solved)


def _refuse_large(subject: Subject, points: Sequence[Point], settings: Settings) -> None:
    """Refuse a user's data that do not fit into memory as often as there are processes."""
    if subject.data is not None and settings.cluster is None:
        at_once = min(settings.processes, len(points))
        refuse_large(subject.deepest(points).network, subject.data, processes=at_once)


def _refuse_lost(path: str | Path, points: Sequence[Point], marker: Mapping[str, Any]) -> None:
    """Raise DataError where the folder was begun with points that this sweep does not have."""
    lost = set(marker.get("points", ())) - {point.key for point in points}
    if lost:
        raise DataError(
            f"{path}: {len(lost)} of the points that it was begun with are not in this sweep "
            f"({marker.get('command')}); sweep over those too, or give --overwrite to replace it, "
            "or another --out"
        )


def _about(wanted: Sweep, points: Sequence[Point]) -> dict[str, Any]:
    """What the folder says of the sweep."""
    return {
        "command": wanted.command,
        "network": wanted.subject.network.name,
        "columns": columns(points),
        "points": [point.key for point in points],
    }


def _solve(points: Sequence[Point], subject: Subject, journal: Journal, settings: Settings) -> int:
    """Solve what is missing, and note each point as soon as it is done."""
    missing = {point.key: point for point in points if point.key not in journal.records}
    jobs = [SolvePoint(point) for point in _by_data(missing.values())]
    there = len(points) - len(missing)
    try:
        with (
            bar("sweeping", len(points)) as show,
            closing(_run(jobs, subject, settings)) as solutions,
        ):
            show(there)
            for done, (key, record) in enumerate(solutions, start=there + 1):
                journal.append(key, missing[key].parameters(), record)
                show(done)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted; {_kept(points, journal)}") from None
    except DeriveError as error:
        raise type(error)(f"{error}; {_kept(points, journal)}") from None
    return len(jobs)


def _by_data(points: Any) -> list[Point]:
    """Points of the same data next to each other, so that workers draw them once."""
    return sorted(
        points, key=lambda point: (-1 if point.seed is None else point.seed, point.examples)
    )


def _run(
    jobs: list[SolvePoint], subject: Subject, settings: Settings
) -> Generator[Any, None, None]:
    if settings.cluster is not None:
        return completed_on_cluster(jobs, subject, settings.cluster)
    return completed(jobs, subject, settings.processes)


def _kept(points: Sequence[Point], journal: Journal) -> str:
    done = sum(point.key in journal.records for point in points)
    return (
        f"{done} of {len(points)} points are in {journal.path.parent}, and the same command with "
        "--resume goes on"
    )


def _finish(
    wanted: Sweep,
    points: Sequence[Point],
    rows: list[Row],
    transitions: list[Found],
    folder: Folder,
    solved: int,
) -> Outcome:
    write_text(folder.file(TRANSITIONS), transitions_csv(transitions))
    table = folder.file(TABLE)
    write_text(table, table_csv(points, rows))
    figures = []
    if available():
        drawn = draw_sweep(rows, wanted.axes.swept(), tuple(FIGURES))
        for kind, content in drawn.items():
            figures.append(folder.file(FIGURES[kind]))
            write_bytes(figures[-1], content)
    failed = tuple(
        f"{point}: {row['message']}"
        for point, row in zip(points, rows, strict=True)
        if not row["converged"]
    )
    return Outcome(rows, solved, failed, table, tuple(figures), tuple(transitions))
