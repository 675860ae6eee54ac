"""From a model to a folder: derivation, module, solution, table, evidence and report."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive.running.files import write_json, write_text
from derive.running.folder import Folder, check_folder, opened_folder
from derive.theories.disorder.report.page import findings, html_of
from derive.theories.disorder.report.results import Results
from derive.theories.disorder.runs.folder import LAYOUT
from derive.theories.disorder.runs.running import Running
from derive.theories.disorder.runs.task import Task

AGREES, DISAGREES, INCONCLUSIVE = 0, 1, 3


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        status: 0; 1 where a check disagrees; 3 where something is inconclusive or not converged.
        findings: The main results in sentences.
        warnings: What did not go well.
        report: Where the report is.
    """

    status: int
    findings: tuple[str, ...]
    warnings: tuple[str, ...]
    report: Path


def run(task: Task, path: str | Path, *, resume: bool = False, overwrite: bool = False) -> Outcome:
    """Run a task and write its folder.

    Raises:
        DeriveError: The folder is refused, or the model cannot be solved.
        KeyboardInterrupt: Finished files are kept; the message says how to go on.
    """
    check_folder(path, LAYOUT, resume=resume, overwrite=overwrite)
    about = {"command": task.command, "title": task.model.name}
    with opened_folder(
        path, LAYOUT, task.fingerprint, about, resume=resume, overwrite=overwrite
    ) as folder:
        try:
            results = Running(task, folder).results()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; what is finished is in {folder.path}, and the same command with "
                "--resume goes on"
            ) from None
        _write(results, folder)
    status, warnings = _judged(results)
    return Outcome(status, findings(results), warnings, folder.file("report.html"))


def _write(results: Results, folder: Folder) -> None:
    write_text(folder.file("table.csv"), table_csv(results))
    write_json(folder.file("summary.json"), summary(results))
    write_text(folder.file("report.html"), html_of(results))


def table_csv(results: Results) -> str:
    """Every state at every value, a line each; branches are numbered from 1."""
    rows = [
        {results.over: value, "branch": number, "leads": number - 1 == lead, **record}
        for place, (value, lead) in enumerate(zip(results.grid, results.leading, strict=True))
        for number, branch in enumerate(results.branches, start=1)
        if (record := branch[place]) is not None
    ]
    stream = io.StringIO()
    titles = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(stream, titles, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def summary(results: Results) -> dict[str, Any]:
    """The main results, for programs."""
    return {
        "model": results.derivation.model.name,
        "parameters": results.values,
        "states": list(results.states),
        "over": results.over,
        "unstable": [list(span) for span in results.unstable],
        "crossings": results.crossings,
        "certificates": results.certificates,
        "checks": results.checks,
    }


def _judged(results: Results) -> tuple[int, tuple[str, ...]]:
    """The status of a run, and what did not go well."""
    checks = [(str(c["verdict"]), str(c["claim"])) for c in results.checks or ()]
    warnings = [f"{verdict}: {claim}" for verdict, claim in checks if verdict != "AGREES"]
    refused = str((results.certificates or {}).get("refused", ""))
    if refused:
        warnings.insert(0, refused)
    if not results.states[0]["converged"]:
        warnings.append(results.states[0]["message"])
    wrong = refused or any(verdict == "DISAGREES" for verdict, _ in checks)
    return DISAGREES if wrong else INCONCLUSIVE if warnings else AGREES, tuple(warnings)
