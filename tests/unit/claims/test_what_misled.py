"""Claims that once got a wrong answer, each with the right one."""

import pytest

from derive import Attention, Embedding, Network, Readout, Residual, compare, derive
from derive.claims.language import to_text
from derive.errors import ClaimError

NETWORK = Network(
    (Embedding("N1", variance="v0"), Attention("H1", variance="v1", width="Na"), Readout("va")), "T"
)
MATRICES = {
    "A": "positive definite (m, m)",
    "X": "real (d, n)",
    "y": "vector (n)",
    "lam": "positive",
    "N": "size",
    "k": "size",
    "x": "real",
}


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["sqrt(x**2)", "x"], "DISAGREES"),
        (["N/(N+1)", ("1 + 1e-6", "leading N")], "INCONCLUSIVE"),
        (["N/(N+1)", ("1", "leading N")], "AGREES"),
        (["N*log(N) - N", ("N*log(N)", "leading N")], "INCONCLUSIVE"),
        (["N/(N - k - 1)", "1/(1 - (k + 1)/N)"], "AGREES"),
        (["N + 1", ("N/2", "leading N")], "DISAGREES"),
        (
            ["inv(X*X.T + lam*eye(d))*X*y - X*inv(X.T*X + lam*eye(n))*y", "0*X*y"],
            "AGREES",
        ),
        (
            ["inv(X*X.T + lam*eye(d))*X*y - X*inv(X.T*X + 2*lam*eye(n))*y", "0*X*y"],
            "DISAGREES",
        ),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2, 7])
def test_chains(lines, verdict, seed):
    result = compare(None, "", lines, declare=MATRICES, seed=seed, explain=False)
    assert result.verdict.value == verdict


def test_a_column_is_no_square_matrix():
    with pytest.raises(ClaimError, match="its shape is"):
        compare(None, "", ["eye(m)", "ones(m, 1)"], declare=MATRICES)


def test_a_large_constant_hides_nothing():
    text = "2*logdet(C) + y.T*inv(C)*y + 10**27"
    symbols = {"C": "K(U_1) + temperature*eye(P)"}
    settings = {"symbols": symbols, "up_to": ["constant", "factor"], "explain": False}
    assert compare(NETWORK, "action", [text], **settings).verdict.value != "AGREES"


@pytest.mark.parametrize(
    "left", ["eye(H_1)/(s_1*s_a) - inv(U_1) = 0", "eye(H_1)/(s_1*s_a) = inv(U_1)"]
)
def test_a_leading_equation_may_have_nothing_on_one_side(left):
    exact = "s_1*u_a*(eye(H_1) - dE*U_1/N_1)"
    result = compare(NETWORK, "saddle U_1", [exact, (left, "leading N")], explain=False)
    assert result.verdict.value == "AGREES"


def test_an_error_of_a_function_is_no_traceback():
    def kernel(U_1):
        raise KeyError("a")

    assert compare(NETWORK, "kernel", [kernel]).verdict.value == "INCONCLUSIVE"


@pytest.mark.parametrize(("factor", "verdict"), [(1, "AGREES"), (1.01, "DISAGREES")])
def test_what_is_left_of_large_terms_is_no_rounding(factor, verdict):
    def left(x):
        return factor * 2e-6 / ((x**2 + 2e-6) ** 0.5 + x)

    lines = ["sqrt(x**2 + 2/10**6) - x", left]
    result = compare(None, "", lines, declare={"x": "positive"}, explain=False)
    assert result.verdict.value == verdict


POSITIONS = Network(
    (
        Embedding("N1", variance="v0"),
        Attention("H1", variance="v1", width="Na"),
        Readout("va", "each", positions="T_r"),
    ),
    "T",
)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("s_0/(N_0*H_1)*path_kernel(U_1)", "DISAGREES"),
        ("s_0/(N_0*H_1*H_a)*path_kernel(U_1)", "AGREES"),
    ],
)
def test_positions_are_several_in_instances_and_have_a_name(line, verdict):
    """One position in all of them would hide their number."""
    assert compare(POSITIONS, "kernel", [line], explain=False).verdict.value == verdict


@pytest.mark.parametrize(("number", "verdict"), [("O", "AGREES"), ("1", "DISAGREES")])
def test_the_number_of_outputs_has_a_name(number, verdict):
    network = Network((Embedding(9, 1.0), Attention(2, 1.0, 8), Readout(1.0, outputs=3)), 0.1)
    line = (
        "N_a*(tr(U_a)/s_a - logdet(U_a)) + tr(inv(U_a)*ptrace(U_1, H_1))*N_1/s_1"
        f" - N_1*logdet(U_1) + N_1*H_1*(logdet(U_a/2) + {number}*log(2))"
        " + logdet(C) + y.T*inv(C)*y"
    )
    symbols = {"C": "K(U_1) + temperature*eye(P)"}
    result = compare(network, "action", [line], symbols=symbols, explain=False)
    assert result.verdict.value == verdict


def test_what_is_printed_of_several_outputs_is_read_back():
    """The terms that differ, and corrections, say `outputs`."""
    layers = (Embedding(9, 1.0), Residual((Attention(2, 1.0),)), Readout(1.0, outputs=3))
    network = Network(layers, 0.1)
    line = to_text(derive(network).theory.action)
    assert "block(G_a, 0, outputs)" in line
    result = compare(network, "action", [line], up_to=("constant",), explain=False)
    assert result.verdict.value == "AGREES"
