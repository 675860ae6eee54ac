"""From a task to a folder: derivation, solver, solutions, checks and report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from derive.errors import SolveError
from derive.evidence.table import to_markdown
from derive.evidence.verdict import CheckResult, Verdict
from derive.running.files import write_json, write_text
from derive.running.folder import check_folder, opened_folder
from derive.running.progress import bar
from derive.running.workers import Job, run_jobs
from derive.theories.networks.ladder import Ladder
from derive.theories.networks.report import (
    AS_DESCRIBED,
    Results,
    findings,
    html_of,
    summary_csv,
    summary_dict,
    width_label,
)
from derive.theories.networks.runs.climb import Climb, climb, instances_for, packaged_instances
from derive.theories.networks.runs.collect import collect
from derive.theories.networks.runs.folder import LAYOUT, SOLUTIONS, Folder
from derive.theories.networks.runs.jobs import Certify, Check, Solve, Work
from derive.theories.networks.runs.kept import Kept
from derive.theories.networks.runs.task import Task, data_of
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.memory import refuse_large

AGREES, DISAGREES, INCONCLUSIVE = 0, 1, 3


@dataclass(frozen=True)
class Settings:
    """How to run a task; nothing here changes a solution.

    Attributes:
        resume: Keep what an earlier run of the same task left in the folder.
        overwrite: Replace the files of an earlier run.
        processes: To run at once.
        checks: Whether to check the generated code and certify the derivation.
        digits: Of the checks.
        ladder: Whether to climb the verification ladder too.
    """

    resume: bool = False
    overwrite: bool = False
    processes: int = 2
    checks: bool = True
    digits: int = 50
    ladder: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        status: 0; 1 where a check disagrees; 3 where something is inconclusive or not converged.
        findings: The main results in sentences.
        warnings: What did not go well, a line each.
        notes: On how the data were read.
        report: Where the report is.
    """

    status: int
    findings: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    report: Path


def run(task: Task, path: str | Path, settings: Settings) -> Outcome:
    """Run a task and write its folder.

    Args:
        task: What to solve.
        path: The folder.
        settings: How.

    Raises:
        DeriveError: The folder is refused, or the data cannot be solved.
        KeyboardInterrupt: Finished files are kept; the message says how to go on.
    """
    resume, overwrite = settings.resume, settings.overwrite
    check_folder(path, LAYOUT, resume=resume, overwrite=overwrite)
    if task.data is not None:
        at_once = min(settings.processes, len(task.widths))
        refuse_large(task.cases[0].network, task.data, processes=at_once)
    solver = Solver.of(task.network)
    _refuse_singular(solver, task)
    fingerprint = task.fingerprint(solver.generated.source)
    about = {"command": task.command, "title": task.title}
    with opened_folder(
        path, LAYOUT, fingerprint, about, resume=resume, overwrite=overwrite, homes=(SOLUTIONS,)
    ) as home:
        folder = Folder(home.path)
        kept = Kept(Work(task, folder, fingerprint, settings.digits))
        try:
            results = _results(solver, kept, settings)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; what is finished is in {folder.path}, and the same command with "
                "--resume goes on"
            ) from None
    status, warnings = _judge(results)
    notes = (*(() if task.data is None else task.data.notes), *kept.notes)
    return Outcome(status, findings(results), warnings, notes, folder.file("report.html"))


def _results(solver: Solver, kept: Kept, settings: Settings) -> Results:
    """Everything in the folder, written."""
    folder = kept.work.folder
    _write_theory(solver, folder)
    _run_jobs(kept, settings)
    results = collect(kept.work, kept, solver.derivation)
    if settings.ladder:
        results = replace(results, ladder=_climb(kept, settings))
    _write_results(results, folder)
    return results


def _climb(kept: Kept, settings: Settings) -> Ladder:
    """The verification ladder of a task; a user's own data are taken at the narrowest width."""
    task = kept.work.task
    if task.data is None:
        instances = packaged_instances()
    else:
        case, width = task.cases[0], task.widths[0]
        network = case.network if width == AS_DESCRIBED else case.network.with_width(int(width))
        instances = instances_for(network, data_of(case, None, task.data), 0)
    wanted = Climb(task.network, instances, settings.digits, processes=settings.processes)
    return climb(wanted, kept.work.folder.path, kept.notes.append)


def _refuse_singular(solver: Solver, task: Task) -> None:
    """Raise SolveError where the kernel of a user's data is singular."""
    if task.data is None:
        return
    case = task.cases[0]
    network = case.network.with_width(1)  # the kernel at infinite width does not depend on it
    problem = solver.problem(network, data_of(case, None, task.data))
    try:
        solver.module.refuse_singular(solver.module.infinite_width(problem), problem)
    except ValueError as error:
        raise SolveError(str(error)) from None


def _write_theory(solver: Solver, folder: Folder) -> None:
    write_text(folder.file("derivation.md"), solver.derivation.to_markdown())
    write_text(folder.file("derivation.tex"), solver.derivation.to_latex())
    write_text(folder.file("solver.py"), solver.generated.source)


def _run_jobs(kept: Kept, settings: Settings) -> None:
    task, folder = kept.work.task, kept.work.folder
    wanted = [
        folder.solution(case, seed, width)
        for case in task.cases
        for seed in task.seeds
        for width in task.widths
    ]
    extra = ["checks.json", "certificates.json"] if settings.checks else []
    files = [*wanted, *map(folder.file, extra)]
    jobs = [*_solves(kept)]
    if settings.checks:
        jobs = _with_checks(jobs, kept)
    with bar("solving and checking", len(files)) as show:

        def count() -> None:
            show(sum(file.exists() for file in files))

        count()
        run_jobs(jobs, kept.work, settings.processes, count)


def _with_checks(jobs: list[Job], kept: Kept) -> list[Job]:
    """Checks take longest, and go first."""
    first: list[Job] = []
    last: list[Job] = []
    if kept.checks() is None:
        first.append(Check())
    if kept.certificates() is None:
        last.append(Certify())
    return [*first, *jobs, *last]


def _solves(kept: Kept) -> Iterable[Job]:
    """One job per draw of the data; a user's own data are solved width by width."""
    task = kept.work.task
    for seed in task.seeds:
        for case in task.cases:
            missing = [w for w in task.widths if kept.solution(case, seed, w) is None]
            if seed is None:
                yield from (Solve(case, None, (width,)) for width in missing)
            elif missing:
                yield Solve(case, seed, tuple(missing))


def _write_results(results: Results, folder: Folder) -> None:
    write_text(folder.file("summary.csv"), summary_csv(results))
    write_json(folder.file("summary.json"), summary_dict(results))
    write_text(folder.file("report.html"), html_of(results))
    if results.checks is not None:
        entries = [{**entry, "verdict": Verdict(entry["verdict"])} for entry in results.checks]
        checks = [CheckResult(**entry) for entry in entries]
        write_text(folder.file("checks.md"), to_markdown(checks))


def _judge(results: Results) -> tuple[int, tuple[str, ...]]:
    """The status of a run, and what did not go well."""
    failed = [
        f"{case.title}, {width_label(point.width)}"
        + ("" if point.seed is None else f", seed {point.seed}")
        + f": {point.arrays['message']}"
        for case in results.cases
        for point in case.points
        if not point.arrays["converged"]
    ]
    checks = [(str(c["verdict"]), str(c["claim"])) for c in results.checks or ()]
    warnings = [f"{verdict}: {claim}" for verdict, claim in checks if verdict != "AGREES"]
    refused = str((results.certificates or {}).get("refused", ""))
    if results.ladder is not None:
        checks += [(r.verdict.value, r.claim) for r in results.ladder.results]
        warnings = [f"{verdict}: {claim}" for verdict, claim in checks if verdict != "AGREES"]
    if refused or any(verdict == "DISAGREES" for verdict, _ in checks):
        status = DISAGREES
    else:
        status = INCONCLUSIVE if failed or warnings else AGREES
    return status, (*([refused] if refused else []), *warnings, *failed)
