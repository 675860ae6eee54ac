"""What worker processes do: solve, certify, check; each writes its files when it is done."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from derive.errors import SizeError, SolveError
from derive.files.seals import made_from, sealed, sealed_json
from derive.running.files import finite, write_json
from derive.steps.certified import certificates_dict
from derive.theories.networks.description import Data, Network
from derive.theories.networks.report import AS_DESCRIBED
from derive.theories.networks.runs.folder import Folder
from derive.theories.networks.runs.points import baseline_scores, readings, selected_score
from derive.theories.networks.runs.pruning import pruning
from derive.theories.networks.runs.task import Case, Task, data_of
from derive.theories.networks.solver import Solution, Solver
from derive.theories.networks.solver.files import arrays, write_arrays

CERTIFICATE_DIGITS = 20


@dataclass(frozen=True, eq=False)
class Work:
    """What all jobs of a run share; every worker gets it once.

    Attributes:
        task: What is solved, with a user's own data.
        folder: Where it is written.
        fingerprint: Of the task.
        digits: Of the checks.
    """

    task: Task
    folder: Folder
    fingerprint: str
    digits: int

    def source(self, case: Case, seed: int | None, width: float) -> str:
        """A digest of what one solution is made from."""
        return made_from(self.fingerprint, case.key, seed, float(width))

    @property
    def checks_source(self) -> str:
        """A digest of what the checks are made from."""
        return made_from(self.fingerprint, "checks", self.digits)

    @property
    def certificates_source(self) -> str:
        """A digest of what the certificates are made from."""
        return made_from(self.fingerprint, "certificates", CERTIFICATE_DIGITS)


@dataclass(frozen=True)
class Solve:
    """Solve one case at some widths, for one seed."""

    case: Case
    seed: int | None
    widths: tuple[float, ...]

    def __call__(self, work: Work) -> None:
        """Write one solution a width."""
        solver, narrowest = _solver(work.task.network), work.task.widths[0]
        data = data_of(self.case, self.seed, work.task.data)
        for width in self.widths:
            solution = solve_point(solver, self.case.network, data, width)
            if width == narrowest and not math.isinf(width):
                solution = with_spectrum(solver, solution, data)
            content = arrays(solution) | readings(solver, solution, data) | {"width": width}
            if self.seed is not None:
                content["seed"] = np.array(self.seed)
            if math.isinf(width):
                content |= self._beside(solver, data)
            elif self.case.pruned and width == narrowest:
                content |= pruning(solver, solution, data)
            content = sealed(content, work.source(self.case, self.seed, width))
            write_arrays(work.folder.solution(self.case, self.seed, width), content)

    def _beside(self, solver: Solver, data: Data) -> dict[str, Any]:
        """Scores to hold the network against: kernels of selected paths, and baselines."""
        network, source = self.case.network, self.case.source
        scores_of: dict[str, Any] = {}
        if self.case.selections:
            scores = [selected_score(solver, network, data, p) for _, p in self.case.selections]
            scores_of["selected_scores"] = np.array(scores)
        if source is not None and source.baselines and self.seed is not None:
            scores_of["baseline_scores"] = baseline_scores(data, source.baseline_means(self.seed))
        return scores_of


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

    def __call__(self, work: Work) -> None:
        """Write certificates.json: the evidence for each step, or what refused one."""
        derivation = _solver(work.task.network).derivation
        content = certificates_dict(derivation, CERTIFICATE_DIGITS)
        path = work.folder.file("certificates.json")
        write_json(path, sealed_json(finite(content), work.certificates_source))


@dataclass(frozen=True)
class Check:
    """Check the generated code and the known limits."""

    def __call__(self, work: Work) -> None:
        """Write checks.json."""
        from derive.theories.networks.checks import check
        from derive.theories.networks.runs.evidence import CLAIMS

        results = check(work.task.network, digits=work.digits, claims=CLAIMS)
        content = finite([result.as_dict() for result in results])
        write_json(work.folder.file("checks.json"), sealed_json(content, work.checks_source))


@lru_cache(maxsize=1)
def _solver(network: Network) -> Solver:
    return Solver.of(network)
