"""Numbers, functions and laws that are wrong: each refused with the point where they are."""

import pytest
from disordered_models import SITES, alone, attribute, energy, examples, model, refused, variable

from derive.theories.disorder.description import model_from_table

NUMBERS = {
    "a negative ratio": (examples(ratio=-1.2), "examples.ratio", "it is -1.2"),
    "a negative default": (model(parameters={"alpha": -2}), "examples.ratio", "at alpha = -2"),
    "no sites at all": (model(sites={**SITES, "ratio": 0}), "sites.ratio", "above zero"),
    "a huge number": (examples(ratio=10**60), "examples.ratio", "more than 18 digits"),
    "a large default": (model(parameters={"alpha": 1e300}), "parameters.alpha", "40 digits"),
    "infinity": (examples(ratio=float("inf")), "examples.ratio", "no finite number"),
    "no number": (model(parameters={"alpha": float("nan")}), "parameters.alpha", "no finite"),
    "a name for a number": (model(parameters={"alpha": "beta"}), "parameters.alpha", "no number"),
    "a truth value": (examples(ratio=True), "examples.ratio", "truth value"),
    "a variance": (attribute({"gaussian": -1}), "sites.attributes.t.variance", "above zero"),
    "a share": (variable({"gauss-bernoulli": 1.4}), "sites.variable.density", "from 0 to 1"),
    "a weight too few": (
        attribute({"values": [1, 2], "weights": [1]}), "sites.attributes.t.weights", "1 of them",
    ),
    "no values": (variable({"values": []}), "sites.variable.values", "list is due"),
    "a value twice": (variable({"values": [1, 1]}), "sites.variable.values", "twice"),
}  # fmt: skip
FUNCTIONS = {
    "a negative weight": (examples(weight="1 - h**2"), "examples.weight", "-0.0201 at h = -1.01"),
    "a negative weight in a corner": (
        examples(weight="(h - 1/3)**2 - 1e-9"), "examples.weight", "at h = 0.333333",
    ),
    "a weight negative for one label": (examples(weight="h*y"), "examples.weight", "and a weight"),
    "a weight of nothing": (examples(weight="theta(h - 1e30)"), "examples.weight", "is zero"),
    "a weight beyond Gaussians": (examples(weight="exp(h**4)"), "examples.weight", "h diverges"),
    "an energy below": (energy("-h**4"), "examples.energy", "over h diverges"),
    "an energy without a value": (energy("log(h)"), "examples.energy", "no real value at h = -1"),
    "a negative tilt": (examples(tilt="u"), "examples.tilt", "it is -1 at u = -1"),
    "a tilt beyond Gaussians": (examples(tilt="exp(u**4)"), "examples.tilt", "over u diverges"),
    "labels that do not sum to one": (
        examples(labels={"values": [1, -1], "law": "exp(-y*u)"}), "examples.labels.law", "sums to",
    ),
    "labels that do not sum to one, with a parameter": (
        examples(labels={"values": [1, -1], "law": "Phi(u/sqrt(Delta))"}),
        "examples.labels.law", "Delta = ",
    ),
    "a negative probability": (
        examples(labels={"values": [1, -1], "law": "(1 + y*u)/2"}),
        "examples.labels.law", "it is -0.005 at u = -1.01, y = 1",
    ),
    "a negative noise": (
        examples(labels={"gaussian": "u", "variance": -0.1}), "examples.labels.variance", "-0.1",
    ),
    "an attribute's weights": (
        attribute({"values": [-1, 1], "weights": [0.5, 0.6]}), "sites.attributes.t", "sum to 1.1",
    ),
    "thirds": (
        attribute({"values": [0, 1, 2], "weights": [0.333] * 3}), "sites.attributes.t", '"1/3"',
    ),
    "weights of a parameter": (
        attribute({"values": [-1, 1], "weights": ["p", "p + 1"]}), "sites.attributes.t", "p = ",
    ),
    "a negative weight of a value": (
        attribute({"values": [-1, 1], "weights": [-0.5, 1.5]}),
        "sites.attributes.t.weights[1]", "-0.5",
    ),
    "an attribute's density": (
        attribute({"density": "exp(-t**2/2)"}), "sites.attributes.t", "is 2.50663",
    ),
    "an attribute's infinite density": (
        attribute({"density": "1/(2 + abs(t))"}), "sites.attributes.t", "over t diverges",
    ),
    "an attribute's infinite variance": (
        attribute({"density": "1/(pi*(1 + t**2))"}), "sites.attributes.t", "second moment",
    ),
    "a negative density": (variable({"density": "-exp(-x**2)"}), "sites.variable", "not negative"),
    "a covariance": (model(couplings="-q**2"), "couplings.covariance", "factor of q**2: it is -1"),
}  # fmt: skip
INFINITE = {
    "exp(abs(x))": (variable({"density": "exp(abs(x))"}), "of exp(abs(x)) over x", "x -> infinity"),
    "a tower": (variable({"density": "exp(exp(x))"}), "of exp(exp(x)) over x", "x -> infinity"),
    "to the left": (variable({"density": "exp(-x)"}), "of exp(-x) over x", "x -> -infinity"),
    "at zero": (variable({"density": "1/abs(x)"}), "of 1/abs(x) over x", "at x = 0"),
    "at a point": (
        variable({"density": "exp(-abs(x))/(x - 1.5)**2"}), "over x diverges", "at x = 1.5",
    ),
    "a regulariser": (variable({"regulariser": "-x**2"}), "of exp(-beta*(-x**2)) over x", "inf"),
    "at an attribute": (variable({"regulariser": "lam*t*x**2"}), "over x diverges", "t = "),
    "Lebesgue": (alone({"density": 1}, "q"), "of 1 over x diverges", "no examples bound it"),
    "exponential": (alone({"density": "exp(-abs(x))"}, "q**2"), "|x|^1", "grows like |x|^2"),
    "Gaussian": (alone("gaussian", "q**3"), "|x|^2", "grows like |x|^3"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "where", "what"),
    [pytest.param(*case, id=n) for n, case in {**NUMBERS, **FUNCTIONS}.items()],
)
def test_mistakes_are_named(table, where, what):
    told = refused(table)
    assert told.startswith(where) and what in told


@pytest.mark.parametrize(
    ("table", "integral", "place"), [pytest.param(*case, id=n) for n, case in INFINITE.items()]
)
def test_an_infinite_partition_function_names_its_integral(table, integral, place):
    told = refused(table)
    assert told.startswith("sites.variable: the partition function is infinite")
    assert integral in told and place in told


@pytest.mark.parametrize(
    "table",
    [
        variable({"density": 1}), variable({"density": "1/(1 + x**2)"}),
        variable({"density": "abs(x)**(-0.5)*exp(-abs(x))"}), variable({"regulariser": "lam*x**2"}),
        variable({"density": "theta(x)*exp(-x)"}), alone("gaussian", "J*q**2"),
        alone({"density": "exp(-x**4)"}, "q**4"), alone("spherical", "q**5 + q"),
        attribute({"density": "abs(t - 1)**(-0.5)*theta(2 - t)*theta(t)/4"}),
        attribute({"density": "exp(-abs(t - a)/s)/(2*s)"}),
        attribute({"values": [2, 5], "weights": ["p", "1 - p"]}),
        examples(labels={"values": [1, -1], "law": "Phi(y*u/sqrt(Delta))"}),
        examples(labels={"values": [0, 1, 2], "law": "exp(y*u)/(1 + exp(u) + exp(2*u))"}),
        examples(weight="exp(beta*h**2/2)*(1 - tanh(h)**2)"), examples(weight="cosh(h) - 1"),
        examples(weight="eps + (1 - 2*eps)*theta(y*h)"), energy("-log(Phi(y*h))"),
        model(sites={"variable": {"gaussian": "k"}, "attributes": {
            "k": {"values": [2, 3]}, "t": {"gaussian": "1/k"}}}),
    ],
    ids=repr,
)  # fmt: skip
def test_what_only_looks_wrong_is_read(table):
    assert model_from_table(table).free()
