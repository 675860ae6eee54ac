"""Saddle-point equations hold at the saddle point, and have to single it out."""

import pytest

from derive import Attention, Embedding, Linear, Network, Readout, Residual, compare
from derive.algebra import build
from derive.theories.networks.derivation import derive

CHAIN = Network((Embedding(9, 1.3), Attention(2, 0.8, 7), Readout(1.2)), 0.1)
DEEP = Network((Embedding(9, 1.3), Linear(0.8, 7), Readout(1.2)), 0.1)
SKIP = Network((Embedding(9, 1.3), Residual((Attention(2, 0.8),)), Readout(1.2)), 0.1)


def _saddle(text, network=CHAIN, about="saddle U_1", **settings):
    return compare(network, about, [text], digits=20, instances=2, **settings)


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("saddle U_1", "s_1*u_a*(eye(H_1) + R_1/N_1)"),
        ("saddle U_1", "inv(U_1) = eye(H_1)/(s_1*u_a) + dE/N_1"),
        ("saddle U_1", "N_1*(eye(H_1)/(s_1*u_a) - inv(U_1)) + dE = 0"),
        ("saddle u_a", "s_a*(1 + r_a/N_a)"),
        ("saddle u_a", "u_a = s_a*(1 + tr(R_1)/N_a)"),
    ],
)
def test_forms_of_the_equation(about, text):
    result = _saddle(text, about=about)
    assert result.verdict.value == "AGREES", repr(result)
    assert result.digits == 20


def test_an_equation_that_fails_is_wrong_whatever_it_divides_by_elsewhere():
    """At some widths N - m - 1 is zero."""
    result = _saddle("s_1*u_a*(eye(H_1) + R_1/(N_1 - H_1 - 1))", explain=False)
    assert result.verdict.value == "DISAGREES", result.reason


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("s_1*u_a*(eye(H_1) + R_1/N_a)", "the index of a layer"),
        ("s_1*u_a*(eye(H_1) + R_1/(N_1 - H_1 - 1))", "N for N - m - 1, or the other way"),
        ("u_a*(eye(H_1) + R_1/N_1)", "a variance inside or outside"),
        ("s_1*u_a*(eye(H_1) - R_1/N_1)", "a sign"),
    ],
)
def test_slips_are_named(text, slip):
    result = _saddle(text)
    assert result.verdict.value == "DISAGREES"
    assert slip in {correction.slip for correction in result.corrections}
    assert result.counterexample is not None


@pytest.mark.parametrize(
    "text", ["U_1 = U_1", "r_a = tr(R_1)", "tr(U_1) = tr(s_1*u_a*(eye(H_1) + R_1/N_1))"]
)
def test_what_holds_elsewhere_too_is_no_equation(text):
    result = _saddle(text)
    assert result.verdict.value == "INCONCLUSIVE"
    assert "does not determine" in result.reason


def test_the_square_of_an_equation_has_no_linearisation():
    text = "(u_a - s_a*(1 + r_a/N_a))**2 = 0"
    assert _saddle(text, about="saddle u_a").verdict.value == "INCONCLUSIVE"


def test_a_residual_network():
    """What was derived, as a SymPy expression: the gradient vanishes, and G plus it is G."""
    theory = derive(SKIP).theory
    (overlap,), (slope,) = theory.order_parameters, theory.gradients
    result = compare(SKIP, "saddle G_a", [build.add(overlap, slope)], instances=1)
    assert result.verdict.value == "AGREES"
    wrong = build.add(overlap, slope, overlap)
    result = compare(SKIP, "saddle G_a", [wrong], instances=1, explain=False)
    assert result.verdict.value == "DISAGREES"


def test_conditions_that_do_not_grow_with_a_width():
    lines = ["s_1*u_a*(eye(H_1) + R_1/N_1)", ("s_1*s_a*eye(H_1)", "leading N_1")]
    result = compare(CHAIN, "saddle U_1", lines, assume={"N_1": "N_a"}, instances=1)
    assert result.verdict.value == "INCONCLUSIVE"
    assert "conditions" in result.reason


def test_zero_temperature_and_leading_order():
    symbols = {"s": "y.T*inv(K(eye(1)))*y"}
    result = compare(
        DEEP,
        "saddle U_1",
        [
            "log(U_1) = log(s_1*s_a*(1 + (s/U_1 - P)/N_1)*(1 + (s/U_1 - P)/N_a))",
            ("s_1*s_a", "leading N"),
            ("s_1*s_a", "leading N_1"),
        ],
        assume={"temperature": "0"},
        symbols=symbols,
        instances=2,
    )
    assert [line.verdict.value for line in result.lines] == ["AGREES", "AGREES", "DISAGREES"]


def test_a_function_gives_the_right_hand_side():
    def right(u_a, R_1, s_1, N_1):
        import numpy as np

        return s_1 * u_a * (np.eye(len(R_1)) + R_1 / N_1)

    result = compare(CHAIN, "saddle U_1", [right], instances=2)
    assert result.verdict.value == "AGREES"
    assert result.digits < 15
