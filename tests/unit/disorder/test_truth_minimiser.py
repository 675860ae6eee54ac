"""Minima of convex energies, against the normal equations, scikit-learn, and their slopes."""

import math

import numpy as np
import pytest
from scipy import optimize

from derive.errors import SamplingError
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.truth import minimiser
from derive.theories.disorder.truth.instance import Layout, draw_instance
from derive.theories.disorder.truth.minimiser import ground_states, minimise

NUMBERS = {"alpha": 2, "lam": 0.7, "D": 0.3}
TEACHER = {"values": [-1.3, 1.3], "weights": ["1/2", "1/2"]}
NOISY = {"gaussian": "u", "variance": "D"}


def model(energy, variable, labels):
    return DisorderedModel(
        sites={"variable": variable, "attributes": {"t": TEACHER}},
        examples={
            "ratio": "alpha", "fields": {"h": "x", "u": "t"}, "labels": labels, "energy": energy
        },
        observables={"test": "(h - u)**2"},
    )  # fmt: skip


def drawn(energy, variable, labels, size=40):
    layout = Layout.of(model(energy, variable, labels), size, NUMBERS)
    instance = draw_instance(layout, np.random.default_rng(1))
    return instance, instance.sets[0].patterns["x"], instance.sets[0].labels


def near(found, expected):
    """Both stop at gaps of 1e-9; an energy with a flat direction makes more of them."""
    assert found.converged
    np.testing.assert_allclose(found.x, expected, atol=1e-6)


def test_ridge():
    instance, patterns, labels = drawn("(y - h)**2/2", {"regulariser": "lam*x**2/2"}, NOISY)
    expected = np.linalg.solve(patterns.T @ patterns + 0.7 * np.eye(40), patterns.T @ labels)
    found = minimise(instance)
    near(found, expected)
    energy = np.sum((labels - patterns @ expected) ** 2) / 2 + 0.35 * expected @ expected
    assert found.energy == pytest.approx(energy, rel=1e-9)


def test_a_weight_without_beta_is_refused():
    described = DisorderedModel(
        sites={"variable": "gaussian"},
        examples={"ratio": 1, "fields": {"h": "x"}, "weight": "exp(-h**2)"},
    )
    with pytest.raises(SamplingError, match="no zero temperature"):
        ground_states(described, 10, {}, instances=2)


def test_lasso():
    linear = pytest.importorskip("sklearn.linear_model")
    instance, patterns, labels = drawn("(y - h)**2/2", {"regulariser": "lam*abs(x)"}, NOISY)
    fit = linear.Lasso(alpha=0.7 / 80, fit_intercept=False, tol=1e-13, max_iter=10**5)
    found = minimise(instance)
    near(found, fit.fit(patterns, labels).coef_)
    assert 0 < np.sum(np.abs(found.x) < 1e-7) < 40


def test_logistic_regression():
    linear = pytest.importorskip("sklearn.linear_model")
    instance, patterns, labels = drawn(
        "log(1 + exp(-y*h))", {"regulariser": "lam*x**2/2"}, "sign(u)"
    )
    fit = linear.LogisticRegression(C=1 / 0.7, fit_intercept=False, tol=1e-12, max_iter=10**4)
    near(minimise(instance), fit.fit(patterns, labels).coef_[0])


def test_hinge():
    """The slopes cancel for multipliers between 0 and 1, which are ends where there is no kink."""
    instance, patterns, labels = drawn("max(0, 1 - y*h)", {"regulariser": "lam*x**2/2"}, "sign(u)")
    found = minimise(instance)
    gaps = 1 - labels * (patterns @ found.x)
    low, high = np.where(gaps > 1e-7, 1.0, 0.0), np.where(gaps < -1e-7, 0.0, 1.0)
    rows = (labels[:, None] * patterns).T
    bounds = low - 1e-12, high + 1e-12
    solved = optimize.lsq_linear(rows, 0.7 * found.x, bounds=bounds, tol=1e-14)
    assert found.converged
    assert 0 < np.sum(low == high) < 80
    np.testing.assert_allclose(rows @ solved.x, 0.7 * found.x, atol=1e-6)


def test_bounds():
    """A quadratic energy between two ends: the slope vanishes, or points at an end."""
    variable = {"density": "theta(x + 1/2)*theta(1 - x)"}
    instance, patterns, labels = drawn("(y - h)**2/2", variable, NOISY)
    found = minimise(instance)
    slope = patterns.T @ (patterns @ found.x - labels)
    low, high = found.x < -0.5 + 1e-8, found.x > 1 - 1e-8
    assert found.converged
    assert low.any() and high.any() and (~low & ~high).any()
    assert np.all(slope[low] > -1e-6) and np.all(slope[high] < 1e-6)
    np.testing.assert_allclose(slope[~low & ~high], 0, atol=1e-6)


def test_averages_over_instances():
    described = model("(y - h)**2/2", {"regulariser": "lam*x**2/2"}, NOISY)
    found = ground_states(described, 60, NUMBERS, instances=6, seed=2)
    square = found["q"].value - 2 * found["m"].value + 1.3**2
    assert found["test"].value == pytest.approx(square, rel=0.1)
    assert 0 < found["energy"].error < found["energy"].value


def test_separable_labels_without_a_regulariser(monkeypatch):
    """x runs away: it is said, and there is no error."""
    monkeypatch.setattr(minimiser, "MOST_STEPS", 60)
    described = model("log(1 + exp(-y*h))", {"gaussian": 1}, "sign(u)")
    found = ground_states(described, 30, {**NUMBERS, "alpha": 0.5}, instances=2)
    assert math.isnan(found["q"].error)
    assert "did not converge" in found["q"].detail


@pytest.mark.parametrize(
    ("energy", "variable", "message"),
    [
        ("(y - h**2)**2", {"gaussian": 1}, "not convex"),
        ("max(0, 1 - y*h)", "binary", "numbers between two ends"),
        ("max(0, 1 - y*h)", {"regulariser": "lam*sqrt(abs(x))"}, "not convex"),
        ("max(0, 1 - y*h)", "spherical", "numbers between two ends"),
    ],
)
def test_other_models_are_refused(energy, variable, message):
    with pytest.raises(SamplingError, match=message):
        minimise(drawn(energy, variable, NOISY)[0])
