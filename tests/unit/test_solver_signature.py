"""The Hessian's signature: every eigenvalue, or a bound that says so."""

import numpy as np
import pytest
from small_networks import NETWORKS, broken_heads, random_data, random_overlaps, solver

from derive.theories.networks.solver import Solver


def symmetric_basis(size):
    """A Frobenius-orthonormal basis of the symmetric matrices."""
    for i in range(size):
        for j in range(i + 1):
            element = np.zeros((size, size))
            element[i, j] = element[j, i] = 1.0 if i == j else np.sqrt(0.5)
            yield element


def root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values)) @ vectors.T


def whitened_spectrum(module, overlaps, problem):
    """formulas.md, section 1.6: dU = U^(1/2) X U^(1/2), all order parameters jointly."""
    product = module.hessian_product(overlaps, problem)
    directions = []
    for stream, overlap in enumerate(overlaps):
        half = root(overlap)
        for element in symmetric_basis(len(overlap)):
            parts = [np.zeros_like(other) for other in overlaps]
            parts[stream] = half @ element @ half
            directions.append(tuple(parts))
    images = [product(direction) for direction in directions]
    matrix = [
        [sum(np.sum(a * b) for a, b in zip(left, image, strict=True)) for image in images]
        for left in directions
    ]
    return np.linalg.eigvalsh(matrix)


@pytest.mark.parametrize("name", ["no layer", "two attentions", "residual over attention"])
def test_the_lowest_eigenvalue_is_that_of_whitened_coordinates(name):
    network, found = NETWORKS[name], solver(name)
    data = random_data(network, seed=5)
    solution = found.solve(network, data)
    spectrum = whitened_spectrum(found.module, solution.overlaps, found.problem(network, data))
    assert not solution.hessian_is_bound
    assert solution.hessian_lowest == pytest.approx(spectrum[0], rel=1e-9)


def test_negative_eigenvalues_are_counted():
    network, data = broken_heads(8.0)
    found = Solver.of(network)
    problem, module = found.problem(network, data), found.module
    for seed in range(6):  # far from stationary, so that the Hessian has any signature
        lowest, *above = random_overlaps(module, problem, seed)
        overlaps = (lowest, *(30 * g for g in above))
        spectrum = whitened_spectrum(module, overlaps, problem)
        signature = module.signature(overlaps, module.hessian_product(overlaps, problem))
        assert signature.negative == np.sum(spectrum < 0) > 0
        assert signature.lowest == pytest.approx(spectrum[0], rel=1e-8)


@pytest.mark.parametrize("name", ["two attentions", "two residuals"])
def test_a_lanczos_bound_bounds_and_says_so(name, monkeypatch):
    network, found = NETWORKS[name], solver(name)
    module, problem = found.module, found.problem(network, random_data(network, seed=5))
    monkeypatch.setattr(module, "DENSE_HESSIAN", 5)
    for steps in (2, 5, 30):
        monkeypatch.setattr(module, "LANCZOS_STEPS", steps)
        for seed in range(3):
            overlaps = tuple((1 + 9 * seed) * g for g in random_overlaps(module, problem, seed))
            spectrum = whitened_spectrum(module, overlaps, problem)
            bound = module.signature(overlaps, module.hessian_product(overlaps, problem))
            assert bound.is_bound
            assert bound.lowest >= spectrum[0] - 1e-9 * np.abs(spectrum).max()
            assert bound.negative <= np.sum(spectrum < 0)


def test_a_solution_marks_the_bound(monkeypatch):
    network, found = NETWORKS["two attentions"], solver("two attentions")
    data = random_data(network, seed=5)
    exact = found.solve(network, data)
    monkeypatch.setattr(found.module, "DENSE_HESSIAN", 5)
    bounded = found.solve(network, data)
    assert bounded.hessian_is_bound and not exact.hessian_is_bound
    assert bounded.converged
    # a Rayleigh quotient: from above, and near, as the vector belongs to a matrix near by
    assert exact.hessian_lowest * (1 - 1e-10) <= bounded.hessian_lowest < 1.3 * exact.hessian_lowest


def test_where_a_matrix_is_cheap_every_eigenvalue_is_found():
    """103 coordinates: one answer, with the whole spectrum beside it."""
    name = "three attentions"
    solution = solver(name).solve(NETWORKS[name], random_data(NETWORKS[name], seed=5))
    assert solution.converged and not solution.hessian_is_bound
    assert len(solution.spectrum.eigenvalues) == 103
    assert solution.hessian_lowest == pytest.approx(solution.spectrum.eigenvalues[-1], rel=1e-9)


def test_lanczos_leaves_a_saddle_too(monkeypatch):
    network, data = broken_heads(8.0)
    found = Solver.of(network)
    monkeypatch.setattr(found.module, "DENSE_HESSIAN", 0)
    solution = found.solve(network, data)
    assert solution.converged and solution.hessian_is_bound
    assert solution.action == pytest.approx(118.04464, abs=1e-5)


def test_the_gradient_norm_is_that_of_the_contract():
    """max over order parameters of |U^(1/2) (dS/dU) U^(1/2)|_F / N."""
    network, found = NETWORKS["two attentions"], solver("two attentions")
    problem, module = found.problem(network, random_data(network)), found.module
    overlaps = random_overlaps(module, problem)
    slopes = module.gradient(overlaps, problem)
    expected = max(
        np.linalg.norm(root(g) @ slope @ root(g)) / width
        for g, slope, width in zip(overlaps, slopes, problem.widths, strict=True)
    )
    assert module.at(overlaps, problem).gradient_norm == pytest.approx(expected, rel=1e-12)
