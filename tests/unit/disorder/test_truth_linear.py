"""Quadratic weights by linear algebra, against integrals on a grid and the normal equations."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate

from derive.errors import SamplingError
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.truth.instance import Layout, draw_instance
from derive.theories.disorder.truth.linear import linear_algebra, solve_exactly
from derive.theories.disorder.truth.weights import log_weights

RIDGE = DisorderedModel(
    sites={"variable": {"regulariser": "lam*x**2/2"}, "attributes": {"t": {"gaussian": "rho"}}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": {"gaussian": "u", "variance": "D"},
        "energy": "(y - h)**2/2",
    },
    observables={"error": {"mean_predictor": "(h - u)**2"}, "gibbs": "(h - u)**2"},
)
NUMBERS = {"lam": 0.5, "rho": 1.7, "alpha": 2, "D": 0.25, "beta": 3.0}
SPHERE = DisorderedModel(sites={"variable": "spherical"}, couplings="J**2*q**2/2 + D*q")


def instance(model, size, seed=1, **numbers):
    return draw_instance(Layout.of(model, size, numbers), np.random.default_rng(seed))


def test_ridge_by_the_normal_equations():
    drawn = instance(RIDGE, 12, **NUMBERS)
    patterns, labels = drawn.sets[0].patterns["x"], drawn.sets[0].labels
    expected = np.linalg.solve(patterns.T @ patterns + 0.5 * np.eye(12), patterns.T @ labels)
    found = solve_exactly(drawn)
    np.testing.assert_allclose(found.means, expected, rtol=1e-11)
    spread = np.linalg.inv(patterns.T @ patterns + 0.5 * np.eye(12)) / 3
    np.testing.assert_allclose(found.seconds - np.outer(expected, expected), spread, atol=1e-12)


def test_a_gaussian_integral_on_a_grid():
    drawn = instance(RIDGE, 2, **NUMBERS)
    grid = np.linspace(-8, 8, 400)
    x = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    logs = log_weights(drawn, {"x": x}) - 3 * 0.5 * (x**2).sum(axis=1) / 2
    expected = np.log(np.exp(logs).sum() * (grid[1] - grid[0]) ** 2)
    assert solve_exactly(drawn).log_partition == pytest.approx(expected, rel=1e-9)


def test_a_normalised_prior():
    """Gaussian sites, two populations with couplings between them, without a field."""
    model = DisorderedModel(
        sites=[
            {"variable": {"gaussian": "v"}},
            {"variable": {"gaussian": "w"}, "name": "s", "ratio": 2},
        ],
        couplings="J*q_x*q_s",
    )
    drawn = instance(model, 1, v=0.6, w=0.3, J=0.4, beta=0.9)
    drawn.interactions[0].tensor[:] = [[0.5, -0.8]]
    # x integrates out: E_s exp(v (beta K s)^2 / 2)
    pull = 0.9**2 * 0.6 * np.outer([0.5, -0.8], [0.5, -0.8])
    expected = -np.linalg.slogdet(np.eye(2) - 0.3 * pull)[1] / 2
    assert solve_exactly(drawn).log_partition == pytest.approx(expected, rel=1e-12)


def test_the_sphere_in_two_and_three_dimensions():
    drawn = instance(SPHERE, 2, J=1.3, D=0.4, beta=1.1)
    angles = np.arange(400) * 2 * np.pi / 400
    x = np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    weights = np.exp(log_weights(drawn, {"x": x}))
    found = solve_exactly(drawn)
    assert found.log_partition == pytest.approx(np.log(weights.mean()), rel=1e-9)
    np.testing.assert_allclose(found.means, weights @ x / weights.sum(), rtol=1e-8)
    seconds = (weights[:, None] * x).T @ x / weights.sum()
    np.testing.assert_allclose(found.seconds, seconds, rtol=1e-8, atol=1e-9)

    drawn = instance(SPHERE, 3, J=1.3, D=0.4, beta=1.1)

    def weight(angle, height):
        radius = np.sqrt(1 - height**2)
        x = np.sqrt(3) * np.array([[radius * np.cos(angle), radius * np.sin(angle), height]])
        return float(np.exp(log_weights(drawn, {"x": x}))[0])

    total = integrate.dblquad(weight, -1, 1, 0, 2 * np.pi, epsabs=1e-7)[0] / (4 * np.pi)
    assert solve_exactly(drawn).log_partition == pytest.approx(np.log(total), rel=1e-6)


def test_the_uniform_law_of_the_sphere():
    found = linear_algebra(SPHERE, 9, {"J": 0, "D": 0, "beta": 1.1}, instances=2)
    assert found["free_entropy"].value == pytest.approx(0, abs=1e-12)
    assert found["q_squared"].value == pytest.approx(1 / 9, rel=1e-10)


def test_the_energy_is_the_derivative_of_the_free_entropy():
    """Central differences of step 1e-4: off by 1e-8. Both have the regulariser in them."""
    step = 1e-4
    for model, numbers in [(RIDGE, NUMBERS), (SPHERE, {"J": 1.3, "D": 0.4, "beta": 1.1})]:
        beta = numbers["beta"]
        low, middle, high = (
            linear_algebra(model, 8, {**numbers, "beta": at}, instances=3, seed=2)
            for at in (beta - step, beta, beta + step)
        )
        slope = (high["free_entropy"].value - low["free_entropy"].value) / (2 * step)
        assert middle["energy"].value == pytest.approx(-slope, rel=1e-6)


def test_observables_of_the_mean_and_of_samples():
    """The spread of a sampled x adds E h^2 of it to the error of the mean: Q - q."""
    teacher = {"values": [-1.3, 1.3], "weights": ["1/2", "1/2"]}
    sites = {"variable": RIDGE.sites[0].variable, "attributes": {"t": teacher}}
    model = replace(RIDGE, sites=sites)
    found = linear_algebra(model, 60, NUMBERS, instances=40, seed=3)
    spread = found["Q"].value - found["q"].value
    gap = found["gibbs"].value - found["error"].value
    assert gap == pytest.approx(spread, rel=0.05)  # 200 draws of x, 100 examples
    square = found["q"].value - 2 * found["m"].value + 1.3**2
    assert found["error"].value == pytest.approx(square, rel=0.05)


def test_what_is_not_quadratic_is_refused():
    strange = DisorderedModel(sites={"variable": "spherical"}, couplings="q**3")
    with pytest.raises(SamplingError, match="not quadratic"):
        solve_exactly(instance(strange, 4, beta=1.0))
    hinge = DisorderedModel(
        sites={"variable": "gaussian"},
        examples={"ratio": 1, "fields": {"h": "x"}, "energy": "max(0, 1 - h)"},
    )
    with pytest.raises(SamplingError, match="not quadratic"):
        solve_exactly(instance(hinge, 4, beta=1.0))
    steep = DisorderedModel(sites={"variable": "gaussian"}, couplings="q**2")
    with pytest.raises(SamplingError, match="no integral"):
        solve_exactly(instance(steep, 4, beta=9.0))
    with pytest.raises(SamplingError, match="points or ends"):
        solve_exactly(instance(DisorderedModel(sites={"variable": "binary"}), 4))
