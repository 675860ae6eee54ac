"""Chains of their own: declared symbols, and lines that follow from each other."""

import pytest

from derive import compare
from derive.errors import DeriveError

MATRICES = {"A": "positive definite (m, m)", "B": "real (m, n)", "x": "positive", "m": "size"}


def _chain(*lines, declare=MATRICES, **settings):
    return compare(None, lines=list(lines), declare=declare, digits=20, **settings)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("logdet(x*A)", "m*log(x) + logdet(A)"),
        ("tr(B.T*inv(A)*B)", "tr(inv(A)*B*B.T)"),
        ("logdet(eye(m) + B*B.T)", "logdet(eye(n) + B.T*B)"),
        ("inv(A + B*B.T)*B", "inv(A)*B*inv(eye(n) + B.T*inv(A)*B)"),
    ],
)
def test_identities(first, second):
    result = _chain(first, second)
    assert result.verdict.value == "AGREES"
    assert result.digits == 20


@pytest.mark.parametrize(
    ("first", "second", "slip"),
    [
        ("logdet(x*A)", "log(x) + logdet(A)", "a width as a factor"),
        ("x*tr(A)", "tr(A)", "a declared number forgotten"),
        ("logdet(A) - tr(A)", "logdet(A) + tr(A)", "a sign"),
        ("tr(A)/2", "tr(A)", "a factor 2"),
        ("tr(A) + logdet(A)", "tr(A)", "a lost log-determinant"),
        ("tr(A)", "tr(A) + logdet(A)", "a log-determinant too many"),
        ("tr(B.T*A*B)", "tr(A)", None),
    ],
)
def test_wrong_lines(first, second, slip):
    result = _chain(first, second)
    assert result.verdict.value == "DISAGREES"
    assert "line 2 does not follow from line 1" in result.reason
    assert result.counterexample is not None
    slips = {correction.slip for correction in result.corrections}
    assert slip in slips if slip else not slips


def test_the_smallest_counterexample_has_the_smallest_sizes():
    """log x for m log x is right at m = 1, so that m = 2 is the smallest that shows it."""
    example = _chain("logdet(x*A)", "log(x) + logdet(A)").counterexample
    assert example is not None
    assert example.sizes["m"] == "2"
    assert example.sizes["n"] == "1"
    assert set(example.numbers) == {"A", "x"}


def test_relations_between_lines():
    result = _chain(
        "x*tr(A)", ("tr(A)/2", "factor"), ("tr(A)/2 + m", "constant"), ("tr(A)/2 + m + 1", "equal")
    )
    verdicts = [line.verdict.value for line in result.lines]
    assert verdicts == ["DISAGREES", "AGREES", "DISAGREES"]
    assert "line 2" in result.reason
    assert result.lines[1].constant == "m"


def test_leading_order_in_a_declared_size():
    declare = {"N": "size", "S": "positive definite (m, m)"}
    lines = ["N/(N - m - 1)*tr(S)"]
    assert _chain(*lines, ("tr(S)", "leading N"), declare=declare).verdict.value == "AGREES"
    assert _chain(*lines, ("2*tr(S)", "leading N"), declare=declare).verdict.value == "DISAGREES"
    refused = _chain("tr(S)", ("tr(S) + 1", "leading m"), declare=declare)
    assert refused.verdict.value == "INCONCLUSIVE"
    assert "matrix" in refused.reason


def test_names_defined_by_declared_ones():
    declare = {"lam": "positive", "g": "positive"}
    symbols = {"k": "(lam + g - 1 + sqrt((lam + g - 1)**2 + 4*lam))/2", "w": "k/(1 + k)"}
    assert _chain("lam", "k - g*w", declare=declare, symbols=symbols).verdict.value == "AGREES"


@pytest.mark.parametrize(
    ("declare", "lines", "part"),
    [
        ({"A": "positive definit (m, m)"}, ["A", "A"], "declare.A"),
        ({"A": "real (x, x)", "x": "positive"}, ["A", "A"], "declare.A"),
        ({"A": "real (m, n)"}, ["A*A", "A"], "lines[1].expression"),
        ({"A": "real (m, n)"}, ["A", "A*Z"], "lines[2].expression"),
        ({"A": "real (m, n)", "tr": "positive"}, ["A", "A"], "tr"),
    ],
)
def test_wrong_declarations_and_shapes(declare, lines, part):
    with pytest.raises(DeriveError, match=part.replace("[", r"\[")) as caught:
        _chain(*lines, declare=declare)
    assert "\n" not in str(caught.value)
