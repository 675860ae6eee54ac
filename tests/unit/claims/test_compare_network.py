"""Actions, kernels and predictors of networks, against what the program derives."""

import numpy as np
import pytest
import sympy

from derive import Attention, Embedding, Network, Readout, Residual, compare
from derive.claims.result import ComparisonResult
from derive.errors import ClaimError
from derive.theories.networks.derivation import derive

CHAIN = Network((Embedding(9, 1.3), Attention(2, 0.8, 7), Readout(1.2)), 0.1)
SKIP = Network((Embedding(9, 1.3), Residual((Attention(2, 0.8),)), Readout(1.2)), 0.1)
ENERGY = "logdet(C) + y.T*inv(C)*y"
SYMBOLS = {"C": "K(U_1) + temperature*eye(P)"}
ACTION = f"""
    N_a*(u_a/s_a - log(u_a)) + N_1*(tr(U_1)/(s_1*u_a) - logdet(U_1) + H_1*log(u_a)) + {ENERGY}
"""


def _action(text, **settings) -> ComparisonResult:
    settings = {"symbols": SYMBOLS, "digits": 20, "instances": 2, "explain": False} | settings
    return compare(CHAIN, "action", [text], **settings)


def test_the_action_agrees_as_it_stands():
    result = _action(ACTION)
    assert result.verdict.value == "AGREES"
    assert result.digits == 20
    assert result.instances >= 2


@pytest.mark.parametrize(
    ("text", "factor", "constant"),
    [
        (f"({ACTION})/2", "1/2", "0"),
        (f"-({ACTION})/2 + N_1*log(s_1)", "-1/2", "log(s_1)"),
        (f"({ACTION})/N_1", "1/N_1", "0"),
        (f"{ACTION} + P**2/N_0", "1", "P**2"),
    ],
)
def test_factor_and_constant_are_told_in_symbols(text, factor, constant):
    result = _action(text, up_to=("constant", "factor"))
    assert result.verdict.value == "AGREES"
    (line,) = result.lines
    assert line.factor.replace(" ", "") == factor
    assert constant.replace(" ", "") in line.constant.replace(" ", "")


@pytest.mark.parametrize("up_to", [(), ("constant",), ("factor",)])
def test_what_is_not_allowed_is_not_forgiven(up_to):
    assert _action(f"2*({ACTION}) + P", up_to=up_to).verdict.value == "DISAGREES"


def test_a_constant_is_no_action():
    result = _action("P*log(s_1)", up_to=("constant", "factor"))
    assert result.verdict.value == "DISAGREES"
    assert "factor 0" in result.reason


def test_a_wrong_action_is_explained():
    result = _action(ACTION.replace("H_1*log(u_a)", "log(u_a)"), up_to=("constant",), explain=True)
    assert result.verdict.value == "DISAGREES"
    assert "line 1" in result.reason
    assert "a head factor" in {correction.slip for correction in result.corrections}
    assert any("H_1" in term for term in result.ours_alone)
    assert len(result.theirs_alone) == 1
    assert result.counterexample is not None
    sizes = result.counterexample.sizes
    assert sizes["H_1"] == "2", "one head hides the slip, and two are the fewest that show it"
    assert sizes["P"] == sizes["N_a"] == "1"
    assert result.counterexample.found != result.counterexample.expected
    shown = repr(result)
    assert all(word in shown for word in ("DISAGREES", "counterexample", "a head factor", "H_1"))


def test_the_action_of_a_residual_network_is_in_the_streams_overlaps():
    action = derive(SKIP).theory.action
    result = compare(
        SKIP, "action", [action, 3 - action], up_to=("constant", "factor"), explain=False
    )
    assert [line.verdict.value for line in result.lines] == ["AGREES", "DISAGREES"]
    assert result.lines[1].reason.startswith("0 digits")
    assert compare(SKIP, "kernel", ["K(G_bottom)"]).verdict.value == "AGREES"
    with pytest.raises(ClaimError, match="for chains"):
        compare(SKIP, "saddle U_1", ["G_a"])


def test_conditions_are_met_on_every_instance():
    """The action without heads holds for one head alone, and widths must be equal to be swapped."""
    text = ACTION.replace("H_1*log(u_a)", "log(u_a)").replace("N_1*(tr", "N_a*(tr")
    assert _action(text).verdict.value == "DISAGREES"
    assert _action(text, assume={"H_1": "1"}).verdict.value == "DISAGREES"
    assert _action(text, assume={"H_1": "1", "N_1": "N_a"}).verdict.value == "AGREES"


def test_conditions_that_cannot_be_met_leave_it_open():
    result = _action(ACTION, assume={"P": "N_0 + 1", "temperature": "0"})
    assert result.verdict.value == "INCONCLUSIVE"
    assert "conditions" in result.reason
    with pytest.raises(ClaimError, match="whole number"):
        _action(ACTION, assume={"P": "N_1 + 1/2"})


MEAN = "Kstar(U_1)*inv(C)*y"
VARIANCE = "Kstarstar(U_1) - Kstar(U_1)*inv(C)*Kstar(U_1).T"


@pytest.mark.parametrize(
    ("about", "text", "verdict"),
    [
        ("mean", MEAN, "AGREES"),
        ("mean", f"2*{MEAN}", "DISAGREES"),
        ("variance", VARIANCE, "AGREES"),
        ("variance", "Kstarstar(U_1)", "DISAGREES"),
    ],
)
def test_the_predictor(about, text, verdict):
    assert compare(CHAIN, about, [text], symbols=SYMBOLS, explain=False).verdict.value == verdict


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(ClaimError, match=r"lines\[1\].*\(Pstar, Pstar\)"):
        compare(CHAIN, "mean", [VARIANCE], symbols=SYMBOLS)
    with pytest.raises(ClaimError, match=r"lines\[2\].*line 1"):
        compare(CHAIN, "kernel", ["K(U_1)", "U_1"])


def test_a_function_of_arrays_is_compared_in_float64():
    def kernel(U_1, K, s_0, N_0):
        assert isinstance(U_1, np.ndarray)
        assert isinstance(N_0, int) and isinstance(s_0, float)
        return K(U_1)

    def wrong(U_1, K):
        return K(U_1) * (1 + 1e-5)

    result = compare(CHAIN, "kernel", [kernel])
    assert result.verdict.value == "AGREES"
    assert result.digits < 15
    assert compare(CHAIN, "kernel", [wrong]).verdict.value == "DISAGREES"
    with pytest.raises(ClaimError, match="U_7"):
        compare(CHAIN, "kernel", [lambda U_7: U_7])


def test_what_has_no_value_is_left_open():
    result = compare(CHAIN, "kernel", ["K(U_1)*log(-s_0)"])
    assert result.verdict.value == "INCONCLUSIVE"
    assert "logarithm" in result.reason
    assert (
        compare(CHAIN, "kernel", ["K(U_1)*sqrt(-temperature - 100)"]).verdict.value
        == "INCONCLUSIVE"
    )


def test_lines_after_the_first_follow_from_the_one_before():
    lines = [
        "K(U_1)",
        ("2*K(U_1)", "factor"),
        "K(2*U_1)",
        ("K(2*U_1) + eye(P)", "constant"),
        "y*y.T",
    ]
    result = compare(CHAIN, "kernel", lines)
    verdicts = [line.verdict.value for line in result.lines]
    assert verdicts == ["AGREES"] * 4 + ["DISAGREES"]
    assert "line 5" in result.reason
    assert result.lines[1].factor == "2"


def test_an_expression_of_plain_symbols_is_understood():
    width, deviation = sympy.symbols("N_1 s_1")
    result = compare(CHAIN, "action", [width / deviation])
    assert result.verdict.value == "DISAGREES"


@pytest.mark.parametrize("assume", [{"P": "100"}, {"H_1": "41"}, {"s_1": "-1"}])
def test_conditions_too_large_or_not_legal_are_not_drawn(assume):
    result = compare(CHAIN, "kernel", ["K(U_1)"], assume=assume)
    assert result.verdict.value == "INCONCLUSIVE"
    assert "conditions" in result.reason


def test_no_text_in_the_place_of_lines():
    with pytest.raises(ClaimError, match="brackets"):
        compare(CHAIN, "kernel", "K(U_1)")


def test_a_size_beyond_any_memory_is_refused():
    with pytest.raises(ClaimError, match="more than 10000 entries; make its sizes smaller"):
        compare(CHAIN, "kernel", ["K(U_1)"], assume={"P": "100000"})
