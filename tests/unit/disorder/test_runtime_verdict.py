"""What is said of solutions: unphysical, unstable, unresolved."""

import numpy as np
import pytest

from derive.theories.disorder.module.runtime.fixed_point import FixedPoint
from derive.theories.disorder.module.runtime.verdict import (
    State,
    impossible,
    is_possible,
    judged,
    others_told,
)

GOOD = FixedPoint(np.array([0.4]), 1e-14, True, "", True, 12)
BAD = FixedPoint(np.array([0.4]), 1e-3, False, "not converged: reason", False, 12)


def said(found=GOOD, states=(), **changed):
    options = {"replicon": 0.3, "entropy": 0.2, "discrete": True, "quadrature_error": 1e-12}
    return judged(found, states, **{**options, **changed})


def test_all_is_well():
    assert said(states=[State(1.0, 0.4, 0.6, 1.3)]) == (True, "converged")


@pytest.mark.parametrize(
    "state, words",
    [
        (State(1.0, 0.4, 0.8, 1.3), "m^2 exceeds q rho"),
        (State(0.3, 0.4), "q exceeds the self-overlap"),
        (State(1.0, -0.1), "negative"),
        (State(np.diag([1.1, 1.2]), np.array([[0.3, 0.5], [0.5, 0.4]]), name="x"), "q of x is neg"),
        (State(None, np.diag([0.3, 0.4]), np.array([[0.3, 0.4], [0.2, 0.3]]), np.eye(2)), "m^2"),
        (State(np.nan, 0.4), "exceeds"),
    ],
)
def test_cauchy_and_schwarz(state, words):
    assert not is_possible(state)
    converged, message = said(states=[state])
    assert not converged and "unphysical" in message and words in message


def test_the_edge_is_possible():
    assert is_possible(State(0.7, 0.7, 0.7, 0.7)) and impossible(State(None, 0.0)) == []


def test_what_is_said_where():
    assert said(BAD) == (False, "not converged: reason")
    converged, message = said(quadrature_error=1e-5)
    assert not converged and "1.0e-05" in message
    assert not said(quadrature_error=np.nan)[0]
    converged, message = said(replicon=-0.2, entropy=-0.1)
    assert converged and "unstable (replicon -0.2)" in message and "entropy -0.1" in message
    assert said(entropy=-0.1, discrete=False) == (True, "converged")
    assert said(replicon=np.nan, entropy=np.nan) == (True, "converged")


def test_what_iterations_leave_says_so():
    converged, message = said(GOOD._replace(attracting=False))
    assert converged and "iterations leave it" in message


def test_the_others_are_counted_by_kind():
    assert others_told([], []) == ""
    told = others_told([True, False, True], [0.2, 0.05, 0.1])
    assert "2 more of lower free entropy, by 0.1, 0.2" in told and "1 that iterations leave" in told
