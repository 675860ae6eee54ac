"""Fixed points of theories typed in by hand, to the digits of the literature and of mpmath."""

import time

import mpmath
import numpy as np
import pytest
from disorder_by_hand import (
    BinaryPerceptron,
    BinaryTeacher,
    Logistic,
    Ridge,
    SherringtonKirkpatrick,
)
from scipy import optimize

from derive.theories.disorder.module.runtime.fixed_point import fixed_point


def solved(theory, *start, **options):
    found = fixed_point(theory.update, np.array(start), theory.feasible, **options)
    assert found.converged and found.residual <= 1e-12 and found.message == ""
    return found


@pytest.mark.parametrize("iterations", (0, 40))
def test_sherrington_kirkpatrick(iterations):
    theory = SherringtonKirkpatrick(2.0)
    found = solved(theory, 0.9, iterations=iterations)
    assert found.attracting and found.evaluations < 30
    assert found.point[0] == pytest.approx(0.530368392051, abs=2e-12)
    assert -theory.free_entropy(found.point) / 2 == pytest.approx(-0.792392945135, abs=2e-12)


def test_where_gauss_hermite_fails():
    assert solved(SherringtonKirkpatrick(20.0), 0.5).point[0] == pytest.approx(0.959312, abs=5e-7)


def test_beta_1000_against_mpmath():
    found = solved(SherringtonKirkpatrick(1000.0, 0.3), 0.5)
    with mpmath.workdps(25):
        q = mpmath.mpf(float(found.point[0]))
        root = mpmath.sqrt(q)
        place = -mpmath.mpf(3) / 10 / root
        edges = [place + sign * mpmath.mpf(3) ** k / 1000 for k in range(8) for sign in (-1, 1)]
        edges = sorted([-14, 14, place, *edges])
        exact = mpmath.quad(
            lambda z: mpmath.npdf(z) * mpmath.tanh(1000 * (root * z + mpmath.mpf(3) / 10)) ** 2,
            edges,
        )
    assert abs(float(exact - q)) < 1e-13


def test_the_line_of_almeida_and_thouless():
    def replicon(temperature):
        theory = SherringtonKirkpatrick(1 / temperature, 0.5)
        return theory.replicon(solved(theory, 0.6).point)

    assert optimize.brentq(replicon, 0.4, 0.7, xtol=1e-13) == pytest.approx(
        0.535104943115, abs=2e-12
    )


def test_krauth_and_mezard():
    theory = BinaryPerceptron(0.83307859973958)
    found = solved(theory, 0.4)
    assert found.point[0] == pytest.approx(0.563949080085, abs=3e-12)
    assert theory.conjugate(found.point[0]) == pytest.approx(2.576351319, abs=1e-9)
    assert theory.free_entropy(found.point) == pytest.approx(0.0, abs=1e-12)
    assert theory.replicon(found.point) > 0


def test_bayes_optimal_learning_of_binary_weights():
    theory = BinaryTeacher(1.2446839898507)
    found = solved(theory, 0.6)
    assert found.point[0] == pytest.approx(0.693760219655, abs=5e-12)
    assert theory.free_entropy(found.point) == pytest.approx(0.0, abs=1e-11)


def test_a_fixed_point_that_iterations_leave_is_found_by_newton():
    # between the spinodal at 1.4926 and 1.24 there are two branches beside q = 1
    theory = BinaryTeacher(1.4)
    attracting = solved(theory, 0.6)
    left = solved(theory, 0.95, iterations=0)
    assert attracting.attracting and not left.attracting
    assert 0.89366 < left.point[0] < 1 - 1e-6
    assert abs(solved(theory, 0.85).point[0] - attracting.point[0]) < 1e-11


def test_ridge_is_the_same_at_every_temperature():
    errors = []
    for beta in (0.7, 300.0):
        theory = Ridge(beta, alpha=2.0, penalty=0.5, noise=0.25, rho=2.0)
        m, q, _ = solved(theory, 0.3, 0.8, 1.2 / beta, scale=np.array([1, 1, 1 / beta])).point
        errors.append(2.0 - 2 * m + q)
    np.testing.assert_allclose(errors, 0.299896797088, atol=1e-11)


def test_logistic_regression_towards_zero_temperature():
    # corrections are T and T^2: at T = 1e-4 and 2e-4 the first is extrapolated, the second 1e-9
    cold, cooler = (
        solved(Logistic(beta, alpha=2.0, penalty=0.1, rho=1.0), 1.0, 2.0, 1.0).point
        for beta in (5e3, 1e4)
    )
    exact = [1.720313092593, 4.145803620748, 3.976545789]
    np.testing.assert_allclose(2 * cooler - cold, exact, rtol=1e-8)


def test_slowness_near_a_transition():
    found = solved(SherringtonKirkpatrick(1.0001), 0.5, scale=1e-6)
    assert found.point[0] == pytest.approx(1e-4, rel=1e-3)


def test_several_unknowns_with_an_edge():
    # x_1 = x_2^2 / (1 + x_1), x_2 = 0.9 + 0.3 x_1, of which no step may leave the square
    def update(x):
        return np.array([x[1] ** 2 / (1 + x[0]), 0.9 + 0.3 * x[0]])

    def feasible(x):
        return bool((x >= 0).all() and (x <= 1.2).all())

    found = fixed_point(update, np.array([0.0, 1.2]), feasible)
    assert found.converged
    np.testing.assert_allclose(update(found.point), found.point, atol=1e-13)


@pytest.mark.parametrize("update, reason", [
    (lambda x: x + 1.0 + x**2, "no longer lower"),
    (lambda x: np.full(x.shape, np.nan), "no update of the start"),
])  # fmt: skip
def test_where_there_is_none_a_sentence_says_so(update, reason):
    found = fixed_point(update, np.array([0.3]))
    assert not found.converged and reason in found.message


def test_convergence_is_of_the_undamped_step():
    # a map that moves by 1e-9 whatever x is has no fixed point, however small a damped step
    found = fixed_point(lambda x: x + 1e-9, np.array([0.5]), lambda x: bool(0 <= x[0] <= 1))
    assert not found.converged and found.residual == pytest.approx(1e-9, rel=1e-5)


def test_a_fixed_point_takes_a_few_milliseconds():
    solved(BinaryPerceptron(0.7, 0.1), 0.4)
    took = []
    for _ in range(5):
        start = time.process_time()
        solved(BinaryPerceptron(0.7, 0.1), 0.4)
        took.append(time.process_time() - start)
    assert min(took) < 0.05
