"""The ladder agrees with a right theory, and finds a wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from derive.evidence.verdict import Verdict
from derive.theories.disorder.checks import finite_size as climb
from derive.theories.disorder.checks import subject as subjects
from derive.theories.disorder.checks.symmetry import is_even
from derive.theories.disorder.gallery import gallery_model

SAMPLES = 60
RIDGE = gallery_model("ridge")


def quiet(_: str) -> None:
    """No progress."""


def finite(subject: Any) -> dict[str, Verdict]:
    found = climb.finite_size(subject, 3, SAMPLES, quiet)
    return {result.claim.split(",")[0]: result.verdict for result in found}


@pytest.fixture(scope="module")
def spins() -> subjects.Subject:
    """A spin glass above its transition, in a field."""
    return subjects.Subject.of(gallery_model("sk"), {"beta": 0.5})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer configurations, so that the test is fast."""
    monkeypatch.setattr(climb, "CONFIGURATIONS", 2**10)


@pytest.mark.usefixtures("small")
def test_spins_agree(spins: subjects.Subject) -> None:
    found = finite(spins)
    assert set(found.values()) == {Verdict.AGREES}, found
    assert {"free_entropy", "energy", "q", "m", "q_squared"} <= set(found)


@pytest.mark.usefixtures("small")
def test_a_wrong_free_entropy_is_found(spins: subjects.Subject) -> None:
    solution = spins.solution
    wrong = solution._replace(free_entropy=solution.free_entropy - 0.3, energy=-solution.energy)
    found = finite(replace(spins, solution=wrong))
    assert found["free_entropy"] is found["energy"] is Verdict.DISAGREES
    assert found["m"] is Verdict.AGREES


@pytest.mark.usefixtures("small")
def test_an_unstable_solution_proves_nothing(spins: subjects.Subject) -> None:
    solution = spins.solution
    wrong = solution._replace(free_entropy=solution.free_entropy - 0.3, replicon=-0.2)
    assert finite(replace(spins, solution=wrong))["free_entropy"] is Verdict.INCONCLUSIVE


def test_who_is_even(spins: subjects.Subject) -> None:
    assert not is_even(spins)  # in a field
    assert is_even(replace(spins, numbers={**spins.numbers, "b": 0.0}))
    assert is_even(subjects.Subject.of(gallery_model("spiked_wigner"), {}))


@pytest.mark.usefixtures("small")
def test_no_sizes() -> None:
    (result,) = climb.finite_size(subjects.Subject.of(RIDGE, {"alpha": 1.61803}), 0, SAMPLES, quiet)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "whole numbers" in result.reason


def test_the_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climb, "LARGE", (20, 40, 60))
    subject = subjects.Subject.of(RIDGE, {})
    found = list(climb.coldest(subject, 1, 16))
    assert {result.verdict for result in found} == {Verdict.AGREES}, found
    assert {result.claim.split()[0] for result in found} >= {"energy", "q", "m"}
