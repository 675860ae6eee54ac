"""Deep linear networks (Li, Sompolinsky, PRX 2021) end to end; formulas.md, section 1.4."""

from itertools import pairwise

import numpy as np
import pytest
from sampled_systems import System, check_ladder
from scipy import optimize

from derive.theories.networks import checks
from derive.theories.networks.description import Data, Embedding, Linear, Network, Readout
from derive.theories.networks.solver import Solver


def data_of(examples, features, seed):
    rng = np.random.default_rng(seed)
    attended = rng.normal(size=(examples, features, 1))
    test = rng.normal(size=(3, features, 1))
    return Data(attended, 1.5 * rng.normal(size=examples), test)


def gram(data, variance):
    inputs = data.attended[:, :, 0]
    return variance * inputs @ inputs.T / inputs.shape[1]


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_equal_widths_at_zero_temperature(depth):
    """1 - v = alpha (1 - v^-n s/P), u = v^n, n = depth stages, prior variances 1."""
    width, examples = 12, 9
    data = data_of(examples, 20, seed=51)
    layers = (Embedding(width, 1.0), *(Linear(1.0, width) for _ in range(depth - 1)))
    network = Network((*layers, Readout(1.0)), 0.0)
    solution = Solver.of(network).solve(network, data)
    assert solution.converged
    signal = data.labels @ np.linalg.solve(gram(data, 1.0), data.labels)
    u, alpha = solution.bottom[0, 0], examples / width
    v = u ** (1 / depth)
    assert 1 - v == pytest.approx(alpha * (1 - signal / (examples * u)), rel=1e-8)
    for stage, overlap in enumerate(solution.overlaps):  # each stage scales by the same factor
        assert overlap[0, 0] == pytest.approx(v ** (depth - stage), rel=1e-8)


@pytest.mark.parametrize("temperature", [0.05, 0.6])
def test_unequal_widths_and_variances_at_any_temperature(temperature):
    """u = c prod_l (1 + r/N_l), r = -u E'(u): one equation for any depth, by a root finder."""
    widths, variances = np.array([13, 8, 11]), (1.3, 0.8, 1.1, 1.2)
    data = data_of(7, 10, seed=52)
    layers = (Embedding(13, 1.3), Linear(0.8, 8), Linear(1.1, 11), Readout(1.2))
    network = Network(layers, temperature)
    solution = Solver.of(network).solve(network, data)
    assert solution.converged
    kernel, prior = gram(data, variances[0]), np.prod(variances[1:])

    def flux(u):
        inverse = np.linalg.inv(u * kernel + temperature * np.eye(7))
        dual = inverse @ data.labels
        return -u * (np.sum(inverse * kernel) - dual @ kernel @ dual)

    def excess(u):
        return prior * np.prod(1 + flux(u) / widths) - u

    u = solution.bottom[0, 0]
    assert excess(u) == pytest.approx(0, abs=1e-8 * u)
    assert np.all(1 + flux(u) / widths > 0)
    root = optimize.brentq(excess, 0.5 * u, 2 * u, xtol=1e-13)
    assert u == pytest.approx(root, rel=1e-9)
    ratios = [g[0, 0] for g in (*solution.overlaps, np.eye(1))]
    factors = np.array([a / b for a, b in pairwise(ratios)])
    np.testing.assert_allclose(factors, np.array(variances[1:]) * (1 + flux(u) / widths), rtol=1e-8)


def test_the_mean_is_that_of_the_gaussian_process_where_the_kernel_is_only_rescaled():
    """At zero temperature the mean does not depend on u; the variance is proportional to it."""
    data = data_of(6, 9, seed=53)
    network = Network((Embedding(5, 1.3), Linear(0.8, 7), Readout(1.2)), 0.0)
    solver = Solver.of(network)
    narrow, wide = solver.solve(network, data), solver.at_infinite_width(network, data)
    ratio = narrow.bottom[0, 0] / wide.bottom[0, 0]
    assert abs(ratio - 1) > 0.05
    np.testing.assert_allclose(narrow.mean, wide.mean, rtol=1e-9)
    np.testing.assert_allclose(narrow.variance, ratio * wide.variance, rtol=1e-8)


THREE = Network((Embedding(7, 1.3), Linear(0.8, 5), Linear(1.1, 6), Readout(1.2)), 0.3)


@pytest.fixture(scope="module")
def system():
    return System.of(THREE, tokens=1, seed=54)


def test_from_inputs_to_the_saddle_point_with_every_check(system):
    system.certify()
    assert system.solver.solve(THREE, system.data).converged
    results = checks.check(THREE, digits=20)
    assert {result.verdict for result in results} == {checks.Verdict.AGREES}, results


def test_exact_law_and_weights_in_short_runs(system):
    system.check_short_runs()


@pytest.mark.slow
def test_ladder(system, tmp_path):
    check_ladder(system, tmp_path)
