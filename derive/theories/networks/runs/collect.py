"""From the files of a run to what its report shows."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from importlib import metadata

from derive import __version__
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.report import CaseResults, Point, Results
from derive.theories.networks.report.results import width_entry
from derive.theories.networks.runs.jobs import Work
from derive.theories.networks.runs.kept import Kept
from derive.theories.networks.runs.task import Case, Task

LIBRARIES = ("sympy", "numpy", "scipy", "mpmath")


def collect(work: Work, kept: Kept, derivation: Derivation) -> Results:
    """Read a finished run.

    Raises:
        DataError: A file of a solution is not as it was written.
    """
    task = work.task
    return Results(
        title=task.title,
        subject=task.subject,
        cases=tuple(_case(task, case, kept) for case in task.cases),
        derivation=derivation,
        certificates=kept.certificates(),
        checks=kept.checks(),
        provenance=tuple(_provenance(task)),
        legend=task.legend,
    )


def _case(task: Task, case: Case, kept: Kept) -> CaseResults:
    points = [
        Point(width, seed, kept.required(case, seed, width))
        for seed in task.seeds
        for width in task.widths
    ]
    return CaseResults(
        case.title, case.network, case.path_names, case.head_names, case.selections, tuple(points),
        () if case.source is None else case.source.baselines,
    )  # fmt: skip


def _provenance(task: Task) -> Iterable[tuple[str, str]]:
    yield "command", task.command
    yield "widths", ", ".join(str(width_entry(width)) for width in task.widths)
    if task.seeds != (None,):
        yield "seeds", ", ".join(map(str, task.seeds))
    if task.file:
        yield "data", task.file
    yield "derive", __version__
    yield "Python", platform.python_version()
    for library in LIBRARIES:
        yield library, _version(library)
    if "sklearn" in sys.modules:  # a task's data come from there
        yield "scikit-learn", _version("sklearn")


def _version(library: str) -> str:
    module = sys.modules.get(library)
    return str(getattr(module, "__version__", None) or metadata.version(library))
