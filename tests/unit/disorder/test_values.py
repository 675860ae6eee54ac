"""The values of averages and integrals, against their definitions in mpmath and differences."""

import itertools

import mpmath
import pytest
import sympy

from derive.algebra import evaluate
from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.derivation.rules import (
    ansatz,
    average,
    continuation,
    decouple,
    order_parameters,
)
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.nodes import replica_values, tower_values  # noqa: F401
from derive.theories.disorder.nodes.derivative import derivative
from derive.theories.disorder.nodes.replicas import Entry, N
from derive.theories.disorder.nodes.towers import FieldIntegral, inner, slope

MODEL = DisorderedModel(
    sites={"variable": {"density": "exp(-abs(x))"}, "attributes": {"t": {"gaussian": "rho"}}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": "sign(u)",
        "energy": "max(0, 1 - y*h)",
    },
)
h, y, omega, V = sympy.symbols("h y omega V", real=True)
SYMBOLS = {s.name: s for s in overlaps_of(MODEL).parameters + overlaps_of(MODEL).conjugates}
SYMBOLS |= {s.name: s for s in MODEL.free()}
NUMBERS = {
    "Q": 1.3, "q": 0.4, "m": 0.27, "Qhat": 0.9, "qhat": 0.2, "mhat": 0.23,
    "alpha": 0.7, "beta": 0.8, "rho": 1.4,
}  # fmt: skip
VALUES = {SYMBOLS[name]: value for name, value in NUMBERS.items()}
HINGE = FieldIntegral(
    sympy.exp(-2 * sympy.Max(0, 1 - y * h)), sympy.Tuple(h), sympy.Tuple(omega), sympy.Tuple(V)
)
AT = {omega: 0.3, V: 0.7, y: -1.1}


def states():
    state = State(MODEL, overlaps_of(MODEL), sympy.S.Zero)
    for rewrite in (
        average.replicated,
        order_parameters.with_sites,
        ansatz.symmetric,
        decouple.decoupled,
        continuation.continued,
    ):
        state = rewrite(state)
        yield state


def log_integral(centre):
    def weight(z):
        field = centre + mpmath.sqrt(0.7) * z
        return mpmath.npdf(z) * mpmath.exp(-2 * max(0, 1 + 1.1 * field))

    kink = (-1 / 1.1 - centre) / mpmath.sqrt(0.7)
    return mpmath.log(mpmath.quad(weight, [-12, kink, 12]))


@pytest.mark.parametrize("order", range(3))
def test_a_field_and_its_slopes(order):
    found = evaluate(slope(HINGE, *[0] * order), AT)
    due = mpmath.diff(log_integral, 0.3, order)
    assert abs(found - due) < 1e-8  # differences in mpmath leave ten digits


def test_an_average_in_a_field_is_the_slope_in_a_source():
    source = sympy.Symbol("source", real=True)
    heavier = FieldIntegral(HINGE.weight * sympy.exp(source * h**2), *HINGE.args[1:])
    step = 1e-4
    up, down = (evaluate(heavier, {**AT, source: s}) for s in (step, -step))
    assert abs(evaluate(inner(h**2, HINGE), AT) - (up - down) / (2 * step)) < 1e-7


@pytest.mark.parametrize("name", ["q", "m", "Qhat", "mhat"])
def test_a_derivative_by_prices_theorem_is_a_difference(name):
    """The score of a label that jumps is among them."""
    free_entropy = list(states())[-1].exponent
    by, step = SYMBOLS[name], 1e-4
    up, down = (evaluate(free_entropy, {**VALUES, by: VALUES[by] + s}) for s in (step, -step))
    found = evaluate(derivative(free_entropy, by), VALUES)
    assert abs(found - (up - down) / (2 * step)) < 1e-7
    assert abs(found) > 1e-4


def test_replicas_one_by_one_are_a_power_in_a_field():
    n, values = 2, {**VALUES, N: 2}
    for a, b in itertools.product(range(n), repeat=2):
        for name, off in (("q", 0.4), ("qhat", 0.2)):
            on = VALUES[SYMBOLS[name.capitalize()]] * (1 if name == "q" else -1)
            values[Entry(SYMBOLS[name], a, b)] = on if a == b else off
        for name in ("m", "mhat"):
            values[Entry(SYMBOLS[name], a)] = VALUES[SYMBOLS[name]]
    _, replicated, symmetric, decoupled, _ = (state.exponent for state in states())
    one_by_one = evaluate(replicated, values)
    assert abs(evaluate(symmetric, values) - one_by_one) < 1e-12
    assert abs(evaluate(decoupled, values) - one_by_one) < 1e-8  # quadrature's


def test_values_at_a_precision_are_floats_of_it():
    found = evaluate(HINGE, AT, 30)
    assert abs(found - log_integral(mpmath.mpf("0.3"))) < 1e-9
