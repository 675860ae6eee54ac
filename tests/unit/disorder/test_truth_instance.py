"""Instances follow the laws of their description: moments against what is known of them."""

import numpy as np
import pytest
from scipy import integrate, stats

from derive.errors import NoRule, SamplingError
from derive.theories.disorder.description import DisorderedModel, read
from derive.theories.disorder.description import symbol as name
from derive.theories.disorder.truth.instance import Layout, draw_instance
from derive.theories.disorder.truth.numeric import evaluate, logarithm
from derive.theories.disorder.truth.weights import log_weights

ERRORS = 4.5
"""Standard errors that a mean may be off: 7e-6 each, the seeds being fixed."""


def model(**given):
    return DisorderedModel(**{"sites": {"variable": "binary"}, **given})


def teacher(**given):
    sites = {"variable": "binary", "attributes": {"t": {"gaussian": "rho"}}}
    examples = {"ratio": "alpha", "fields": {"h": "x", "u": "t"}, "weight": "exp(h*u)", **given}
    return model(sites=sites, examples=examples)


def near(values, expected):
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) < ERRORS * error
    assert error > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sign(x)*abs(x)**3 - max(x, -1/2)", lambda x: x**3 - np.maximum(x, -0.5)),
        (
            "theta(x) + H(x) + Phi(2*x)",
            lambda x: (x > 0) + stats.norm.sf(x) + stats.norm.cdf(2 * x),
        ),
        (
            "tanh(x)/cosh(x) + erf(x)*exp(-x)",
            lambda x: np.tanh(x) / np.cosh(x) + (1 - 2 * stats.norm.sf(x * 2**0.5)) * np.exp(-x),
        ),
        ("min(x, 1)*sqrt(1 + x**2)/pi", lambda x: np.minimum(x, 1) * np.sqrt(1 + x**2) / np.pi),
    ],
)
def test_expressions_on_arrays(text, expected):
    x = np.linspace(-2.3, 2.4, 7)
    found = evaluate(read(text, "test"), {name("x"): x})
    np.testing.assert_allclose(found, expected(x), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cosh(beta*x)/3", lambda x: abs(x) - np.log(6)),
        ("exp(-beta*x**2)*theta(x)/sqrt(pi)", lambda x: -(x**2) - np.log(np.pi) / 2),
        ("Phi(-x)", lambda x: -(x**2) / 2 - np.log(x * np.sqrt(2 * np.pi)) - 1 / x**2),
        ("1 + exp(x)", lambda x: x),
    ],
)
def test_logarithms_do_not_overflow(text, expected):
    """At x = 2000 every factor is 0 or infinite; what is left out is of relative order x^-4."""
    x = np.array([2000.0])
    found = evaluate(logarithm(read(text, "test")), {name("x"): x, name("beta"): 1.0})
    np.testing.assert_allclose(found, expected(x), rtol=1e-12)


def test_a_symbol_without_a_value_is_named():
    with pytest.raises(NoRule, match="beta has no value"):
        evaluate(read("beta*x", "test"), {name("x"): 1.0})


@pytest.mark.parametrize(
    ("covariance", "g"),
    [("J**2*q**2/2 + D*q", lambda q: 0.605 * q**2 + 0.3 * q), ("J*q**3/4", lambda q: 0.275 * q**3)],
)
def test_the_hamiltonian_has_its_covariance(covariance, g):
    layout = Layout.of(model(couplings=covariance), 7, {"J": 1.1, "D": 0.3, "beta": 1.0})
    rng = np.random.default_rng(3)
    x = np.array([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, -1, 1, 1, -1], [-1, -1, 1, -1, -1, -1, -1.0]])
    energies = np.array([-log_weights(draw_instance(layout, rng), {"x": x}) for _ in range(3000)])
    for a, b in [(0, 0), (0, 1), (0, 2), (1, 2)]:
        near(energies[:, a] * energies[:, b], 7 * g(x[a] @ x[b] / 7))


def test_couplings_of_too_many_sites_for_a_tensor():
    """A landscape of configurations: odd powers change their sign with all sites."""
    layout = Layout.of(model(couplings="J*q**9"), 8, {"J": 0.7, "beta": 1.0})
    rng = np.random.default_rng(9)
    x = np.ones((3, 8))
    x[1, 5], x[2] = -1, -1
    energies = np.array([-log_weights(draw_instance(layout, rng), {"x": x}) for _ in range(3000)])
    near(energies[:, 0] ** 2, 8 * 0.7)
    near(energies[:, 0] * energies[:, 1], 8 * 0.7 * 0.75**9)
    np.testing.assert_allclose(energies[:, 2], -energies[:, 0], atol=1e-10)


def test_the_hamiltonian_of_two_populations():
    """E H H' = N g with overlaps per site of a population, at unequal populations."""
    sites = [{"variable": "binary"}, {"variable": "binary", "name": "s", "ratio": "3/2"}]
    layout = Layout.of(model(sites=sites, couplings="J*q_x*q_s**2"), 4, {"J": 0.8, "beta": 1.0})
    rng = np.random.default_rng(4)
    x = {"x": np.array([[1, 1, 1, 1], [1, 1, 1, -1.0]]), "s": np.array([[1.0] * 6, [1] * 5 + [-1]])}
    energies = np.array([-log_weights(draw_instance(layout, rng), x) for _ in range(3000)])
    near(energies[:, 0] ** 2, 4 * 0.8)
    near(energies[:, 0] * energies[:, 1], 4 * 0.8 * (1 / 2) * (2 / 3) ** 2)


@pytest.mark.parametrize("covariance", ["-c*q**2", "exp(q)", "k*q**2"])
def test_no_couplings_for_what_is_no_covariance(covariance):
    layout = Layout.of(model(couplings=covariance), 5, {"beta": 1.0, "c": 1.0, "k": -1.0})
    with pytest.raises(SamplingError, match="couplings"):
        draw_instance(layout, np.random.default_rng(0))


@pytest.mark.parametrize("inputs", ["gaussian", "binary"])
def test_labels_and_fields(inputs):
    numbers = {"rho": 2.5, "alpha": 500, "D": 0.6}
    rng = np.random.default_rng(5)
    noisy = {"gaussian": "2*u", "variance": "D"}
    examples = draw_instance(Layout.of(teacher(labels=noisy, inputs=inputs), 40, numbers), rng)
    attributes, (drawn,) = examples.attributes["t"], examples.sets
    u = drawn.teacher[name("u")]
    np.testing.assert_allclose(u, drawn.patterns["x"] @ attributes)
    near(u**2, attributes @ attributes / 40)
    near((drawn.labels - 2 * u) ** 2, 0.6)
    chosen = {"values": [1, -1], "law": "Phi(y*u/sqrt(D))"}
    (drawn,) = draw_instance(Layout.of(teacher(labels=chosen), 40, numbers), rng).sets
    u = drawn.teacher[name("u")]
    near((drawn.labels > 0) - stats.norm.cdf(u / np.sqrt(0.6)), 0.0)
    assert set(drawn.labels) == {1.0, -1.0}


def test_probabilities_that_do_not_sum_to_one_are_refused():
    given = teacher(labels={"values": [1, -1], "law": "max(c, Phi(y*u))"})  # at c > 0
    with pytest.raises(SamplingError, match="do not sum to one"):
        layout = Layout.of(given, 4, {"rho": 1.3, "alpha": 2, "c": 0.3})
        draw_instance(layout, np.random.default_rng(0))


@pytest.mark.parametrize("inputs", ["gaussian", "binary"])
def test_tilted_patterns(inputs):
    """E u^2 under cosh(b u), with the teacher at hand: a sum over xi for binary inputs."""
    given = teacher(tilt="cosh(b*u)", inputs=inputs)
    layout = Layout.of(given, 8, {"rho": 0.7, "alpha": 500, "b": 0.9})
    instance = draw_instance(layout, np.random.default_rng(6))
    attribute, (drawn,) = instance.attributes["t"], instance.sets
    if inputs == "gaussian":
        width = np.sqrt(attribute @ attribute / 8)
        moments = [
            integrate.quad(
                lambda u, k=k: u**k * np.cosh(0.9 * u) * stats.norm.pdf(u / width), -9, 9
            )
            for k in (0, 2)
        ]
        expected = moments[1][0] / moments[0][0]
    else:
        xi = 1 - 2.0 * (np.arange(256)[:, None] >> np.arange(8) & 1)
        u = xi @ attribute / np.sqrt(8)
        expected = np.sum(u**2 * np.cosh(0.9 * u)) / np.sum(np.cosh(0.9 * u))
    near(drawn.teacher[name("u")] ** 2, expected)


@pytest.mark.parametrize(
    ("law", "moments"),
    [
        ({"gaussian": "v"}, (1.7, 3 * 1.7**2)),
        ({"values": [-1, 0, 2], "weights": ["1/2", "1/4", "1/4"]}, (1.5, 4.5)),
        ({"gauss-bernoulli": "p", "variance": "v"}, (0.3 * 1.7, 0.3 * 3 * 1.7**2)),
        ({"density": "exp(-abs(c))/2"}, (2.0, 24.0)),
        ({"density": "theta(c)*theta(3 - c)/3"}, (3.0, 81 / 5)),
    ],
)
def test_moments_of_attributes(law, moments):
    sites = {"variable": "binary", "attributes": {"c": law}}
    layout = Layout.of(model(sites=sites), 40000, {"v": 1.7, "p": 0.3})
    drawn = draw_instance(layout, np.random.default_rng(7)).attributes["c"]
    for power, moment in zip((2, 4), moments, strict=True):
        near(drawn**power, moment)


def test_an_attribute_that_depends_on_another():
    attributes = {"a": {"values": [1, 3], "weights": ["1/2", "1/2"]}, "b": {"gaussian": "a*v"}}
    sites = {"variable": "binary", "attributes": attributes}
    drawn = draw_instance(
        Layout.of(model(sites=sites), 20000, {"v": 0.7}), np.random.default_rng(8)
    ).attributes
    for value in (1.0, 3.0):
        near(drawn["b"][drawn["a"] == value] ** 2, 0.7 * value)


def test_a_size_at_which_counts_are_no_whole_numbers():
    with pytest.raises(SamplingError, match="no whole number"):
        Layout.of(model(), 7, {"alpha": 1.5}).count(read("alpha", "test"), "examples")
