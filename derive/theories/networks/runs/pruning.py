r"""What becomes of a solved network when attention heads are removed, one after another.

Three answers, from the least new work to the most. The labels' kernel is
:math:`K_{\mu\nu} = \sum_{\pi\pi'} U_{\pi\pi'}\, \xi^\pi_\mu \cdot \xi^{\pi'}_\nu` times constants.

- Cut: the values of the removed heads are set to zero in the trained network. Given the order
  parameters, outputs of single paths are jointly Gaussian with the labels, so the mean of what is
  left is :math:`k_*^\top (K + T)^{-1} y` with the whole K of training, where :math:`k_*` sums over
  :math:`\pi` among the paths that are left and over all :math:`\pi'`.
- Kept: the first weights are trained anew, while the weights above keep what they learned. Their
  effective vectors on the paths that are left, and so the block of U on these paths, stay as they
  are; K is that of the smaller network, which divides by its own number of paths.
- Solved: the smaller network is solved from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derive.theories.networks.description import Attention, Data, path_table
from derive.theories.networks.report import ORDERS, WAYS
from derive.theories.networks.solver import Solution, Solver
from derive.theories.networks.solver.scores import score


def pruning(solver: Solver, solution: Solution, data: Data) -> dict[str, Any]:
    """Scores of a chain as its heads are removed by their scores, one head left in each layer.

    Args:
        solver: Of the network, a chain of attention layers.
        solution: At finite width.
        data: With labels of test examples.

    Returns:
        `pruning_scores`, shape (orders, ways, removals + 1), in the order of `ORDERS` and `WAYS`;
        `pruning_heads` (orders, removals), the heads removed, counted from 0 from the lowest layer;
        `pruning_unsolved`, the number of smaller networks whose solution did not converge.
    """
    curves = [
        _follow(solver, solution, data, removals(solution.head_scores, _heads(solution), highest))
        for highest in range(len(ORDERS))
    ]
    return {
        "pruning_scores": np.array([scores for _, scores, _ in curves]),
        "pruning_heads": np.array([heads for heads, _, _ in curves], dtype=int),
        "pruning_unsolved": np.array(sum(unsolved for _, _, unsolved in curves)),
    }


def removals(
    scores: Sequence[float] | np.ndarray, heads: Sequence[int], highest: int = 0
) -> list[int]:
    """Heads in the order of their scores; the last head of a layer stays.

    Args:
        scores: One per head, the lowest layer first.
        heads: Their number in every layer.
        highest: 1 to begin with the highest score.

    >>> removals([0.3, 0.2, 0.9, 1.0, 0.1], (3, 2)), removals([0.3, 0.2, 0.9, 1.0, 0.1], (3, 2), 1)
    ([4, 1, 0], [3, 2, 0])
    """
    layer_of = np.repeat(np.arange(len(heads)), heads)
    left = list(heads)
    order = []
    for head in np.argsort(np.asarray(scores) * (-1 if highest else 1), kind="stable"):
        if left[layer_of[head]] > 1:
            left[layer_of[head]] -= 1
            order.append(int(head))
    return order


def _heads(solution: Solution) -> tuple[int, ...]:
    """The number of heads of every layer."""
    return tuple(int(count) for count in path_table(solution.network).max(axis=0))


def _follow(
    solver: Solver, solution: Solution, data: Data, order: list[int]
) -> tuple[list[int], np.ndarray, int]:
    heads = _heads(solution)
    table = path_table(solution.network) - 1 + np.concatenate([[0], np.cumsum(heads)[:-1]])
    whole = _score(data, solution.mean)
    scores, unsolved = [[whole] * len(WAYS)], 0
    for count in range(1, len(order) + 1):
        left = np.logical_not(np.isin(table, order[:count]).any(axis=1))
        smaller, fewer = _smaller(solution, data, left, table)
        anew = solver.solve(smaller, fewer)
        unsolved += not anew.converged
        means = (
            cut_mean(solver, solution, data, left),
            kept_mean(solver, replace(solution, network=smaller), fewer, left),
            anew.mean,
        )
        scores.append([_score(data, mean) for mean in means])
    return order, np.array(scores).T, unsolved


def _smaller(solution: Solution, data: Data, left: np.ndarray, table: np.ndarray) -> Any:
    """The network of the heads that are left, and its data."""
    counts = iter([len(np.unique(column)) for column in table[left].T])
    layers = tuple(
        replace(layer, heads=next(counts)) if isinstance(layer, Attention) else layer
        for layer in solution.network.layers
    )
    fewer = replace(
        data,
        attended=data.of_paths()[:, :, left],
        attended_test=data.of_paths(test=True)[:, :, left],
        classes=None,
    )
    return replace(solution.network, layers=layers), fewer


def cut_mean(solver: Solver, solution: Solution, data: Data, left: np.ndarray) -> np.ndarray:
    """The mean output, (P_*,), of a trained network in which only the paths `left` are passable."""
    problem = solver.problem(solution.network, data)
    attended = np.where(left, data.of_paths(test=True), 0.0)
    return _mean(solver, solution.overlaps[0], attended, problem)


def kept_mean(solver: Solver, solution: Solution, data: Data, left: np.ndarray) -> np.ndarray:
    """The mean output, (P_*,), of a smaller network with the larger one's order parameters.

    Args:
        solver: Of both networks.
        solution: Of the larger network, with the smaller one in the place of its network.
        data: Of the smaller network.
        left: The paths of the larger network that the smaller one has.
    """
    problem = solver.problem(solution.network, data)
    bottom = solution.chain_overlaps[0][np.ix_(left, left)] / left.sum()
    return _mean(solver, bottom, data.of_paths(test=True), problem)


def _mean(solver: Solver, bottom: np.ndarray, attended: Any, problem: Any) -> np.ndarray:
    """The predictor's mean; of the overlaps only the lowest enter."""
    overlaps = (bottom, *solver.module.infinite_width(problem)[1:])
    by_path = solver.module.tests_by_path(attended, problem)
    return np.asarray(solver.module.predictor(overlaps, by_path, problem)[0])


def _score(data: Data, mean: np.ndarray | None) -> float:
    rating = score(data, mean)
    assert rating is not None
    return rating.value
