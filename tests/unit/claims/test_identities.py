"""What vanishes by cancellation agrees, and a difference that cancelling terms hide is seen."""

from __future__ import annotations

import re

import pytest

from derive import compare
from derive.evidence.verdict import Verdict

DECLARED = {
    "X": "real (d + k, d)",
    "y": "vector (d + k)",
    "U": "real (n, k)",
    "C": "positive definite (m, m)",
    "Q": "orthogonal (m, m)",
    "B": "real (m, m)",
    "u": "vector (m)",
    "x": "positive",
    "t": "real",
}
TRUE = {
    "normal equations": ("X.T*(y - X*inv(X.T*X)*X.T*y)", "0*X.T*y"),
    "projector": ("(eye(d + k) - X*inv(X.T*X)*X.T)*X", "0*X"),
    "trace of a projector": ("tr(X*inv(X.T*X)*X.T) - d", "0"),
    "rank, rooted": ("sqrt((tr(eye(d + k) - X*inv(X.T*X)*X.T) - k)**2)", "0"),
    "commutator": ("tr(B*C - C*B)", "0*x"),
    "orthogonal": ("Q.T*Q - eye(m)", "0*C"),
    "Pythagoras": ("tr((Q*u).T*(Q*u)) - u.T*u", "0"),
    "Sylvester, squared": ("(logdet(eye(n) + U*U.T) - logdet(eye(k) + U.T*U))**2", "0*x"),
    "Sylvester, scaled": ("1e90*(logdet(eye(n) + U*U.T) - logdet(eye(k) + U.T*U)) + x", "x"),
    "Woodbury": (
        "inv(x*eye(n) + U*U.T) - eye(n)/x + U*inv(x*eye(k) + U.T*U)*U.T/x",
        "0*ones(n, n)",
    ),
    "residual's length": (
        "tr((X*inv(X.T*X)*X.T)**2) - d",
        "0",
    ),
    "root of what vanishes": ("sqrt((x*tr(C) - tr(C)*x + log(exp(t)) - t)**2) + x", "x"),
    "large exponentials": ("(exp(100*t) - 1)*(exp(100*t) + 1)", "exp(200*t) - 1"),
    "hyperbolic": ("(exp(99*t) + exp(-99*t))**2 - (exp(99*t) - exp(-99*t))**2", "4"),
    "softplus": ("log(exp(1000*t) + exp(1000*x))", "1000*t + log(1 + exp(1000*(x - t)))"),
    "exponentials of a size": ("(exp(100*n) - 1)*(exp(100*n) + 1)", "exp(200*n) - 1 + 0*tr(U*U.T)"),
}
FALSE = {
    "hidden by cancelling terms": (
        "1e30*(logdet(eye(n) + U*U.T) - logdet(eye(k) + U.T*U)) + x",
        "2*x",
    ),
    "hidden beyond the first digits": (
        "1e99*1e99*(logdet(eye(n) + U*U.T) - logdet(eye(k) + U.T*U)) + x",
        "2*x",
    ),
    "tiny": ("x + 1e-40*tr(C)", "x"),
    "tiny beyond the first digits": ("logdet(C + 1e-99*x*u*u.T)", "logdet(C)"),
    "a series": ("log(1 + 1e-50*x)", "1e-50*x - 1e-99*x**2*5e-2*10"),
    "an exponential near 1": ("exp(1e-70*x) - 1", "0"),
    "a matrix near the identity": ("logdet(eye(3) + 1e-60*(ones(3, 3) - eye(3))) + 0*x", "0"),
    "a projector, nearly": ("X*inv(X.T*X + 1e-80*eye(d))*X.T*X", "X"),
    "Pade": ("exp(1e-50*x)", "(1 + 5e-51*x)/(1 - 5e-51*x)"),
}


def used(lines: tuple[str, ...]) -> dict[str, str]:
    words = set(re.findall(r"[A-Za-z]+", " ".join(lines)))
    return {name: text for name, text in DECLARED.items() if name in words}


@pytest.mark.parametrize("lines", TRUE.values(), ids=TRUE)
def test_true(lines: tuple[str, str]) -> None:
    result = compare(None, lines=lines, declare=used(lines))
    assert result.verdict is Verdict.AGREES, result.reason
    assert result.digits == 30


@pytest.mark.parametrize("lines", FALSE.values(), ids=FALSE)
def test_false(lines: tuple[str, str]) -> None:
    result = compare(None, lines=lines, declare=used(lines), explain=False)
    assert result.verdict is Verdict.DISAGREES, result.reason


def test_no_precision_tells_what_is_beyond_all_digits() -> None:
    lines = ["exp(-900000)*tr(C) + logdet(C)", "logdet(C)"]
    result = compare(None, lines=lines, declare=used(tuple(lines)), explain=False)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "digits cannot tell" in result.reason


def test_numbers_that_are_rounded_in_the_claim_agree_to_the_digits_asked_for() -> None:
    lines = ["x/3", "0.33333333333333333*x"]
    found = [
        compare(None, lines=lines, declare={"x": "positive"}, digits=digits, explain=False).verdict
        for digits in (15, 30)
    ]
    assert found == [Verdict.AGREES, Verdict.DISAGREES]
