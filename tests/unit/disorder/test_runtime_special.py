"""Functions of the normal distribution against mpmath, in both tails."""

import mpmath
import numpy as np
import pytest

from derive.theories.disorder.module.runtime.special import (
    hazard,
    hazard_excess,
    hazard_slope,
    log_normal,
    log_tail,
    log_tail_difference,
    log_two_cosh,
)

PLACES = (-41.3, -7.2, -1.1, 0.0, 0.37, 1.9, 4.9, 5.1, 12.7, 340.0, 5e3)


def tail(x):
    return mpmath.erfc(x / mpmath.sqrt(2)) / 2


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(60):
        yield


@pytest.mark.parametrize("x", PLACES)
def test_tail_and_hazard(x):
    exact = mpmath.npdf(x) / tail(mpmath.mpf(x))
    # scipy's functions have a few units in the last of 16 digits
    assert float(log_tail(x)) == pytest.approx(float(mpmath.log(tail(mpmath.mpf(x)))), rel=2e-14)
    assert float(hazard(x)) == pytest.approx(float(exact), rel=4e-15, abs=1e-300)
    assert float(hazard_excess(x)) == pytest.approx(float(exact - x), rel=1e-13)
    assert float(hazard_slope(x)) == pytest.approx(float(exact * (exact - x)), rel=1e-13)


def test_far_out_nothing_overflows():
    with np.errstate(all="raise", under="ignore"):
        far = np.array([-1e8, -1e3, 1e3, 1e8])
        np.testing.assert_allclose(hazard(far), [0.0, 0.0, 1e3 + 1e-3, 1e8], rtol=1e-8)
        np.testing.assert_allclose(hazard_excess(far), -np.minimum(far, -1 / far), rtol=1e-5)
        np.testing.assert_allclose(log_tail(far[3]), -0.5e16, rtol=1e-14)
        np.testing.assert_allclose(log_two_cosh(far), np.abs(far), rtol=1e-15)


@pytest.mark.parametrize("x", (-3.1, -1e-9, 0.0, 0.4, 22.0))
def test_log_two_cosh(x):
    exact = mpmath.log(2 * mpmath.cosh(mpmath.mpf(x)))
    assert float(log_two_cosh(x)) == pytest.approx(float(exact), rel=2e-16)


@pytest.mark.parametrize(
    "ends",
    [(-0.7, 1.9), (-1e-3, 2.5), (2.1, 2.1001), (2.1, 9.0), (31.0, 31.02), (31.0, 31.4),
     (700.0, 700.0 + 1e-9), (700.0, 703.0), (0.3, 1.4), (-60.0, 2.2), (1e-12, 3e-12)],
)  # fmt: skip
def test_log_tail_difference(ends):
    a, b = (mpmath.mpf(end) for end in ends)
    inside = tail(a) - tail(b) if a > 0 else tail(-b) - tail(-a)
    exact = float(mpmath.log(inside))
    # an interval of 1e-9 at 700 has seven digits of its own width
    assert float(log_tail_difference(*ends)) == pytest.approx(exact, rel=1e-14, abs=1e-15)
    turned = -np.array(ends[::-1])
    assert float(log_tail_difference(*turned)) == pytest.approx(exact, rel=1e-14, abs=1e-15)


def test_an_empty_interval_has_no_weight():
    np.testing.assert_array_equal(log_tail_difference([1.3, 2.0], [1.3, -4.0]), -np.inf)


def test_log_normal():
    exact = float(mpmath.log(mpmath.npdf(0.3, -1.1, mpmath.sqrt(0.7))))
    assert float(log_normal(0.3, -1.1, 0.7)) == pytest.approx(exact, rel=1e-15)
