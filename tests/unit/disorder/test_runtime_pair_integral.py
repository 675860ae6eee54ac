"""Integrals over two correlated fields against closed forms."""

import numpy as np
import pytest
from scipy import special

from derive.theories.disorder.module.runtime.pair_integral import pair_integral

COVARIANCE = np.array([[0.7, 0.35], [0.35, 1.2]])
ONE, OTHER = np.array([-1.3, 0.2, 2.1]), np.array([0.4, -0.9, 3.0])


@pytest.mark.parametrize("beta", (0.8, 1000.0))
def test_a_quadratic_energy_of_both(beta):
    # y = 0.6 h_1 - 1.1 h_2: one Gaussian variable
    mix, y = np.array([0.6, -1.1]), np.array([1.0, -1.0, 1.0])
    found = pair_integral(
        lambda a, b, y: -0.5 * beta * (y - mix[0] * a - mix[1] * b) ** 2,
        (ONE, OTHER), COVARIANCE, outer=(y,), observables=(lambda a, b, y: a * b,),
    )  # fmt: skip
    width = 1 / beta + mix @ COVARIANCE @ mix
    off = y - mix[0] * ONE - mix[1] * OTHER
    log = -0.5 * np.log(beta * width) - 0.5 * off**2 / width
    np.testing.assert_allclose(found.log, log, rtol=1e-12)
    np.testing.assert_allclose(found.slope, mix[:, None] * off / width, rtol=1e-10, atol=1e-12)
    curvature = np.broadcast_to(-np.outer(mix, mix)[..., None] / width, (2, 2, 3))
    np.testing.assert_allclose(found.curvature, curvature, rtol=1e-9)
    assert found.error.max() < 1e-12
    mean = np.stack([ONE, OTHER]) + np.outer(COVARIANCE @ mix, off) / width
    spread = COVARIANCE - np.outer(COVARIANCE @ mix, COVARIANCE @ mix) / width
    np.testing.assert_allclose(found.averages[0], mean[0] * mean[1] + spread[0, 1], rtol=1e-10)


def test_a_committee():
    # both fields positive, given independent ones; and the sum positive, with a moving break
    free = np.diag([0.7, 1.2])
    both = pair_integral(
        lambda a, b: np.where((a > 0) & (b > 0), 0.0, -np.inf), (ONE, OTHER), free,
        breaks=(0.0,), inner_breaks=(0.0,),
    )  # fmt: skip
    exact = special.log_ndtr(ONE / np.sqrt(0.7)) + special.log_ndtr(OTHER / np.sqrt(1.2))
    np.testing.assert_allclose(both.log, exact, rtol=1e-12)
    total = pair_integral(
        lambda a, b: np.where(a + b > 0, 0.0, -np.inf), (ONE, OTHER), COVARIANCE,
        inner_breaks=(lambda a: -a,),
    )  # fmt: skip
    exact = special.log_ndtr((ONE + OTHER) / np.sqrt(COVARIANCE.sum()))
    np.testing.assert_allclose(total.log, exact, rtol=1e-11)
