"""What a worker does at one point of a sweep."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from derive.errors import SizeError, SolveError
from derive.files.seals import made_from
from derive.running.program import program
from derive.theories.networks.description import Data, Network
from derive.theories.networks.solver import Solution, Solver
from derive.theories.networks.solver.scores import ACCURACY
from derive.theories.networks.sweeps.grid import Point
from derive.theories.networks.sweeps.subject import Subject
from derive.threads import one_blas_thread

MEASURES = (
    "action", "log_evidence", "converged", "message", "gradient_norm", "residual",
    "hessian_lowest", "condition_number",
)  # fmt: skip
"""What is read from a solution."""

_deriving = threading.Lock()


@dataclass(frozen=True)
class SolvePoint:
    """Solve one point."""

    point: Point

    def __call__(self, subject: Subject) -> tuple[str, dict[str, Any]]:
        """The point's key, and what came out.

        One BLAS thread, so that the digits do not depend on how many processes share the machine.
        A point that cannot be solved says why in its message, and the sweep goes on.
        """
        solver = solver_at(self.point, _solver(subject.network, subject.solver))
        data = subject.data_at(self.point)
        started = time.perf_counter()
        try:
            with one_blas_thread():
                record = record_of(solve(solver, self.point, data), data, subject)
        except (SizeError, SolveError) as error:
            record = {"converged": False, "message": str(error)}
        return self.point.key, record | {"seconds": time.perf_counter() - started}


def solver_at(point: Point, solver: Solver) -> Solver:
    """The solver of a sweep at the depths of a point."""
    return solver.at(dict(point.depths)) if point.depths else solver


def solve(solver: Solver, point: Point, data: Data) -> Solution:
    """The solution at one point."""
    if math.isinf(point.width):
        return solver.at_infinite_width(point.network, data)
    return solver.solve(point.network, data)


def record_of(solution: Solution, data: Data, subject: Subject) -> dict[str, Any]:
    """The columns of a solution in the table."""
    record: dict[str, Any] = {key: getattr(solution, key) for key in MEASURES}
    record |= {key: float(value) for key, value in record.items() if _is_number(value)}
    record["converged"] = bool(solution.converged)
    record["minima"] = 1 + len(solution.others)
    record["overlap"] = float(np.trace(solution.bottom))
    labels, mean = data.labels_test, solution.mean
    if labels is not None and mean is not None:
        record["test_error"] = float(np.mean((mean.ravel() - labels) ** 2))
        score = subject.fit(data, mean)
        if score.name == ACCURACY:
            record["test_accuracy"] = score.value
    return record


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool | str | np.bool_)


def _solver(network: Network, digest: str) -> Solver:
    with _deriving:  # the workers of a cluster may be threads
        return _derived(network, digest)


@lru_cache(maxsize=1)
def _derived(network: Network, digest: str) -> Solver:
    solver = Solver.of(network)
    if made_from(program(), solver.generated.source) != digest:
        raise SolveError(
            "a worker generates another solver; install the same version of derive everywhere"
        )
    return solver
