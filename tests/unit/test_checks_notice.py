"""Every claim can fail: whatever is made wrong on purpose, a check notices."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy
from small_networks import NETWORKS

from derive.algebra import build, substitute
from derive.algebra.arithmetic import Digits
from derive.evidence.approach import Approach, order_result
from derive.evidence.compare import Comparison
from derive.evidence.verdict import Unsettled, Verdict, exit_status
from derive.theories.networks.checks import CLAIMS, decide, gaussian_process, one_head
from derive.theories.networks.checks.saddle import refine
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.derivation import RULES, derive
from derive.theories.networks.description import Attention, Embedding, Network, Readout
from derive.theories.networks.module import generate

NETWORK = Network((Embedding(9, 1.0), Attention(2, 1.0, 9), Readout(1.0)), 0.1)
CLAIM = {claim.name: claim for claim in CLAIMS}
NO_SADDLE = ("gradient", "functions", "layers:", "index loops", "solution:", "exchangeable")
"""Words in the names of claims for which nothing is solved."""
SLIGHTLY = 1 + 1e-7
"""A relative error that float64 must not hide."""


@cache
def theory_and_module():
    subject = Subject.of(NETWORK, digits=20)
    return subject.theory, subject.module


@pytest.fixture
def subject():
    """A fresh one, with nothing remembered."""
    return Subject(NETWORK, *theory_and_module(), digits=20)


def scaled(value, factor):
    """Numbers, arrays and tuples of them, each times a factor."""
    if isinstance(value, tuple):
        return tuple(scaled(part, factor) for part in value)
    return value * factor


def verdict(subject, name):
    return CLAIM[name].check(subject)


# --- the generated module -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "action",
        "action_and_gradient",
        "bottom",
        "chain_normalisation",
        "evidence_constant",
        "first_correction",
        "hessian_vector_product",
        "infinite_width",
        "kernel",
        "log_evidence",
        "predict",
        "predictor",
        "saddle_right_hand_side",
    ],
)
def test_a_wrong_generated_function_disagrees(subject, monkeypatch, name):
    right = getattr(subject.module, name)
    monkeypatch.setattr(subject.module, name, lambda *given: scaled(right(*given), SLIGHTLY))
    found = verdict(subject, "generated functions")
    assert found.verdict is Verdict.DISAGREES
    assert found.digits in (6, 7)
    assert found.expected != found.found


def test_a_wrong_entry_of_the_generated_gradient_disagrees(subject, monkeypatch):
    right = subject.module.gradient

    def wrong(overlaps, problem):
        first, *rest = right(overlaps, problem)
        first = first.copy()
        first[0, 1] = first[1, 0] = first[0, 1] + 1e-5
        return (first, *rest)

    monkeypatch.setattr(subject.module, "gradient", wrong)
    found = verdict(subject, "generated gradient")
    assert found.verdict is Verdict.DISAGREES
    assert "G_1" in found.reason


def test_a_gradient_that_is_not_symmetric_disagrees(subject, monkeypatch):
    right = subject.module.gradient

    def wrong(overlaps, problem):
        first, *rest = right(overlaps, problem)
        return (first + np.triu(np.ones_like(first), 1) - np.tril(np.ones_like(first), -1), *rest)

    monkeypatch.setattr(subject.module, "gradient", wrong)
    found = verdict(subject, "generated gradient")
    assert found.verdict is Verdict.DISAGREES
    assert "transposed" in found.reason


def test_a_generated_solver_that_stops_beside_the_saddle_disagrees(subject, monkeypatch):
    right = subject.module.solve

    def wrong(*given, **options):
        solution = right(*given, **options)
        return solution._replace(overlaps=scaled(solution.overlaps, SLIGHTLY))

    monkeypatch.setattr(subject.module, "solve", wrong)
    assert verdict(subject, "one head per layer: generated solver").verdict is Verdict.DISAGREES
    # What is refined in mpmath does not depend on where the solver stopped.
    assert verdict(subject, "one head per layer: scalar equation").verdict is Verdict.AGREES


# --- the derived expressions --------------------------------------------------------------------


def test_an_action_that_is_not_that_of_the_gradients_disagrees(subject):
    theory = subject.theory
    wrong = theory.action + build.logdet(theory.order_parameters[0]) / 10**9
    found = verdict(replace(subject, theory=replace(theory, action=wrong)), "derived gradient")
    assert found.verdict is Verdict.DISAGREES
    assert "G_1" in found.reason


def test_a_wrong_infinite_width_point_is_not_approached(subject):
    wide = subject.theory.wide
    wrong = replace(wide, overlaps=(build.scale(2, wide.overlaps[0]), *wide.overlaps[1:]))
    subject = replace(subject, theory=replace(subject.theory, wide=wrong))
    found = verdict(subject, "infinite width: order of convergence")
    assert found.verdict is Verdict.DISAGREES
    assert abs(float(found.found)) < 1e-6


def test_a_wrong_first_correction_disagrees(subject):
    wide = subject.theory.wide
    *others, (name, value) = wide.corrections
    factor = 1 + sympy.Rational(1, 10**9)
    wrong = replace(wide, corrections=(*others, (name, build.scale(factor, value))))
    subject = replace(subject, theory=replace(subject.theory, wide=wrong))
    found = verdict(subject, "infinite width: first correction")
    assert found.verdict is Verdict.DISAGREES
    assert found.digits in (8, 9)
    assert verdict(subject, "infinite width: order of convergence").verdict is Verdict.AGREES


def test_a_temperature_under_a_root_has_the_wrong_order(subject):
    theory = subject.theory
    wrong = {theory.notation.temperature: sympy.sqrt(theory.notation.temperature) / 100}
    first, *others = theory.gradients
    gradients = (substitute(first, wrong), *others)
    subject = replace(subject, theory=replace(theory, gradients=gradients))
    found = verdict(subject, "temperature to zero: limit")
    assert found.verdict is Verdict.DISAGREES
    assert float(found.found) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("part", "claim"),
    [
        ("mean", "temperature to zero: training labels"),
        ("variance", "temperature to zero: training labels"),
        ("mean", "P/N to zero: Gaussian process"),
        ("variance", "P/N to zero: Gaussian process"),
    ],
)
def test_a_wrong_predictor_disagrees(subject, part, claim):
    predictor = subject.theory.predictor
    factor = 1 + sympy.Rational(1, 10**9)
    wrong = getattr(predictor, part)
    if claim.startswith("temperature") and part == "variance":
        wrong = build.add(wrong, build.scale(factor - 1, build.diagonal(predictor.own_kernel)))
    else:
        wrong = build.scale(factor, wrong)
    wrong_one = replace(predictor, **{part: wrong})
    subject = replace(subject, theory=replace(subject.theory, predictor=wrong_one))
    assert verdict(subject, claim).verdict is Verdict.DISAGREES


def test_a_theory_that_is_wrong_but_consistent_disagrees():
    """The labels count twice: gradient and module follow; limits and index loops notice."""

    def wrong(law):
        limit = RULES.proportional(law)
        return replace(limit, action=limit.action + limit.energy)

    derivation = derive(NETWORK, replace(RULES, proportional=wrong))
    module = generate(derivation).load()
    results = decide(Subject(NETWORK, derivation.theory, module, digits=20), CLAIMS)
    assert exit_status(results) == 1
    assert {result.claim for result in results if result.verdict is Verdict.DISAGREES} >= {
        "infinite width: first correction",
        "one head per layer: scalar equation",
        "one head per layer: generated solver",
        "temperature to zero: one head per layer",
        "index loops: functions",
        "index loops: Hessian",
        "solution: fields",
        "solution: file",
        "convergence: guards",
    }


# --- the independent side -----------------------------------------------------------------------


def test_a_wrong_scalar_equation_disagrees(subject, monkeypatch):
    right = one_head.Scalar.flux
    monkeypatch.setattr(one_head.Scalar, "flux", lambda *given: right(*given) * (1 + 1e-6))
    for claim in ("scalar equation", "generated solver"):
        found = verdict(subject, f"one head per layer: {claim}")
        assert found.verdict is Verdict.DISAGREES
        assert 4 <= found.digits <= 8


@pytest.mark.parametrize("name", ["residual", "inner width", "double identity"])
def test_wrong_weights_of_paths_disagree(monkeypatch, name):
    right = gaussian_process.path_weights
    subject = Subject.of(NETWORKS[name], digits=15)
    assert verdict(subject, "P/N to zero: Gaussian process").verdict is Verdict.AGREES
    monkeypatch.setattr(gaussian_process, "path_weights", lambda *given: right(*given)[::-1])
    assert verdict(subject, "P/N to zero: Gaussian process").verdict is Verdict.DISAGREES


# --- what cannot be decided ---------------------------------------------------------------------


def test_a_solver_that_does_not_converge_is_inconclusive(subject, monkeypatch):
    right = subject.module.solve

    def stuck(*given, **options):
        return right(*given, **options)._replace(converged=False, message="not converged: a test")

    monkeypatch.setattr(subject.module, "solve", stuck)
    results = decide(subject, CLAIMS)
    assert exit_status(results) == 3
    for result in results:
        needs_saddle = not any(word in result.claim for word in NO_SADDLE)
        assert result.verdict is (Verdict.INCONCLUSIVE if needs_saddle else Verdict.AGREES)
        if needs_saddle:
            assert "not converged: a test" in result.reason


def test_a_scalar_equation_without_a_root_is_inconclusive(subject, monkeypatch):
    monkeypatch.setattr(one_head.Scalar, "admissible", lambda *_: False)
    found = verdict(subject, "one head per layer: scalar equation")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "root" in found.reason


@pytest.mark.parametrize(
    ("curvature", "message"), [(1e6, "cannot be refined"), (1.0, "left the positive definite")]
)
def test_a_gradient_without_a_zero_is_not_refined(curvature, message):
    arithmetic = Digits(30)
    one = arithmetic.array(np.eye(1))
    with pytest.raises(Unsettled, match=message):
        refine((np.eye(1),), (5,), lambda _: (one,), lambda _: curvature * np.eye(1), arithmetic)


def test_values_at_their_limit_have_no_order():
    arithmetic = Digits(30)
    values = [arithmetic.array([1.0, 2.0])] * 3
    with pytest.raises(Unsettled, match="do not depend"):
        Approach(arithmetic, (1e-2, 1e-4, 1e-6), values).order(values[0])


# --- comparisons --------------------------------------------------------------------------------


@pytest.mark.parametrize("found", [float("nan"), float("inf"), -2.0])
def test_what_is_no_number_or_of_the_wrong_sign_has_no_digits(found):
    comparison = Comparison(Digits(30), 20)
    comparison.add("a number", found, 2)
    result = comparison.result("claim", 5, "this against that")
    assert (result.verdict, result.digits) == (Verdict.DISAGREES, 0)


def test_arrays_of_different_length_disagree():
    comparison = Comparison(Digits(30), 20)
    comparison.add("arrays", [1, 2, 3], [1, 2])
    result = comparison.result("claim", 5, "this against that")
    assert (result.verdict, result.digits) == (Verdict.DISAGREES, 0)


def test_the_worst_place_is_reported():
    arithmetic = Digits(30)
    comparison = Comparison(arithmetic, 20)
    comparison.add("the first", 1, 1)
    comparison.add("the second", [1, arithmetic.ratio(1, 3)], [1, 0.333333])
    comparison.add("the third", 1, 1 + 1e-9)
    result = comparison.result("claim", 8, "this against that")
    assert (result.verdict, result.digits) == (Verdict.DISAGREES, 6)
    assert (result.expected, result.found) == ("0.333333", "0.3333333333")
    assert result.reason == (
        "this against that: at least 8 digits must agree, 6 do; fewest in the second"
    )


def test_an_order_is_measured_and_a_limit_extrapolated():
    arithmetic = Digits(60)
    small = [arithmetic.ratio(1, 10**k) for k in (2, 3, 4)]
    linear = Approach(arithmetic, small, [arithmetic.array([3 + h - 5 * h**2]) for h in small])
    square = Approach(arithmetic, small, [arithmetic.array([3 + h**2]) for h in small])
    assert float(linear.order(arithmetic.array([3]))) == pytest.approx(1, abs=1e-2)
    assert abs(linear.limit()[0] - 3) < 1e-50
    order = square.order(arithmetic.array([3]))
    result = order_result("claim", order, Comparison(arithmetic, 20), "a square")
    assert result.verdict is Verdict.DISAGREES
    assert float(result.found) == pytest.approx(2)
