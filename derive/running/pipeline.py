"""From a task to a folder: derivation, solver, solutions, checks and report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from derive.errors import SolveError
from derive.ladder import Ladder
from derive.report import (
    AS_DESCRIBED,
    Results,
    findings,
    html_of,
    summary_csv,
    summary_dict,
    width_label,
)
from derive.running.climb import Climb, climb, instances_for, packaged_instances
from derive.running.collect import collect
from derive.running.files import write_json, write_text
from derive.running.folder import Folder, check_folder, open_folder
from derive.running.jobs import Certify, Check, Solve
from derive.running.progress import bar
from derive.running.task import Task, data_of
from derive.running.workers import Job, run_jobs
from derive.solver import Solver, load_solution
from derive.solver.memory import refuse_large_task

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
    data_of.cache_clear()  # a file may have changed since an earlier run of this process
    check_folder(path, resume=settings.resume, overwrite=settings.overwrite)
    notes = _check_data(task, settings.processes)
    solver = Solver.of(task.network)
    _refuse_singular(solver, task)
    folder = open_folder(
        path,
        task.fingerprint(solver.generated.source),
        {"command": task.command, "title": task.title},
        resume=settings.resume,
        overwrite=settings.overwrite,
    )
    try:
        _write_theory(solver, folder)
        _run_jobs(task, folder, settings)
        results = collect(task, folder, solver.derivation)
        if settings.ladder:
            results = replace(results, ladder=_climb(task, folder, settings))
        _write_results(results, folder)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted; what is finished is in {folder.path}, and the same command with "
            "--resume goes on"
        ) from None
    status, warnings = _judge(results)
    return Outcome(status, findings(results), warnings, notes, folder.file("report.html"))


def _climb(task: Task, folder: Folder, settings: Settings) -> Ladder:
    """The verification ladder of a task; a user's own data are taken at the narrowest width."""
    if task.data is None:
        instances = packaged_instances()
    else:
        case, width = task.cases[0], task.widths[0]
        network = case.network if width == AS_DESCRIBED else case.network.with_width(int(width))
        instances = instances_for(network, data_of(case, None, task.data), 0)
    wanted = Climb(task.network, instances, settings.digits, processes=settings.processes)
    return climb(wanted, folder.path)


def _check_data(task: Task, processes: int) -> tuple[str, ...]:
    """Read a user's data, so that what is wrong with them is said before anything is written.

    Raises:
        SizeError: They do not fit into memory, as often as there are processes.
    """
    if task.data is None:
        return ()
    refuse_large_task(task.cases[0].network, task.data, processes=min(processes, len(task.widths)))
    return data_of(task.cases[0], None, task.data).notes


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


def _run_jobs(task: Task, folder: Folder, settings: Settings) -> None:
    wanted = [
        folder.solution(case, seed, width)
        for case in task.cases
        for seed in task.seeds
        for width in task.widths
    ]
    extra = ["checks.json", "certificates.json"] if settings.checks else []
    files = [*wanted, *map(folder.file, extra)]
    jobs = [*_solves(task, folder)]
    if settings.checks:
        jobs = _with_checks(jobs, task, folder, settings)
    with bar("solving and checking", len(files)) as show:

        def count() -> None:
            show(sum(file.exists() for file in files))

        count()
        run_jobs(jobs, folder, settings.processes, count)


def _with_checks(jobs: list[Job], task: Task, folder: Folder, settings: Settings) -> list[Job]:
    """Checks take longest, and go first."""
    first: list[Job] = []
    last: list[Job] = []
    if folder.content("checks.json") is None:
        first.append(Check(task.network, settings.digits))
    if folder.content("certificates.json") is None:
        last.append(Certify(task.network))
    return [*first, *jobs, *last]


def _solves(task: Task, folder: Folder) -> Iterable[Job]:
    """One job per draw of the data; a user's own data are solved width by width."""
    for seed in task.seeds:
        for case in task.cases:
            missing = [w for w in task.widths if not _is_solved(folder.solution(case, seed, w))]
            if seed is None:
                yield from (Solve(task, case, None, (width,)) for width in missing)
            elif missing:
                yield Solve(task, case, seed, tuple(missing))


def _is_solved(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        load_solution(path)
    except Exception:  # a damaged file, in any of the ways that a zip archive can be damaged
        return False
    return True


def _write_results(results: Results, folder: Folder) -> None:
    write_text(folder.file("summary.csv"), summary_csv(results))
    write_json(folder.file("summary.json"), summary_dict(results))
    write_text(folder.file("report.html"), html_of(results))


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
