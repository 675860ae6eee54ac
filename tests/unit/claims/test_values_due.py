"""Values that a reader knows, and one line where there is none."""

from __future__ import annotations

import pytest
import sympy

from derive import Attention, Embedding, Network, Readout, compare
from derive.algebra import build, gradient
from derive.errors import ClaimError, NoRule, ShapeError
from derive.evidence.claim import Claim
from derive.evidence.verdict import Verdict

DECLARED = {
    "A": "positive definite (m, m)",
    "B": "real (m, m)",
    "C": "real (m, m)",
    "S": "symmetric (m, m)",
    "a": "real",
    "g": "positive",
}
NETWORK = Network((Embedding("N1", "v0"), Attention("H1", "N2", "v1"), Readout("va")), "T")


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("det(-A)", "(-1)**m*det(A)"),
        ("det(-2*A)", "(-2)**m*exp(logdet(A))"),
        ("det(B*C)", "det(B)*det(C)"),
        ("det(a*B)", "a**m*det(B.T)"),
        ("det(inv(B))", "1/det(B)"),
        ("det(kron(B, C))", "det(B)**m*det(C)**m"),
        ("logdet(B.T*B)", "log(det(B)**2)"),
        ("logdet(S*S)", "2*log(sqrt(det(S)**2))"),
        ("sqrt((1 - g)**2)", "sqrt((g - 1)**2)"),
        ("sqrt((1 - g)**2)**3", "sqrt((1 - g)**6)"),
    ],
)
def test_determinants_of_either_sign_and_roots_of_squares(line: str, same: str) -> None:
    assert compare(None, lines=[line, same], declare=DECLARED).verdict is Verdict.AGREES


def test_the_root_of_a_square_is_no_determinant() -> None:
    lines = ["sqrt(det(B)**2)", "det(B)"]
    result = compare(None, lines=lines, declare=DECLARED, explain=False)
    assert result.verdict is Verdict.DISAGREES


def test_the_root_of_a_square_in_a_claim_about_a_network() -> None:
    line = "s_0*(sqrt((N_1 - P)**2) - sqrt((P - N_1)**2) + 1)/N_0*path_kernel(G_1)"
    assert compare(NETWORK, "kernel", [line]).verdict is Verdict.AGREES


@pytest.mark.parametrize(
    "line", ["det(eye(100)*1e99)*g", "exp(99999*log(7))*g", "g + exp(99999*log(7) + g)"]
)
def test_numbers_that_python_does_not_print_are_refused_in_a_line(line: str) -> None:
    with pytest.raises(ClaimError, match="more than 300 digits"):
        compare(None, lines=[line, "g"], declare=DECLARED)


@pytest.mark.parametrize(
    "assumed",
    [{"P": "0"}, {"P": "-1"}, {"heads": "-2"}, {"H_1": "1 - P"}, {"H_1": "-P", "P": "2"}],
)
def test_conditions_below_one(assumed: dict[str, str]) -> None:
    with pytest.raises(ClaimError, match=r"^claim: assume\.(P|heads|H_1): .*from 1"):
        compare(NETWORK, "kernel", ["s_0/N_0*path_kernel(G_1)"], assume=assumed)


def test_a_matrix_that_would_grow_is_refused_at_once() -> None:
    lines = ["logdet(a**2*eye(n) + g*ones(n, n))/n", ("log(a**2)", "leading n")]
    result = compare(None, lines=lines, declare=DECLARED | {"n": "size"})
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "a matrix has it as its size" in result.reason


@pytest.mark.parametrize(
    "error",
    [NoRule("no rule"), ShapeError("shapes"), ValueError("broadcast"), AttributeError("name")],
)
def test_a_check_whose_evaluation_raised_is_open(error: Exception) -> None:
    def decide(subject: object, name: str) -> object:
        raise error

    result = Claim("claimed", decide).check(None)  # type: ignore[arg-type]
    assert result.verdict is Verdict.INCONCLUSIVE
    assert str(error) in result.reason


def test_a_node_without_a_rule_is_named_once() -> None:
    X = build.overlap("X", 2)
    with pytest.raises(NoRule, match=r"no rule for exp\(LogDet\(X\)\);"):
        gradient(sympy.exp(build.logdet(X)), X)


@pytest.mark.parametrize(
    ("shape", "lines"),
    [
        ("real (m*n*k, m + n + 9)", ("tr(kron(M, M)*kron(M, M).T)", "tr(M*M.T)**2")),
        ("real (60*m, 60*n)", ("tr(M*M.T)", "tr(M.T*M)")),
    ],
)
def test_sizes_shrink_until_an_evaluation_is_affordable(shape: str, lines: tuple[str, str]) -> None:
    assert compare(None, lines=lines, declare={"M": shape}).verdict is Verdict.AGREES


def test_what_is_too_large_at_sizes_of_one_is_refused_in_a_line() -> None:
    lines = ["tr(kron(M, kron(M, M)))", "tr(M)**3"]
    result = compare(None, lines=lines, declare={"M": "real (9 + n, 9 + n)"})
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "more than 10000 entries" in result.reason
