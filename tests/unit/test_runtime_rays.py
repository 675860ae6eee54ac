"""Rays of prior overlaps: the action along them, and their minima."""

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, solver

from derive.theories.networks.module.runtime.rays import Prior, ray_starts, rays


def prior_and_kernel(name, scale=1.0):
    network, found = NETWORKS[name], solver(name)
    data = random_data(network, seed=4)
    problem = found.problem(network, data)
    problem = problem._replace(labels=scale * problem.labels)
    module = found.module
    prior = Prior(problem, module.infinite_width)
    return prior, module, lambda overlaps: module.kernel(overlaps, problem.attended, problem)


def grown(prior, ray, z):
    factors = np.ones(len(ray.weights) + 1)
    factors[1:][ray.weights] = ray.factors(z)
    return prior.grown(factors)


@pytest.mark.parametrize("name", ["no layer", "two attentions", "inner width", "nested residual"])
def test_the_action_along_a_ray_is_that_of_the_module(name):
    prior, module, kernel = prior_and_kernel(name, scale=5.0)
    for ray in rays(prior, kernel):
        found = [ray.action(z) for z in (-0.7, 0.4, 1.1)]
        given = [module.action(grown(prior, ray, z), prior.problem) for z in (-0.7, 0.4, 1.1)]
        np.testing.assert_allclose(np.diff(found), np.diff(given), rtol=1e-10)


def test_the_weights_of_a_residual_lie_on_some_paths_only():
    prior, _, kernel = prior_and_kernel("inner width")
    groups = [ray.weights.tolist() for ray in rays(prior, kernel)]
    # V_1 and V_2 are the layers of the residual, a is on every path
    assert groups == [[False, False, True], [True, True, False]]
    # widths 6 and 11; the linear layer V_2 makes one vector, the attention V_1 two
    np.testing.assert_array_equal(prior.sizes(), [2 * 11, 6, 11])


@pytest.mark.parametrize("name", ["two attentions", "two residuals"])
def test_the_slope_is_that_of_differences(name):
    prior, _, kernel = prior_and_kernel(name, scale=7.0)
    for ray in rays(prior, kernel):
        ends = np.array([0.3 - 1e-5, 0.3 + 1e-5])
        rise = ray.action(ends[1]) - ray.action(ends[0])
        run = float(np.diff(ray.log_scale(ends))[0])
        assert float(ray.slope(0.3)) == pytest.approx(rise / run, rel=1e-6)


def test_a_chain_of_numbers_is_stationary_at_the_minima_of_its_ray():
    prior, module, kernel = prior_and_kernel("linear layers", scale=9.0)
    starts = ray_starts(prior, rays(prior, kernel))
    assert starts
    for point in starts:
        slopes = module.gradient(point, prior.problem)
        widths = prior.problem.widths
        assert module.relative_gradient(point, slopes, widths) < 1e-12
