"""Factor and constant are found, held against further points, refused where meaningless."""

from fractions import Fraction

import numpy as np
import pytest

from derive.algebra.arithmetic import Digits, Floats
from derive.algebra.balls import Balls
from derive.claims.fit import fit, points_needed, rational
from derive.claims.leading import decide_leading
from derive.claims.precision import Exactly, Roughly
from derive.evidence.verdict import Unsettled

ARITHMETIC = Digits(50)
BALLS = Balls(120)
POINTS = [[[1, 2], [3, 5]], [[2, 7], [1, 1]], [[4, 4], [0, 9]], [[3, 1], [8, 2]]]
OURS = [np.array(point) for point in POINTS]
SHIFT = np.array([[5, -1], [2, 7]])


def _fit(theirs, up_to):
    """In balls, which have seen the numbers."""
    with BALLS.working():
        found, expected = ([BALLS.array(value) for value in values] for values in (theirs, OURS))
        for value in (*found, *expected):
            BALLS.observe(value)
        return fit(found, expected, up_to, Exactly(BALLS, 30, first=False))


@pytest.mark.parametrize("factor", [1, -2, Fraction(1, 8), Fraction(2, 7)])
def test_factor_and_constant_are_found(factor):
    found = _fit([factor * value + SHIFT for value in OURS], ("constant", "factor"))
    assert found.holds and found.digits == 30
    assert abs(found.factor - ARITHMETIC.number(factor)) < 1e-40
    assert abs(found.constant - SHIFT).max() < 1e-40


@pytest.mark.parametrize("up_to", [(), ("constant",), ("factor",)])
def test_what_is_not_allowed_to_differ_is_not_fitted(up_to):
    found = _fit([2 * value + SHIFT for value in OURS], up_to)
    assert not found.holds and found.digits < 2


def test_a_constant_alone_agrees_with_nothing_that_varies():
    found = _fit([SHIFT] * 4, ("constant", "factor"))
    assert not found.holds and "does not depend" in found.refused


def test_no_factor_makes_zero_of_something():
    assert _fit([0 * value for value in OURS], ("factor",)).refused


@pytest.mark.parametrize(("off", "digits"), [(9, 9), (60, 60)])
def test_one_point_off_is_noticed(off, digits):
    theirs = [2 * value for value in OURS]
    theirs[-1] = theirs[-1] + np.array([[Fraction(1, 10**off), 0], [0, 0]])
    found = _fit(theirs, ("factor",))
    assert not found.holds and digits <= found.digits < digits + 2


def test_a_constant_that_hides_what_varies_in_float64_is_told():
    theirs, judge = [1e9 + value for value in OURS], Roughly(Floats(), 15, 9)
    with pytest.raises(Unsettled, match="take that out"):
        fit(theirs, [value.astype(float) for value in OURS], ("constant", "factor"), judge)


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
