"""A run at work: what is missing in its folder is made, what is there is taken."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from typing import Any

import numpy as np

from derive import __version__
from derive.files.seals import Broken, made_from, read_json, sealed_json, unsealed_json
from derive.running.files import finite, write_json, write_text
from derive.running.folder import Folder
from derive.running.journal import Journal, Record
from derive.running.progress import bar
from derive.steps.certified import certificates_dict
from derive.theories.disorder.checks import check
from derive.theories.disorder.module import generate
from derive.theories.disorder.report.results import Branch, Results
from derive.theories.disorder.runs.branches import NEAR, is_same, is_stable, order_of, states_of
from derive.theories.disorder.runs.folder import JOURNAL
from derive.theories.disorder.runs.task import Task
from derive.theories.disorder.solver import Solution, Solver, save_solution
from derive.theories.disorder.solver.files import arrays

CERTIFICATE_DIGITS = 20
LIBRARIES = ("sympy", "numpy", "scipy", "mpmath")


class Running:
    """One run in its folder.

    Args:
        task: What is wanted.
        folder: It is there, and no other process writes to it.
    """

    def __init__(self, task: Task, folder: Folder) -> None:
        self.task, self.folder = task, folder
        self.solver = Solver(task.model)
        self.values = self.solver.values(task.given)
        self.journal = Journal(folder.file(JOURNAL), task.fingerprint)

    def results(self) -> Results:
        """Everything, made or read."""
        derivation = self.solver.derivation
        write_text(self.folder.file("derivation.md"), derivation.to_markdown())
        write_text(self.folder.file("derivation.tex"), derivation.to_latex())
        write_text(self.folder.file("solver.py"), generate(derivation).source)
        with bar("solving and checking", len(self.task.grid) + 2) as show:
            states = self._solution()
            branches = self._branches(show)
            certificates = checks = None
            if self.task.checks:
                certificates = self._kept("certificates", self._certify)
                show(len(self.task.grid) + 1)
                checks = self._kept("checks", self._check)
                show(len(self.task.grid) + 2)
        self.journal.close()
        return Results(
            derivation, self.values, states, self.task.over, self.task.grid, branches,
            certificates, checks, tuple(self._provenance()),
        )  # fmt: skip

    def _solution(self) -> tuple[Record, ...]:
        """The states at the values given; the file of the solution is written."""
        path = self.folder.file("solution.npz")
        if "solution" not in self.journal.records or not path.is_file():
            solution = self._solved(self.values)
            overlaps = self.solver.derivation.theory.overlaps
            save_solution(path, arrays(self.task.model, overlaps, solution, self.values))
            self._append("solution", self.values, states_of(solution))
        return self._read("solution")

    def _solved(
        self, values: Mapping[str, float], start: Sequence[float] | None = None, random: int = 4
    ) -> Solution:
        return self.solver.solve(start=start, random=random, seed=0, **values)

    def _append(self, key: str, values: Mapping[str, float], states: list[Record]) -> None:
        if key not in self.journal.records:
            self.journal.append(key, dict(values), {"states": states})

    def _read(self, key: str) -> tuple[Record, ...]:
        return tuple(self.journal.records[key]["states"])

    def _branches(self, show: Callable[[int], None]) -> tuple[Branch, ...]:
        """Branches from both ends and from the value nearest to the given one, each once."""
        grid, given = self.task.grid, self.values[self.task.over]
        nearest = int(np.argmin(np.abs(np.array(grid) - given)))
        found: list[list[Record | None]] = []
        for begin in dict.fromkeys((nearest, 0, len(grid) - 1)):
            seeds = [(begin, seed) for seed in self._seeds(begin)]
            while seeds:
                place, seed = seeds.pop(0)
                if not self._is_known(seed, place, found):
                    found.append([None] * len(grid))
                    seeds += self._follow(seed, place, found)
                    show(sum(any(b[k] is not None for b in found) for k in range(len(grid))))
        return tuple(map(tuple, found))

    def _is_known(self, state: Record, place: int, found: list[list[Record | None]]) -> bool:
        names = self.solver.module.ORDER_PARAMETERS
        others = (branch[place] for branch in found)
        return any(other is not None and is_same(state, other, names) for other in others)

    def _follow(
        self, seed: Record, place: int, found: list[list[Record | None]]
    ) -> list[tuple[int, Record]]:
        """Fill the last branch up and down from its seed, each point begun at the one before it.

        It ends where nothing is found, where it goes over into a branch that is there, and where
        the way back leads elsewhere: from there another one begins, which is returned.
        """
        *others, branch = found
        begun = []
        for step in (1, -1):
            state, at = seed, place if step == 1 else place - 1
            while 0 <= at < len(branch):
                before, key = state, f"branch {len(others)} at {at}"
                state = self._point(key, at, before)
                if not state["converged"] or self._is_known(state, at, others):
                    break
                if at != place and not self._leads_back(f"{key} back", at - step, before, state):
                    begun.append((at, state))
                    break
                branch[at] = state
                at += step
        return begun

    def _leads_back(self, key: str, place: int, before: Record, state: Record) -> bool:
        """Whether a state is on the branch of the one before it: nearby, or the way back is it."""
        names = self.solver.module.ORDER_PARAMETERS
        if is_same(before, state, names, NEAR):
            return True
        return is_same(self._point(key, place, state), before, names)

    def _point(self, key: str, place: int, start: Record) -> Record:
        """The state at a value of the grid to which a start leads."""
        values = {**self.values, self.task.over: self.task.grid[place]}
        if key not in self.journal.records:
            order = order_of(start, self.solver.module.ORDER_PARAMETERS)
            self._append(key, values, states_of(self._solved(values, order)))
        return self._read(key)[0]

    def _seeds(self, place: int) -> list[Record]:
        """The states at a value of the grid, found by a search of its own."""
        key, values = f"search {place}", {**self.values, self.task.over: self.task.grid[place]}
        if key not in self.journal.records:
            solution = self._solved(values, random=0)
            self._append(key, values, states_of(solution))
        return [state for state in self._read(key) if is_stable(state)]

    def _kept(self, name: str, make: Callable[[], Any]) -> Any:
        """The content of a JSON file of evidence, made where it is missing or another's."""
        path, source = self.folder.file(f"{name}.json"), made_from(self.task.fingerprint, name)
        content = read_json(path)
        if content is not None:
            with suppress(Broken):
                return unsealed_json(content, source)
        made = finite(make())
        write_json(path, sealed_json(made, source))
        return made

    def _certify(self) -> dict[str, Any]:
        return certificates_dict(self.solver.derivation, CERTIFICATE_DIGITS)

    def _check(self) -> list[dict[str, Any]]:
        results = check(self.solver.derivation, seed=0, module=None, progress=None, **self.values)
        return [result.as_dict() for result in results]

    def _provenance(self) -> Iterator[tuple[str, str]]:
        yield "command", self.task.command
        yield "source", self.task.model.source
        yield "derive", __version__
        yield "Python", platform.python_version()
        for library in LIBRARIES:
            yield library, metadata.version(library)
