"""Solutions and what is read from them: scores, alignment, kernels of selected paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derive.theories.networks.description import Data, Network
from derive.theories.networks.solver import Solution, Solver
from derive.theories.networks.solver.scores import score


def readings(solver: Solver, solution: Solution, data: Data) -> dict[str, Any]:
    r"""What a report shows of a solution, besides the solution.

    Returns:
        `kernel_eigenvalues` (P,), the largest first; `alignment` (P,), the overlaps
        :math:`|v_k \cdot y| / |y|` of the kernel's eigenvectors with the labels; and, where test
        labels are known, `score` and `score_name`.
    """
    network = solution.network
    if network.infinitely_wide:  # any width has its kernel, of which the mean of features is a part
        network, data = network.with_width(1), replace(data, mean_direction=None)
    problem = solver.problem(network, data)
    eigenvalues, vectors = np.linalg.eigh(
        solver.module.kernel(solution.overlaps, problem.attended, problem)
    )
    alignment = np.abs(vectors.T @ data.labels) / (np.linalg.norm(data.labels) or 1.0)
    arrays = {"kernel_eigenvalues": eigenvalues[::-1], "alignment": alignment[::-1]}
    rating = score(data, solution.mean)
    if rating is not None:
        arrays |= {"score": np.array(rating.value), "score_name": np.array(rating.name)}
    return arrays


def selected_score(
    solver: Solver, network: Network, data: Data, paths: Sequence[int]
) -> float | None:
    """The score of the infinite-width kernel of some paths alone, divided by their number.

    Args:
        paths: Their indices in data order.
    """
    problem = solver.problem(network.with_width(1), data)
    overlaps = solver.module.infinite_width(problem)
    chosen = np.zeros(len(overlaps[0]))
    chosen[list(paths)] = np.trace(overlaps[0]) / len(paths)  # all paths together have the trace
    by_path = solver.module.tests_by_path(data.merged(test=True), problem)
    mean, _ = solver.module.predictor((np.diag(chosen), *overlaps[1:]), by_path, problem)
    rating = score(data, mean)
    return None if rating is None else rating.value


def baseline_scores(data: Data, means: Sequence[np.ndarray]) -> np.ndarray:
    """The scores of predictions that a task makes without the network."""
    ratings = [score(data, mean) for mean in means]
    return np.array([np.nan if rating is None else rating.value for rating in ratings])
