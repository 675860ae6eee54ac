"""What worker processes do: solve, certify, check; each writes its files when it is done."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from derive.errors import CertificateError, SizeError, SolveError
from derive.network import Data, Network
from derive.report import AS_DESCRIBED
from derive.running.files import write_json, write_text
from derive.running.folder import Folder
from derive.running.points import baseline_scores, readings, selected_score
from derive.running.pruning import pruning
from derive.running.task import Case, Task, data_of
from derive.solver import Solution, Solver
from derive.solver.files import arrays, write_arrays


@dataclass(frozen=True)
class Solve:
    """Solve one case at some widths, for one seed."""

    task: Task
    case: Case
    seed: int | None
    widths: tuple[float, ...]

    def __call__(self, folder: Folder) -> None:
        """Write one solution a width."""
        solver = _solver(self.task.network)
        data = data_of(self.case, self.seed, self.task.data)
        for width in self.widths:
            solution = solve_point(solver, self.case.network, data, width)
            if width == self.task.widths[0] and not math.isinf(width):
                solution = with_spectrum(solver, solution, data)
            content = arrays(solution) | readings(solver, solution, data) | {"width": width}
            if self.seed is not None:
                content["seed"] = np.array(self.seed)
            if math.isinf(width):
                content |= self._beside(solver, data)
            elif self.case.pruned and width == self.task.widths[0]:
                content |= pruning(solver, solution, data)
            write_arrays(folder.solution(self.case, self.seed, width), content)

    def _beside(self, solver: Solver, data: Data) -> dict[str, Any]:
        """Scores to hold the network against: kernels of selected paths, and baselines."""
        network, source = self.case.network, self.case.source
        found: dict[str, Any] = {}
        if self.case.selections:
            scores = [selected_score(solver, network, data, p) for _, p in self.case.selections]
            found["selected_scores"] = np.array(scores)
        if source is not None and source.baselines and self.seed is not None:
            found["baseline_scores"] = baseline_scores(data, source.baseline_means(self.seed))
        return found


def solve_point(solver: Solver, network: Network, data: Data, width: float) -> Solution:
    """Solve at one width; 0 stands for the widths of the description."""
    if math.isinf(width):
        return solver.at_infinite_width(network, data)
    at = network if width == AS_DESCRIBED else network.with_width(int(width))
    return solver.solve(at, data)


def with_spectrum(solver: Solver, solution: Solution, data: Data) -> Solution:
    """The solution with its stiff and sloppy directions, where they can be found."""
    if solution.spectrum is None:
        with suppress(SolveError, SizeError):  # the report goes without them
            return replace(solution, spectrum=solver.spectrum(solution, data))
    return solution


@dataclass(frozen=True)
class Certify:
    """Check every step of the derivation."""

    network: Network
    digits: int = 20

    def __call__(self, folder: Folder) -> None:
        """Write certificates.json: the evidence for each step, or what refused one."""
        derivation = _solver(self.network).derivation
        content: dict[str, Any] = {"refused": "", "steps": []}
        try:
            evidence = derivation.certify(self.digits)
        except CertificateError as error:
            content["refused"] = str(error)
        else:
            content["steps"] = [
                {
                    "step": step.name,
                    "order": step.order.value,
                    "limit": step.limit,
                    "digits": found.digits,
                    "detail": found.detail,
                }
                for step, found in zip(derivation.steps, evidence, strict=True)
            ]
        write_json(folder.file("certificates.json"), content)


@dataclass(frozen=True)
class Check:
    """Check the generated code and the known limits."""

    network: Network
    digits: int

    def __call__(self, folder: Folder) -> None:
        """Write checks.md and checks.json."""
        from derive.checks import check, to_markdown

        results = check(self.network, digits=self.digits)
        write_text(folder.file("checks.md"), to_markdown(results))
        write_json(folder.file("checks.json"), [result.as_dict() for result in results])


@lru_cache(maxsize=1)
def _solver(network: Network) -> Solver:
    return Solver.of(network)
