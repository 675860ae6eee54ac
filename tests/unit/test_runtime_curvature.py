"""The Hessian as a matrix, against its products with directions, which share no code with it."""

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, random_overlaps, solver

from derive import Attention, Data, Embedding, Features, Network, Readout
from derive.theories.networks.description import attended_inputs
from derive.theories.networks.module.runtime import curvature as runtime
from derive.theories.networks.solver import Solver


def by_products(module, overlaps, problem):
    basis = module.Basis(overlaps)
    times = basis.hessian(module.hessian_product(overlaps, problem))
    return basis, np.stack([times(unit) for unit in np.eye(basis.size)], axis=1)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_matrix_is_that_of_the_products(name):
    network, module = NETWORKS[name], solver(name).module
    for features in (2, 40):  # more and fewer than examples
        data = random_data(network, seed=3, features=features)
        problem = module.inside(solver(name).problem(network, data))
        overlaps = random_overlaps(module, problem, 1)
        basis, expected = by_products(module, overlaps, problem)
        found = module.curvature(overlaps, problem).matrix(basis)
        assert found is not None
        np.testing.assert_allclose(found, expected, atol=1e-9 * np.abs(expected).max())


def test_identical_paths_count_as_often_as_they_are():
    network = Network((Embedding(12, 1.1), Attention(4, 0.8, 13), Readout(1.2)), 0.3)
    found, generator = Solver.of(network), np.random.default_rng(4)
    data = Data(generator.normal(size=(6, 5, 2)), generator.normal(size=6), classes=[0, 1, 1, 0])
    problem = found.problem(network, data)
    overlaps = random_overlaps(found.module, problem, 2)
    basis, expected = by_products(found.module, overlaps, problem)
    matrix = found.module.curvature(overlaps, problem).matrix(basis)
    np.testing.assert_allclose(matrix, expected, atol=1e-9 * np.abs(expected).max())


def test_blocks_of_the_gram_matrix_add_up(monkeypatch):
    white = np.random.default_rng(1).normal(size=(7, 3, 4))
    whole = runtime.traces(white), runtime.traces(white.transpose(2, 1, 0))
    monkeypatch.setattr(runtime, "MOST_NUMBERS", 40)
    for expected, given in zip(whole, (white, white.transpose(2, 1, 0)), strict=True):
        np.testing.assert_allclose(runtime.traces(given), expected)


def test_what_the_products_do_not_give_is_not_believed(monkeypatch):
    """The matrix holds for the law of labels that it is derived for; else products are taken."""
    name = "two attentions"
    network, module = NETWORKS[name], solver(name).module
    problem = solver(name).problem(network, random_data(network, seed=3))
    overlaps = random_overlaps(module, problem, 1)
    basis, expected = by_products(module, overlaps, problem)
    kernel = module.kernel
    monkeypatch.setattr(module, "kernel", lambda *a: 1.001 * kernel(*a) + 1e-3)
    assert module.curvature(overlaps, problem).matrix(basis) is None
    values, _ = module.diagonalised(basis, module.curvature(overlaps, problem))
    np.testing.assert_allclose(values, np.linalg.eigvalsh(expected), rtol=1e-8)


@pytest.mark.parametrize("name", ["no layer", "two attentions", "linear between attentions"])
def test_the_matrix_below_is_below(name):
    """What bounds the traces leaves a positive semidefinite rest, wherever the overlaps are."""
    network, module = NETWORKS[name], solver(name).module
    for seed, features in ((1, 2), (2, 40)):
        data = random_data(network, seed=seed, features=features)
        problem = module.inside(solver(name).problem(network, data))
        overlaps = random_overlaps(module, problem, seed)
        basis, matrix = by_products(module, overlaps, problem)
        times = basis.hessian(module.curvature(overlaps, problem).below())
        lower = np.stack([times(unit) for unit in np.eye(basis.size)], axis=1)
        np.testing.assert_allclose(lower, lower.T, atol=1e-9 * np.abs(lower).max())
        rest = np.linalg.eigvalsh(matrix - lower)
        assert rest[0] > -1e-9 * np.abs(matrix).max() and rest[-1] > 1e-3 * np.abs(matrix).max()


def test_a_positive_bound_from_below_is_told(monkeypatch):
    network, data = NETWORKS["two attentions"], random_data(NETWORKS["two attentions"], seed=5)
    module = solver("two attentions").module
    solution = solver("two attentions").solve(network, data)
    problem = module.inside(solver("two attentions").problem(network, data))
    monkeypatch.setattr(module, "DENSE_HESSIAN", 5)
    found = module.signature(solution.overlaps, module.curvature(solution.overlaps, problem))
    _, matrix = by_products(module, solution.overlaps, problem)
    assert 0 < found.floor <= np.linalg.eigvalsh(matrix)[0] * (1 + 1e-9) <= found.lowest
    assert found.is_bound and found.negative == 0
    assert solver("two attentions").solve(network, data).message == module.CONVERGED


def test_where_the_bound_fails_lanczos_steps_answer(monkeypatch):
    network = Network((Embedding(4, 1.1), Attention(3, 0.8, 5), Readout(1.2)), 0.01)
    found, generator = Solver.of(network), np.random.default_rng(4)
    data = Data(generator.normal(size=(30, 40, 3)), 2 * generator.normal(size=30))
    solution = found.solve(network, data)
    module, problem = found.module, found.problem(network, data)
    monkeypatch.setattr(module, "DENSE_HESSIAN", 5)
    curvature = module.curvature(solution.overlaps, problem)
    bounded = module.signature(solution.overlaps, curvature)
    assert bounded.floor == -np.inf and bounded.negative == 0
    assert bounded.lowest >= solution.hessian_lowest * (1 - 1e-9)


def test_features_with_a_mean_take_products():
    """Their covariance is not linear in the overlaps, so the formula does not hold."""
    network = Network((Features(40, "arc-cosine-1", 1.1), Readout(1.2)), 0.2)
    generator = np.random.default_rng(0)
    inputs, labels = generator.normal(size=(12, 5, 1)), 2 + generator.normal(size=12)
    found = Solver.of(network)
    data = Data(attended_inputs(network, inputs, []), labels)
    solution = found.solve(network, data)
    module = found.module
    curvature = module.curvature(solution.overlaps, found.problem(network, data))
    assert curvature.matrix(module.Basis(solution.overlaps)) is None and curvature.below() is None
    assert solution.converged and not solution.hessian_is_bound
