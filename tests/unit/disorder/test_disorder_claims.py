"""Formulas of textbooks for disordered models, right and with a slip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from derive.cli import main
from derive.errors import ClaimError
from derive.evidence.verdict import Verdict
from derive.theories.disorder.derivation import derive
from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.words import compare
from derive.theories.disorder.words.points import AT_SADDLE, CONJUGATES, FREE, ORDERS

KNOWN: dict[str, Any] = {}


def decided(model: str, about: str, *lines: Any, **given: Any) -> Any:
    """The answer about a model of the gallery, which is derived once."""
    if model not in KNOWN:
        KNOWN[model] = derive(gallery_model(model))
    return compare(KNOWN[model], about, lines, **given)


def slips(result: Any) -> set[str]:
    """The names of the slips that an answer tells."""
    assert result.verdict is Verdict.DISAGREES
    assert result.counterexample is not None
    return {correction.slip for correction in result.corrections}


FIELD = "beta*(J*sqrt(q)*z + J_0*m + b)"
SK = f"beta**2*J**2*(1 - q)**2/4 - beta*J_0*m**2/2 + avg(ln(2*cosh({FIELD})), z)"
SK_FREE = (
    "beta**2*J**2*(1 - q**2)/4 + beta*(J_0*m**2/2 + b*m) - m*mhat - qhat*(1 - q)/2"
    "+ avg(ln(2*cosh(sqrt(qhat)*z + mhat)), z)"
)
EDGE = "(kappa - sqrt(q)*z)/sqrt(1 - q)"
GARDNER = f"ln(1 - q)/2 + q/(2*(1 - q)) + alpha*avg(ln(H({EDGE})), z)"
HAZARD = f"exp(-({EDGE})**2)/(2*pi*H({EDGE})**2)"
SIGNS = "-sqrt(q/(1 - q))*z"
CHANNEL = (
    "-qhat*(1 + q)/2 + avg(ln(2*cosh(sqrt(qhat)*z + qhat)), z)"
    f"+ 2*alpha*avg(H({SIGNS})*ln(H({SIGNS})), z)"
)
BAYES = {"m": "q", "mhat": "qhat"}
LOSS = "(rho - 2*m + q + Delta)"

RIGHT = [
    ("sk", "free entropy", SK, CONJUGATES, {}),
    ("sk", "free entropy", SK_FREE, FREE, {}),
    ("sk", "saddle q", f"q = avg(tanh({FIELD})**2, z)", CONJUGATES, {}),
    ("sk", "saddle m", "avg(tanh(sqrt(qhat)*z + mhat), z)", FREE, {}),
    ("sk", "replicon", f"1 - beta**2*J**2*avg(cosh({FIELD})**-4, z)", CONJUGATES, {}),
    ("sk", "energy", "-beta*J**2*(1 - q**2)/2 - J_0*m**2/2 - b*m", FREE, {}),
    ("sk", "energy at the saddle",
     f"-beta*J**2*(1 - q**2)/2 - J_0*m**2/2 - b*avg(tanh({FIELD}), z)", AT_SADDLE, {}),
    ("hopfield", "saddle q", "avg(tanh(beta*(m + b + sqrt(alpha*r)*z))**2, z)", CONJUGATES,
     {"symbols": {"r": "q/(1 - beta*(1 - q))**2"}}),
    ("hopfield", "saddle qhat", "alpha*beta**2*r = alpha*beta**2*q/(1 - beta*(1 - q))**2", FREE,
     {"symbols": {"r": "qhat/(alpha*beta**2)"}}),
    ("hopfield", "free entropy",
     "-alpha/2*(ln(1 - beta*(1 - q)) - beta*q/(1 - beta*(1 - q))) - beta*m**2/2 - alpha*beta/2"
     "- alpha*beta**2*r*(1 - q)/2 + avg(ln(2*cosh(beta*(m + b + sqrt(alpha*r)*z))), z)",
     CONJUGATES, {"symbols": {"r": "q/(1 - beta*(1 - q))**2"}}),
    ("perceptron_spherical", "free entropy", GARDNER, ORDERS, {}),
    ("perceptron_spherical", "saddle qhat", f"alpha*avg({HAZARD}, z)/(1 - q)", FREE, {}),
    ("ridge", "saddle qhat", f"qhat = alpha*beta**2*{LOSS}/(1 + beta*(Q - q))**2", FREE, {}),
    ("ridge", "saddle q", "q = (rho*mhat**2 + qhat)/(beta*lam + Qhat + qhat)**2", FREE, {}),
    ("ridge", "square_error", "rho - 2*m + q", FREE, {}),
    ("teacher_student_binary", "free entropy", CHANNEL, FREE, {"assume": BAYES}),
    ("teacher_student_binary", "saddle m", "m = avg(tanh(sqrt(qhat)*z + qhat), z)", FREE,
     {"assume": BAYES}),
]  # fmt: skip
WRONG = [
    ("sk", "free entropy", SK.replace("/4", "/2"), "a factor 2", {}),
    ("sk", "free entropy", SK.replace("(1 - q)", "q"), "q for Q - q, or the other way", {}),
    ("sk", "energy", "-J**2*(1 - q**2)/2 - J_0*m**2/2 - b*m",
     "beta once instead of twice, or the other way", {}),
    ("hopfield", "saddle qhat", "beta**2*q/(1 - beta*(1 - q))**2", "a factor alpha", {}),
    ("perceptron_spherical", "free entropy", GARDNER.replace("alpha*avg", "avg"),
     "a factor alpha", {}),
    ("perceptron_spherical", "free entropy", "ln(1 - q)/2 + q/(2*(1 - q)) - alpha*"
     f"avg(ln(H({EDGE})), z)", "a sign", {}),
    ("perceptron_spherical", "free entropy", "-ln(1 - q)/2 - q/(2*(1 - q)) + alpha*"
     f"avg(ln(H({EDGE})), z)", "a sign between energetic and entropic part", {}),
    ("ridge", "saddle qhat", "alpha*beta**2*(1 - 2*m + q + Delta)/(1 + beta*(Q - q))**2",
     "the teacher's norm", {}),
    ("ridge", "saddle qhat", f"alpha*beta*{LOSS}/(1 + beta*(Q - q))**2",
     "beta once instead of twice, or the other way", {}),
    ("teacher_student_binary", "free entropy", CHANNEL.replace("2*alpha", "alpha"), "a factor 2",
     {"assume": BAYES}),
]  # fmt: skip


@pytest.mark.parametrize("model, about, line, form, given", RIGHT)
def test_a_textbook_agrees(
    model: str, about: str, line: str, form: str, given: dict[str, Any]
) -> None:
    """In the form in which it is written, which the answer says."""
    result = decided(model, about, line, **given)
    assert result.verdict is Verdict.AGREES, result
    assert result.digits >= 10 if form == AT_SADDLE else result.digits >= 11
    assert form in result.lines[0].reason


@pytest.mark.parametrize("model, about, line, slip, given", WRONG)
def test_a_slip_is_named(
    model: str, about: str, line: str, slip: str, given: dict[str, Any]
) -> None:
    """The correction says what was meant."""
    assert slip in slips(decided(model, about, line, **given))


def test_an_equation_that_says_nothing() -> None:
    """q = q holds at no generic point."""
    assert decided("sk", "saddle q", "q = q", explain=False).verdict is Verdict.DISAGREES
    assert decided("sk", "saddle q", "q = qhat*q/qhat", explain=False).verdict is Verdict.DISAGREES


def test_a_root_of_an_equation() -> None:
    """kappa = sqrt(q) written as a positive root; its other sign is no root that counts."""
    define = {"kappa": {"equation": "kappa**2 = q", "positive": True}}
    line = FIELD.replace("sqrt(q)", "kappa")
    result = decided("sk", "saddle q", f"avg(tanh({line})**2, z)", define=define)
    assert result.verdict is Verdict.AGREES
    both = {"kappa": {"equation": "kappa**2 = q"}}
    result = decided("sk", "saddle q", f"avg(tanh({line})**2, z)", define=both)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "2 roots" in result.reason


def test_a_constant_is_told() -> None:
    """Gardner's volume is often taken without the normalisation of the sphere."""
    result = decided("perceptron_spherical", "free entropy", f"{GARDNER} + 3/8",
                     up_to=["constant"])  # fmt: skip
    assert result.verdict is Verdict.AGREES
    assert result.lines[0].constant == "0.375, 0.375, 0.375"


def test_lines_follow_from_each_other() -> None:
    """Integration by parts; a sum over a declared size; averages inside of averages."""
    stein = ["avg(z*tanh(a*z), z)", "a*(1 - avg(tanh(a*z)**2, z))"]
    assert compare(None, "", stein, declare={"a": "real"}).verdict is Verdict.AGREES
    both = ["sum(avg((z + k)**2, z), k, 1, K)", "K + K*(K + 1)*(2*K + 1)/6"]
    assert compare(None, "", both, declare={"K": "size"}).verdict is Verdict.AGREES
    nested = ["avg(avg(abs(sqrt(a)*z + sqrt(b)*w), w), z)", "sqrt(2*(a + b)/pi)"]
    declare = {"a": "positive", "b": "positive"}
    assert compare(None, "", nested, declare=declare).verdict is Verdict.AGREES
    wrong = ["avg(avg(abs(sqrt(a)*z + sqrt(b)*w), w), z)", "sqrt(2*(a + 2*b)/pi)"]
    assert compare(None, "", wrong, declare=declare).verdict is Verdict.DISAGREES


def test_what_holds_at_saddle_points_alone() -> None:
    """Is refused as a function, and the answer says where it holds."""
    line = f"1 - beta**2*J**2*(1 - 2*q + avg(tanh({FIELD})**4, z))"
    result = decided("sk", "replicon", line)
    assert result.verdict is Verdict.DISAGREES
    assert "at saddle points it holds" in result.reason


def test_points_leave_nothing_special() -> None:
    """Fields of both signs; no identity of a symbol with itself; no factor that varies."""
    assert decided("sk", "saddle mhat", "beta*(J_0*m + b)").verdict is Verdict.AGREES
    for about, line in (
        ("saddle mhat", "beta*(J_0*m + sqrt(b**2))"),
        ("saddle mhat", "beta*(J_0*abs(m) + b)"),
        ("saddle mhat", "mhat"),
        ("free entropy", f"{SK} + q/10**11"),
    ):
        assert decided("sk", about, line, explain=False).verdict is Verdict.DISAGREES, line
    for line in ("q", "3", f"q*({SK})"):
        result = decided("sk", "free entropy", line, up_to=["factor"], explain=False)
        assert result.verdict is Verdict.DISAGREES, line


def test_lines_in_two_forms() -> None:
    """A line with conjugates follows from one without, with those of their own equations."""
    other = "qhat*(1 - q)**2/(4*q) - beta*J_0*m**2/2 + avg(ln(2*cosh(sqrt(qhat)*z + mhat)), z)"
    assert decided("sk", "free entropy", SK, other).verdict is Verdict.AGREES


def test_what_averages_miss_is_open() -> None:
    """What lies far out is not known; what is narrow is found."""
    declare = {"a": "positive"}
    far = ["avg(exp(9*a*z), z)", "exp(81*a**2/2)"]
    assert compare(None, "", far, declare=declare).verdict is Verdict.INCONCLUSIVE
    narrow = ["avg(exp(-c*(z - a)**2), z)", "exp(-c*a**2/(1 + 2*c))/sqrt(1 + 2*c)"]
    result = compare(None, "", narrow, declare=declare, symbols={"c": "10**8"})
    assert result.verdict is Verdict.AGREES


def test_what_quadrature_does_not_tell_is_open() -> None:
    """A kink where no argument that is linear in z says it."""
    lines = ["avg(sign(z**3 - 2 - a), z)", "1 - 2*Phi(exp(ln(2 + a)/3))"]
    result = compare(None, "", lines, declare={"a": "positive"})
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "about, line, told",
    [
        ("saddle r", "q", "no equation of its own"),
        ("free energy", "q", "free entropy"),
        ("saddle q", "avg(q, q)", "binds a name in use"),
        ("saddle q", "avg(tanh(w), z)", "unknown name"),
        ("saddle q", "m = q", "no q"),
        ("saddle q", "avg(tanh(z), 2)", "a name such as z"),
        ("saddle q", "avg + 1", "is a function"),
        ("entropy", "s = q", "two sides"),
    ],
)
def test_what_cannot_be_read(about: str, line: str, told: str) -> None:
    """In one line, with what would do."""
    with pytest.raises(ClaimError, match=told) as caught:
        decided("sk", about, line)
    assert "\n" not in str(caught.value)


def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A claim has its model as a table, or names it; the exit status is the verdict."""
    table = '[model]\nsites = {variable = "binary"}\n'
    table += '[model.couplings]\ncovariance = "J**2*q**2/2"\n'
    for line, status in (("beta**2*J**2*q", 0), ("beta*J**2*q", 1), ("ln(-q)", 3)):
        path = tmp_path / "claim.toml"
        lines = f'[[lines]]\nexpression = "{line}"\n'
        path.write_text(f'kind = "disorder"\nabout = "saddle qhat"\n{table}{lines}')
        assert main(["compare", str(path)]) == status
    path.write_text(f'kind = "disorder"\nmodel = "hebb"\nabout = "saddle q"\n{lines}')
    assert main(["compare", "--json", str(path)]) == 3
    assert '"verdict": "INCONCLUSIVE"' in capsys.readouterr().out
