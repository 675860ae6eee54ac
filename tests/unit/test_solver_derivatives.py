"""Gradients, Hessian products and saddle equations of generated modules against differences."""

import numpy as np
import pytest
from small_networks import (
    NETWORKS,
    random_data,
    random_overlaps,
    random_symmetric,
    solver,
)


@pytest.fixture(params=NETWORKS, scope="module")
def case(request):
    """Module, problem, random order parameters and a direction."""
    name = request.param
    found = solver(name)
    problem = found.problem(NETWORKS[name], random_data(NETWORKS[name], seed=11))
    overlaps = random_overlaps(found.module, problem, seed=12)
    rng = np.random.default_rng(13)
    direction = tuple(random_symmetric(rng, len(g)) for g in overlaps)
    return found.module, problem, overlaps, direction


def moved(overlaps, direction, step):
    return tuple(g + step * d for g, d in zip(overlaps, direction, strict=True))


def difference(function, overlaps, direction, step=2e-4):
    """A central difference of fourth order along a direction."""
    values = {k: function(moved(overlaps, direction, k * step)) for k in (-2, -1, 1, 2)}
    return (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)


def pairing(left, right):
    return sum(np.sum(a * b) for a, b in zip(left, right, strict=True))


def flat(matrices):
    return np.concatenate([matrix.ravel() for matrix in matrices])


def test_the_gradient_is_the_derivative_of_the_action(case):
    module, problem, overlaps, direction = case
    expected = difference(lambda g: module.action(g, problem), overlaps, direction)
    found = pairing(module.gradient(overlaps, problem), direction)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-7)


def test_the_gradient_is_symmetric_and_comes_with_the_action(case):
    module, problem, overlaps, _ = case
    value, slopes = module.action_and_gradient(overlaps, problem)
    assert value == pytest.approx(module.action(overlaps, problem), rel=1e-13)
    for slope in slopes:
        np.testing.assert_allclose(slope, slope.T, rtol=1e-11, atol=1e-11 * np.abs(slope).max())


def test_the_hessian_product_is_the_derivative_of_the_gradient(case):
    module, problem, overlaps, direction = case
    expected = difference(lambda g: flat(module.gradient(g, problem)), overlaps, direction)
    found = flat(module.hessian_vector_product(overlaps, direction, problem))
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8 * np.abs(expected).max())


def test_the_hessian_is_symmetric(case):
    module, problem, overlaps, direction = case
    rng = np.random.default_rng(14)
    other = tuple(random_symmetric(rng, len(g)) for g in overlaps)
    product = module.hessian_product(overlaps, problem)
    left, right = pairing(other, product(direction)), pairing(direction, product(other))
    assert left == pytest.approx(right, rel=1e-10)


def test_the_saddle_equations_hold_where_the_gradient_vanishes_and_nowhere_else(case):
    module, problem, overlaps, _ = case
    found = module.solve(
        problem.attended.transpose(0, 2, 1), problem.labels, widths=problem.widths,
        variances=problem.variances, temperature=problem.temperature, tolerance=1e-12,
    )  # fmt: skip
    assert module.saddle_residual(found.overlaps, problem) < 1e-9
    assert module.saddle_residual(overlaps, problem) > 1e-2


def test_the_log_evidence_is_minus_half_the_action_and_a_constant(case):
    module, problem, overlaps, _ = case
    first = module.log_evidence(overlaps, problem) + module.action(overlaps, problem) / 2
    assert first == pytest.approx(module.evidence_constant(problem), rel=1e-10)
