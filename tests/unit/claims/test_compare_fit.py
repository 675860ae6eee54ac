"""Factor and constant are found, held against further points, refused where meaningless."""

from fractions import Fraction

import numpy as np
import pytest

from derive.algebra.arithmetic import Digits
from derive.claims.fit import fit, points_needed, rational
from derive.claims.leading import decide_leading

ARITHMETIC = Digits(50)
POINTS = [[[1, 2], [3, 5]], [[2, 7], [1, 1]], [[4, 4], [0, 9]], [[3, 1], [8, 2]]]
OURS = [ARITHMETIC.array(point) for point in POINTS]
SHIFT = ARITHMETIC.array([[5, -1], [2, 7]])


def _digits(theirs, up_to):
    found = fit(theirs, OURS, up_to, ARITHMETIC, 30)
    return 0 if found.refused else found.digits


@pytest.mark.parametrize("factor", [1, -2, "0.125"])
def test_factor_and_constant_are_found(factor):
    theirs = [ARITHMETIC.number(factor) * value + SHIFT for value in OURS]
    found = fit(theirs, OURS, ("constant", "factor"), ARITHMETIC, 30)
    assert found.digits == 30
    assert abs(found.factor - ARITHMETIC.number(factor)) < 1e-40
    assert abs(found.constant - SHIFT).max() < 1e-40


@pytest.mark.parametrize("up_to", [(), ("constant",), ("factor",)])
def test_what_is_not_allowed_to_differ_is_not_fitted(up_to):
    assert _digits([2 * value + SHIFT for value in OURS], up_to) < 2


def test_a_constant_alone_agrees_with_nothing_that_varies():
    found = fit([SHIFT] * 4, OURS, ("constant", "factor"), ARITHMETIC, 30)
    assert "does not depend" in found.refused


def test_no_factor_makes_zero_of_something():
    assert fit([0 * value for value in OURS], OURS, ("factor",), ARITHMETIC, 30).refused


def test_one_point_off_is_noticed():
    theirs = [2 * value for value in OURS]
    theirs[-1] = theirs[-1] + ARITHMETIC.array(np.eye(2)) * ARITHMETIC.number("1e-9")
    assert 8 < _digits(theirs, ("factor",)) < 11


@pytest.mark.parametrize(
    ("up_to", "points"), [((), 2), (("constant",), 3), (("constant", "factor"), 4)]
)
def test_more_points_than_unknowns(up_to, points):
    assert points_needed(up_to) == points


def test_fractions_are_recognised():
    assert rational(ARITHMETIC.ratio(-7, 12), 40) == Fraction(-7, 12)
    assert rational(ARITHMETIC.context.sqrt(2), 40) is None


@pytest.mark.parametrize(
    ("decay", "verdict"),
    [
        (lambda n: 1 / n, "AGREES"),
        (lambda n: n**-2, "AGREES"),
        (lambda n: 0.0, "AGREES"),
        (lambda n: n**-0.5, "INCONCLUSIVE"),
        (lambda n: 0.3 + 1 / n, "DISAGREES"),
        (lambda n: 0.1, "DISAGREES"),
    ],
)
def test_leading_order_needs_a_decay_like_one_over_n(decay, verdict):
    assert decide_leading(decay)[0].value == verdict
