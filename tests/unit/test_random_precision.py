"""Random and extreme problems of benchmarks/precision.py: nothing that converged is wrong."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from precise_solutions import gradient_of
from precision import outcome, setting, subject

EASY = (0, 2, 5, 6, 9, 10, 11)
WRONG_ONCE = (28,)
"""Rounding of the overlaps hides a gradient, and a soft direction multiplies it."""


@pytest.mark.parametrize("number", EASY)
def test_what_converged_is_right(number):
    found, details = outcome(number)
    assert found == "right", details


@pytest.mark.parametrize("number", WRONG_ONCE)
def test_what_was_wrong_is_right_or_refused(number):
    found, details = outcome(number)
    assert found in ("right", "not converged"), details


REPORTED_TOO_SMALL = (40039, pytest.param(40086, marks=pytest.mark.slow))
"""Overlaps that are inverted in terms of a wider stream lose digits by their condition number."""


@pytest.mark.parametrize("number", REPORTED_TOO_SMALL)
def test_a_reported_gradient_is_a_bound(number):
    kind, sample = setting(number)
    solution = sample.solve(subject(kind).module, None)
    assert gradient_of(subject(kind), sample, solution) <= solution.gradient_norm < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100, 160, 10))
def test_no_random_problem_is_wrong(first):
    found = [outcome(number) for number in range(first, first + 10)]
    assert not [details for name, details in found if name == "wrong"]
