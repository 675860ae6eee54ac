"""Single-field and single-site integrals against closed forms and mpmath."""

import mpmath
import numpy as np
import pytest
from scipy import optimize

from derive.theories.disorder.module.runtime.field_integral import field_integral
from derive.theories.disorder.module.runtime.quadrature import gaussian_nodes
from derive.theories.disorder.module.runtime.site_integral import site_integral
from derive.theories.disorder.module.runtime.special import (
    hazard,
    hazard_slope,
    log_normal,
    log_tail,
    log_two_cosh,
)

OMEGA = np.array([-7.3, -1.9, -0.21, 0.0, 0.4, 1.3, 5.2, 30.0])
LABELS = np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0])


def same(found, exact, relative, variance=1.0, largest=10.0):
    """L, L' and L'': rounding of the largest weight's logarithm is divided by sqrt(V) and by V."""
    for number, (one, other) in enumerate(
        zip((found.log, found.slope, found.curvature), exact, strict=True)
    ):
        loss = 1e-15 * largest * variance ** (-number / 2)
        np.testing.assert_allclose(one, other, rtol=relative, atol=loss)
    assert found.error.max() < 1e-12


@pytest.mark.parametrize("variance", (1e-6, 0.3, 7.0))
@pytest.mark.parametrize("beta", (0.2, 3.0, 1000.0))
def test_a_quadratic_energy(variance, beta):
    def log_weight(h, y):
        return -0.5 * beta * (y - h) ** 2

    width, excess = 1.0 / beta + variance, LABELS - OMEGA
    exact = -0.5 * np.log1p(beta * variance) - 0.5 * excess**2 / width, excess / width, -1.0 / width
    found = field_integral(log_weight, OMEGA, variance, outer=(LABELS,))
    largest = max(10.0, 0.5 * beta * np.max(excess**2) / (1 + beta * variance))
    same(found, exact, 1e-12, min(variance, 1.0), largest)
    found = field_integral(
        log_weight, OMEGA, variance, outer=(LABELS,), log_slope=lambda h, y: beta * (y - h)
    )
    same(found, exact, 1e-11)


@pytest.mark.parametrize("variance", (1e-8, 0.3, 7.0))
def test_a_margin(variance):
    kappa = 0.37
    found = field_integral(
        lambda h, y: np.where(y * h > kappa, 0.0, -np.inf), OMEGA, variance,
        outer=(LABELS,), breaks=(kappa * LABELS,), widths=(0.0,),
    )  # fmt: skip
    argument, root = (kappa - LABELS * OMEGA) / np.sqrt(variance), np.sqrt(variance)
    exact = log_tail(argument), LABELS * hazard(argument) / root, -hazard_slope(argument) / variance
    same(found, exact, 1e-12, min(variance, 1.0))


def test_a_kink_that_is_not_said_is_found():
    kappa = 0.37
    found = field_integral(lambda h: np.where(h > kappa, 0.0, -np.inf), OMEGA, 0.3)
    exact = log_tail((kappa - OMEGA) / np.sqrt(0.3))
    np.testing.assert_allclose(found.log, exact, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    "beta, variance", ((3.0, 0.02), (5503.0, 0.02), (1e6, 0.02), (44117.209, 1.1287e-4))
)
def test_a_peak_at_a_kink_far_out_has_two_sides(beta, variance):
    # the weight exp(-beta |h - k|) in closed form; all nodes of a first panel may underflow
    k, omega = 0.13, np.array([-4.6, -1.3, 0.1, 0.4, 0.52747, 7.0])
    found = field_integral(
        lambda h: -beta * np.abs(h - k), omega, variance, breaks=(k,), widths=(0.0,)
    )
    root = np.sqrt(variance)
    sides = [
        sign * beta * (omega - k) + 0.5 * beta**2 * variance
        + log_tail(sign * (omega - k) / root + beta * root)
        for sign in (1.0, -1.0)
    ]  # fmt: skip
    # the closed form itself is a difference of terms of beta^2 V
    np.testing.assert_allclose(found.log, np.logaddexp(*sides), atol=1e-15 * beta**2 * variance,
                               rtol=1e-12)  # fmt: skip


def test_the_slope_of_an_energy_with_a_kink():
    beta, variance = 300.0, 1e-4
    found = field_integral(
        lambda h: -beta * np.maximum(0.2 - h, 0.0), OMEGA / 10, variance, breaks=(0.2,),
        widths=(0.0,), log_slope=lambda h: beta * (h < 0.2),
    )  # fmt: skip
    plain = field_integral(
        lambda h: -beta * np.maximum(0.2 - h, 0.0), OMEGA / 10, variance, (), (0.2,), (0.0,)
    )
    np.testing.assert_allclose(found.slope, plain.slope, rtol=1e-11, atol=1e-10)
    np.testing.assert_allclose(found.curvature, plain.curvature, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("beta", (1.7, 1000.0))
def test_a_logistic_energy(beta):
    # chi = beta V is what stays finite at low temperature
    variance = 2.3 / beta
    found = field_integral(
        lambda h, y: -beta * np.logaddexp(0.0, -y * h), OMEGA, variance, outer=(LABELS,),
        observables=(lambda h, y: y * h > 0.0,), breaks=(0.0,), widths=(0.0,),
    )  # fmt: skip
    for row in (1, 6):
        exact = precise(OMEGA[row], LABELS[row], beta, variance)
        got = [found.log[row], found.slope[row], found.curvature[row], found.averages[0][row]]
        np.testing.assert_allclose(got, exact, rtol=1e-11, atol=1e-13 / variance)


def precise(omega, y, beta, variance):
    """L, L', L'' and the probability of y h > 0, by quadrature around the peak at 18 digits."""
    with mpmath.workdps(18):
        omega, variance = mpmath.mpf(omega), mpmath.mpf(variance)

        def exponent(h):
            return -beta * mpmath.log1p(mpmath.exp(-y * h)) - (h - omega) ** 2 / (2 * variance)

        def slope(h):
            return beta * y / (1 + mpmath.exp(y * h)) - (h - omega) / variance

        peak = mpmath.findroot(slope, (omega - 50, omega + 50 + beta * variance), solver="anderson")
        width = mpmath.sqrt(variance)
        edges = sorted({peak + width * k for k in (-14, -6, -3, -1, 0, 1, 3, 6, 14)}
                       | ({mpmath.mpf(0)} if abs(peak) < 14 * width else set()))  # fmt: skip

        def average(function):
            return mpmath.quad(lambda h: function(h) * mpmath.exp(exponent(h) - exponent(peak)),
                               edges)  # fmt: skip

        total = average(lambda h: 1)
        mean = average(lambda h: h) / total
        spread = average(lambda h: (h - mean) ** 2) / total
        log = exponent(peak) + mpmath.log(total / mpmath.sqrt(2 * mpmath.pi * variance))
        right = average(lambda h: mpmath.mpf(y * h > 0)) / total
        return [float(v) for v in (log, (mean - omega) / variance,
                                   (spread / variance - 1) / variance, right)]  # fmt: skip


def test_two_distant_valleys():
    # weights exp(-beta (h^2 - a^2)^2): both valleys count, at any row
    found = field_integral(
        lambda h: -50.0 * (h * h - 4.0) ** 2, np.array([-0.3, 0.0, 0.05]), 0.5,
        observables=(lambda h: h > 0.0,), breaks=(0.0,), widths=(0.0,),
    )  # fmt: skip
    with mpmath.workdps(25):
        for row, omega in enumerate((-0.3, 0.0, 0.05)):

            def weight(h, omega=omega):
                return mpmath.exp(-50 * (h * h - 4) ** 2 - (h - omega) ** 2)

            left, right = mpmath.quad(weight, [-4, -2.2, -2, -1.8, 0]), mpmath.quad(
                weight, [0, 1.8, 2, 2.2, 4])  # fmt: skip
            np.testing.assert_allclose(found.averages[0][row], float(right / (left + right)),
                                       rtol=1e-12)  # fmt: skip


def test_a_weight_that_grows():
    found = field_integral(lambda h: 400.0 * h, OMEGA, 0.9)
    np.testing.assert_allclose(found.log, 400.0 * OMEGA + 0.5 * 0.9 * 400.0**2, rtol=1e-13)
    np.testing.assert_allclose(found.slope, 400.0, rtol=1e-13)
    np.testing.assert_allclose(found.curvature, 0.0, atol=1e-11)


def test_an_integral_that_diverges_is_told():
    found = field_integral(lambda h: h**2, np.array([0.3]), 1.4)
    assert found.error[0] == np.inf


def test_a_negative_or_infinite_weight_is_told():
    with np.errstate(invalid="ignore", divide="ignore"):
        negative = field_integral(lambda h: np.log(h + 0.2), np.array([0.3, 50.0]), 0.7)
        infinite = field_integral(lambda h: np.where(h > 0, np.inf, 0.0), np.array([0.3]), 0.7)
        none = field_integral(lambda h: np.full(h.shape, -np.inf), np.array([0.3]), 0.7)
    assert negative.error[0] == np.inf and negative.error[1] < 1e-12
    assert infinite.error[0] == np.inf and none.error[0] == np.inf and none.log[0] == -np.inf
    assert np.isnan(negative.slope[0]) and np.isnan(none.slope[0])


def test_a_density_that_is_none_beside_points_is_told():
    found = site_integral(
        lambda x: np.full(x.shape, np.nan), np.array([0.3]), 0.7, points=((1.0, 0.0),)
    )
    assert found.error[0] == np.inf and np.isnan(found.mean[0])


def test_many_rows_are_done_in_portions():
    omega = np.linspace(-3.0, 4.0, 4501)
    found = field_integral(lambda h: -np.abs(h), omega, 0.7, breaks=(0.0,), widths=(0.0,))
    some = field_integral(lambda h: -np.abs(h), omega[::300], 0.7, breaks=(0.0,), widths=(0.0,))
    np.testing.assert_array_equal(found.log[::300], some.log)
    np.testing.assert_allclose(found.curvature[::300], some.curvature, rtol=1e-12, atol=1e-14)


B = np.array([-900.0, -3.1, -0.2, 0.0, 1.7, 40.0])


def test_sites_of_points_alone():
    found = site_integral(None, B, 0.4, points=((1.0, 0.0), (-1.0, 0.0)))
    np.testing.assert_allclose(found.log, log_two_cosh(B) - 0.2, rtol=1e-15)
    np.testing.assert_allclose(found.mean, np.tanh(B), rtol=1e-15)
    np.testing.assert_allclose(found.variance, np.cosh(np.minimum(np.abs(B), 300)) ** -2.0,
                               rtol=1e-12, atol=1e-17)  # fmt: skip


@pytest.mark.parametrize("A", (0.0, 0.8, 1e5))
def test_gauss_bernoulli_sites(A):
    density, variance = 0.35, 1.6
    found = site_integral(
        lambda x: np.log(density) - 0.5 * x * x / variance - 0.5 * np.log(2 * np.pi * variance),
        B, A, points=((0.0, np.log(1 - density)),), observables=(lambda x: x == 0.0,),
    )  # fmt: skip
    precision = A + 1.0 / variance
    part = np.log(density) - 0.5 * np.log(variance * precision) + 0.5 * B * B / precision
    log = np.logaddexp(np.log(1 - density), part)
    share = np.exp(part - log)
    mean = share * B / precision
    square = share * (1.0 / precision + (B / precision) ** 2)
    np.testing.assert_allclose(found.log, log, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(found.variance, square - mean**2, rtol=1e-9)
    np.testing.assert_allclose(found.averages[0], 1.0 - share, atol=1e-13)


def test_a_laplace_law_and_an_interval():
    A = 0.7
    both = site_integral(lambda x: -1000.0 * np.abs(x), B, A, breaks=(0.0,), widths=(0.0,))
    right = site_integral(lambda x: -1000.0 * x, B, A, lower=0.0)
    left = site_integral(lambda x: 1000.0 * x, B, A, upper=0.0)
    np.testing.assert_allclose(both.log, np.logaddexp(left.log, right.log), rtol=1e-13)
    exact = log_tail((1000.0 - B) / np.sqrt(A)) + 0.5 * (1000.0 - B) ** 2 / A
    exact += 0.5 * np.log(2 * np.pi / A)
    # the closed form itself is a difference of terms of 7e5
    np.testing.assert_allclose(right.log, exact, atol=3e-9)
    flat = site_integral(lambda x: 0.0 * x, B[1:-1], 0.0, lower=-1.0, upper=1.0)
    with np.errstate(invalid="ignore"):
        closed = np.where(B[1:-1] == 0, np.log(2), np.log(2 * np.sinh(B[1:-1]) / B[1:-1]))
    np.testing.assert_allclose(flat.log, closed, rtol=1e-13)


def test_a_law_that_depends_on_an_attribute():
    t = np.array([0.3, -1.2])
    found = site_integral(lambda x, t: -0.5 * (x - t) ** 2, np.zeros(2), 0.6, outer=(t,))
    np.testing.assert_allclose(found.mean, t / 1.6, rtol=1e-13)
    np.testing.assert_allclose(found.variance, 1 / 1.6, rtol=1e-13)


def test_the_threshold_of_message_passing_for_sparse_signals():
    # noiseless, Bayes-optimal, Gauss-Bernoulli of density 0.4: the largest mmse(S) / S
    density = 0.4

    def ratio(log_scale):
        noise = np.exp(log_scale)
        z, weight = gaussian_nodes((0.0,), (min(1.0, np.sqrt(noise)),))
        total = 0.0
        for share, root in ((1 - density, np.sqrt(noise)), (density, np.sqrt(1 + noise))):
            found = site_integral(
                lambda x: log_normal(x, 0.0, 1.0) + np.log(density), root * z / noise, 1 / noise,
                points=((0.0, np.log(1 - density)),),
            )  # fmt: skip
            total += share * (weight @ found.variance)
        return -total / noise

    best = optimize.minimize_scalar(ratio, bounds=(-6, 0), method="bounded",
                                    options={"xatol": 1e-6})  # fmt: skip
    assert -best.fun == pytest.approx(0.5892460011, abs=1e-10)
