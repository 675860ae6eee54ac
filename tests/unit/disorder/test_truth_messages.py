"""Message passing with functions written by hand, against the posterior in closed form."""

import math

import numpy as np
import pytest

from derive.errors import SamplingError
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.truth.enumeration import moments, summed
from derive.theories.disorder.truth.instance import Layout, draw_instance
from derive.theories.disorder.truth.messages import iterate, message_passing

NOISY = {
    "ratio": "alpha",
    "fields": {"h": "x", "u": "t"},
    "labels": {"gaussian": "u", "variance": "D"},
    "weight": "exp(-(y - h)**2/(2*D))",
}
TEACHER = {"values": [-1.3, 1.3], "weights": ["1/2", "1/2"]}
GAUSSIAN = DisorderedModel(
    sites={"variable": {"gaussian": "v"}, "attributes": {"t": TEACHER}},
    examples=NOISY,
    observables={"error": {"mean_predictor": "(h - u)**2"}},
)
BINARY = DisorderedModel(
    sites={"variable": "binary", "attributes": {"t": "binary"}}, examples=NOISY
)
NUMBERS = {"alpha": 1.5, "v": 1.3, "D": 0.4}


def gaussian_site(B, A, attributes):
    return B / (A + 1 / 1.3), 1 / (A + 1 / 1.3)


def binary_site(B, A, attributes):
    return np.tanh(B), 1 - np.tanh(B) ** 2


def channel(y, omega, V):
    return (y - omega) / (0.4 + V), -1 / (0.4 + V)


def test_the_mean_of_a_gaussian_posterior():
    """A fixed point solves the normal equations, whatever V is: to the stopping criterion.

    V itself is the trace of the covariance up to 1/N.
    """
    drawn = draw_instance(Layout.of(GAUSSIAN, 300, NUMBERS), np.random.default_rng(1))
    patterns, labels = drawn.sets[0].patterns["x"], drawn.sets[0].labels
    precision = patterns.T @ patterns / 0.4 + np.eye(300) / 1.3
    expected = np.linalg.solve(precision, patterns.T @ labels / 0.4)
    found = iterate(drawn, gaussian_site, channel, np.zeros(300))
    assert found.converged
    np.testing.assert_allclose(found.mean, expected, atol=1e-6)
    spread = np.trace(np.linalg.inv(precision)) / 300
    assert found.variance.mean() == pytest.approx(spread, rel=0.02)


def test_binary_sites_against_all_configurations():
    """At N = 14 and weak examples the means are right to a few hundredths."""
    numbers = {"alpha": 0.5, "D": 0.4}
    drawn = draw_instance(Layout.of(BINARY, 14, numbers), np.random.default_rng(2))
    found = iterate(drawn, binary_site, channel, np.zeros(14))
    means, _ = moments(summed(drawn))
    assert found.converged
    assert np.sqrt(np.mean((found.mean - means["x"]) ** 2)) < 0.15
    assert np.sqrt(np.mean(means["x"] ** 2)) > 0.4


def test_averages_over_instances():
    """Overlaps, and the error of the mean predictor that they give."""
    found = message_passing(GAUSSIAN, 400, NUMBERS, gaussian_site, channel, instances=8, seed=3)
    square = found["q"].value - 2 * found["m"].value + 1.3**2
    assert found["error"].value == pytest.approx(square, rel=0.1)
    assert 0 < found["q"].error < 0.1
    assert found["Q"].value > found["q"].value
    told = message_passing(
        GAUSSIAN, 400, NUMBERS, gaussian_site, channel, instances=8, seed=3, informed=True
    )
    assert told["q"].value == pytest.approx(found["q"].value, rel=0.1)


def test_what_does_not_converge_has_no_error():
    def steep(y, omega, V):
        return 30 * np.sin(9 * omega), 270 * np.cos(9 * omega)

    found = message_passing(BINARY, 20, NUMBERS, binary_site, steep, instances=3)
    assert math.isnan(found["q"].error)
    assert "did not converge" in found["q"].detail


def test_other_models_are_refused():
    spins = DisorderedModel(sites={"variable": "binary"}, couplings="q**2/2")
    with pytest.raises(SamplingError, match="one component"):
        message_passing(spins, 10, {"beta": 1.0}, binary_site, channel)
    free = DisorderedModel(
        sites={"variable": "binary"},
        examples={"ratio": 1, "fields": {"h": "x"}, "weight": "exp(h)"},
    )
    with pytest.raises(SamplingError, match="no teacher"):
        message_passing(free, 10, {}, binary_site, channel, informed=True)
