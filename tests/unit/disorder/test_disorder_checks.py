"""`check` agrees with what is right, and finds planted errors."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from derive.evidence.verdict import Verdict
from derive.theories.disorder.checks import check
from derive.theories.disorder.checks.checking import check_subject
from derive.theories.disorder.checks.optimal import is_optimal
from derive.theories.disorder.checks.subject import Subject
from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.module import generate


def verdicts(results: Any) -> dict[str, Verdict]:
    return {result.claim: result.verdict for result in results}


def changed(name: str, old: str, new: str) -> ModuleType:
    """A module with a planted error."""
    module = generate(gallery_model(name))
    assert old in module.source
    return replace(module, source=module.source.replace(old, new)).load()


@pytest.mark.parametrize("name", ["sk", "spiked_wigner", "hopfield"])
def test_agrees(name: str) -> None:
    results = check(gallery_model(name))
    assert {result.verdict for result in results} == {Verdict.AGREES}, results
    assert len(results) >= 7


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("qhat = J**2*beta**2*q", "qhat = 2*J**2*beta**2*q", "the free entropy is stationary"),
        ("mhat = J_0*beta*m", "mhat = -J_0*beta*m", "the free entropy is stationary"),
        ("    free_entropy = ", "    free_entropy = 1e-5 + ", "the free entropy"),
        ("    energy = ", "    energy = -", "energy and entropy"),
        ("    replicon_00 = ", "    replicon_00 = 1.001*", "replicon and observables"),
    ],
)
def test_finds(old: str, new: str, claim: str) -> None:
    results = check(gallery_model("sk"), module=changed("sk", old, new))
    assert verdicts(results)[claim] is Verdict.DISAGREES


def test_a_wrong_theory_is_found() -> None:
    """The free entropy itself with a sign turned is no limit of n replicas."""
    subject = Subject.of(gallery_model("spiked_wigner"), {})
    wrong = replace(subject.state, exponent=-subject.state.exponent)
    found = check_subject(replace(subject, state=wrong), 0, lambda _: None)
    assert verdicts(found)["the free entropy"] is Verdict.DISAGREES


def test_who_is_optimal() -> None:
    model = gallery_model("spiked_wigner")
    assert is_optimal(Subject.of(model, {}))
    assert not is_optimal(Subject.of(model, {"beta": 1.3}))
    assert not is_optimal(Subject.of(gallery_model("hopfield"), {}))
