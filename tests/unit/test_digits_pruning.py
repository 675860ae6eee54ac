"""Removed heads: what is left, against weights whose heads are set to zero, and against formulas.

The weights above the first are drawn; their effective vectors give the order parameters. Given them
the first weights are a linear regression, solved in the space of weights, where nothing is known of
kernels or order parameters.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from derive import Attention, Embedding, Network, Readout
from derive.theories.networks.description import Data
from derive.theories.networks.runs.pruning import cut_mean, kept_mean, pruning, removals
from derive.theories.networks.solver import Solver

HEADS, WIDTHS = (3, 2), (7, 9, 8)
VARIANCES, TEMPERATURE = (1.3, 0.8, 1.1, 0.9), 0.2
P, P_TEST, N_0 = 6, 5, 4


def network(heads, widths=WIDTHS):
    return Network(
        (
            Embedding(widths[0], VARIANCES[0]),
            Attention(heads[0], VARIANCES[1], widths[1]),
            Attention(heads[1], VARIANCES[2], widths[2]),
            Readout(VARIANCES[3]),
        ),
        TEMPERATURE,
    )


@pytest.fixture(scope="module")
def solver():
    return Solver.of(network(HEADS))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(4)
    paths = HEADS[0] * HEADS[1]
    attended = rng.normal(size=(P + P_TEST, N_0, paths))
    labels = np.sign(attended[:, 0, 0] + 0.3 * attended[:, 1, 3])
    return Data(attended[:P], labels[:P], attended[P:], labels[P:])


@pytest.fixture(scope="module")
def vectors():
    """Effective vectors of paths, (N_1, M), from weights drawn at random, as in the model."""
    rng = np.random.default_rng(9)
    first = rng.normal(size=(HEADS[0], WIDTHS[1], WIDTHS[0]))
    second = rng.normal(size=(HEADS[1], WIDTHS[2], WIDTHS[1]))
    readout = rng.normal(size=WIDTHS[2])
    columns = [
        first[h].T @ (second[k].T @ readout) / np.sqrt(WIDTHS[2] * WIDTHS[1])
        for h, k in product(*map(range, HEADS))
    ]
    return np.stack(columns, axis=1)


def design(vectors, attended, paths):
    """f = features . vec(V^0): the network is linear in its first weights."""
    scale = np.sqrt(N_0 * WIDTHS[0] * paths)
    return np.einsum("im,pnm->pin", vectors, attended).reshape(len(attended), -1) / scale


def regression(train, labels, test):
    """The posterior mean of the outputs of a Bayesian linear regression, by its weights."""
    precision = train.T @ train / TEMPERATURE + np.eye(train.shape[1]) / VARIANCES[0]
    return test @ np.linalg.solve(precision, train.T @ labels / TEMPERATURE)


LEFT = [np.array(kept, dtype=bool) for kept in ([0, 0, 1, 1, 1, 1], [0, 0, 1, 0, 1, 0])]
SMALLER = [(2, 2), (2, 1)]


def solution_with(solver, data, vectors):
    """A solution whose lowest order parameter is that of the drawn weights."""
    overlap = vectors.T @ vectors / WIDTHS[0]
    found = solver.solve(network(HEADS), data)
    return replace(
        found,
        overlaps=(overlap / overlap.shape[0], *found.overlaps[1:]),
        chain_overlaps=(overlap, *found.chain_overlaps[1:]),
    )


@pytest.mark.parametrize("left", LEFT)
def test_cutting_sets_values_of_trained_weights_to_zero(solver, data, vectors, left):
    solution = solution_with(solver, data, vectors)
    train = design(vectors, data.attended, len(left))
    test = design(vectors * left, data.attended_test, len(left))
    expected = regression(train, data.labels, test)
    found = cut_mean(solver, solution, data, left)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    whole = cut_mean(solver, solution, data, np.ones_like(left))
    assert not np.allclose(whole, expected, rtol=1e-2)


@pytest.mark.parametrize(("left", "heads"), list(zip(LEFT, SMALLER, strict=True)))
def test_keeping_order_parameters_trains_the_first_weights_alone(
    solver, data, vectors, left, heads
):
    fewer = replace(
        data, attended=data.attended[:, :, left], attended_test=data.attended_test[:, :, left]
    )
    solution = replace(solution_with(solver, data, vectors), network=network(heads))
    train, test = (
        design(vectors[:, left], attended, left.sum())
        for attended in (fewer.attended, fewer.attended_test)
    )
    expected = regression(train, data.labels, test)
    np.testing.assert_allclose(kept_mean(solver, solution, fewer, left), expected, rtol=1e-9)


def test_the_last_head_of_a_layer_stays():
    assert removals([0.1, 0.2, 0.3, 1.0, 0.9], (3, 2)) == [0, 1, 4]
    assert removals([0.1, 0.2, 0.3, 1.0, 0.9], (3, 2), 1) == [3, 2, 1]
    assert removals([1.0, 1.0], (1, 1)) == []


def test_scores_follow_the_heads_that_are_removed(solver, data):
    solution = solver.solve(network(HEADS), data)
    found = pruning(solver, solution, data)
    scores = found["pruning_scores"]
    assert scores.shape == (2, 3, 4) and int(found["pruning_unsolved"]) == 0
    whole = np.mean(np.sign(solution.mean) == data.labels_test)
    np.testing.assert_array_equal(scores[:, :, 0], whole)
    # The first removal again, the paths through the head picked by hand.
    for order, pick in enumerate((np.argmin, np.argmax)):
        head = int(pick(solution.head_scores))
        assert found["pruning_heads"][order, 0] == head
        column, number = (0, head) if head < HEADS[0] else (1, head - HEADS[0])
        left = np.array([path[column] != number for path in product(*map(range, HEADS))])
        heads = [count - (layer == column) for layer, count in enumerate(HEADS)]
        fewer = replace(
            data, attended=data.attended[:, :, left], attended_test=data.attended_test[:, :, left]
        )
        anew = solver.solve(network(heads), fewer)
        for way, mean in enumerate((cut_mean(solver, solution, data, left), None, anew.mean)):
            if mean is not None:
                share = np.mean(np.sign(mean) == data.labels_test)
                assert scores[order, way, 1] == share
