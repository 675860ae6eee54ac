"""Values of the literature at limits that finite parameters approach, and where branches end.

An order parameter is held, and the parameter at which the update keeps it is looked for; limits are
extrapolated from two or three finite values by their leading power.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy import optimize
from solving import module, state

from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.gallery import gallery_model


def held(name, order, parameter, bracket, **given):
    """The value of a parameter at which the first component of the update keeps its value."""
    equations = module(gallery_model(name))
    numbers = {**gallery_model(name).parameters, **given}

    def residual(value):
        at = {**numbers, parameter: value}
        return equations.update(np.array(order), [at[n] for n in equations.PARAMETERS])[0]

    return optimize.brentq(lambda v: residual(v) - order[0], *bracket, xtol=1e-15, rtol=1e-14)


def slope_of_small_overlaps(name, order, **given):
    """update(x) / x near no overlap at all."""
    equations = module(gallery_model(name))
    numbers = {**gallery_model(name).parameters, **given}
    x = np.array(order)
    return equations.update(x, [numbers[n] for n in equations.PARAMETERS])[0] / x[0]


def extrapolated(coarse, fine, factor):
    """The limit where what is left falls by a factor from one to the other."""
    return fine + (fine - coarse) / (factor - 1)


@pytest.mark.parametrize(
    "kappa, capacity", [(0.0, 2.0), (0.5, 0.961205052802), (1.0, 0.519572229605)]
)
def test_gardner_capacity(kappa, capacity):
    """alpha(q) as q -> 1; what is left is of the order of 1 - q, then of its power 3/2."""
    near = [
        held("perceptron_spherical", [1 - gap], "alpha", (0.2, 3.0), kappa=kappa)
        for gap in (4e-5, 2e-5, 1e-5)
    ]
    first, second = (extrapolated(a, b, 2) for a, b in pairwise(near))
    assert extrapolated(first, second, 2**1.5) == pytest.approx(capacity, abs=2e-9)


def test_gardner_capacity_of_negative_margin_is_unstable():
    """alpha_c H(-kappa) at kappa = -0.5 is 1 less the replicon."""
    left = []
    for gap in (1.6e-6, 4e-7, 1e-7):
        alpha = held("perceptron_spherical", [1 - gap], "alpha", (2.0, 8.0), kappa=-0.5)
        found = module(gallery_model("perceptron_spherical")).solve(
            start=[1 - gap], alpha=alpha, kappa=-0.5
        )
        assert found.overlaps["q"] == pytest.approx(1 - gap, abs=1e-2 * gap)
        left.append(1 - found.replicon)
    first, second = (extrapolated(a, b, 2) for a, b in pairwise(left))  # by the gap's root
    assert extrapolated(first, second, 4) == pytest.approx(1.471755, abs=1e-6)


def test_end_of_the_binary_students_branch():
    """The largest alpha(q) with q = m."""

    def negative(q):
        return -held("teacher_student_binary", [q, q], "alpha", (1.0, 2.0))

    found = optimize.minimize_scalar(negative, (0.88, 0.89, 0.91), method="brent", tol=1e-7)
    assert -found.fun == pytest.approx(1.49263182, abs=5e-9)
    assert found.x == pytest.approx(0.89366, abs=5e-6)


def test_spherical_student_at_one_example_a_weight():
    found = state(gallery_model("teacher_student_spherical"), [0.5, 0.5], alpha=1.0)
    assert found["q"] == pytest.approx(0.486263637016, abs=1e-12)
    assert found["m"] == pytest.approx(found["q"], abs=1e-12)


def test_learning_curves_of_many_examples():
    """alpha eps of Bayes and of Gibbs; what is left falls by the square of alpha."""
    scaled = {}
    for alpha in (400.0, 800.0):
        near = 1 - 2.0 / alpha**2
        found = state(gallery_model("teacher_student_spherical"), [near, near], alpha=alpha)
        for name in ("bayes_error", "gibbs_error"):
            scaled.setdefault(name, []).append(alpha * found[name])
    assert extrapolated(*scaled["bayes_error"], 4) == pytest.approx(0.441700043585, abs=1e-10)
    assert extrapolated(*scaled["gibbs_error"], 4) == pytest.approx(0.624658192139, abs=1e-10)


def test_hebb():
    """Of the mean of the student, which does not depend on temperature."""
    model = gallery_model("hebb")
    for beta in (3.0, 50.0):
        found = module(model).solve(alpha=1.0, beta=beta, random=0)
        assert found.observables["mean_error"] == pytest.approx(0.285634299924, abs=1e-12)


def test_pseudo_inverse():
    """Of a vanishing weight decay, by steps of its size."""
    model = gallery_model("pseudo_inverse")
    errors = [
        module(model).solve(alpha=0.5, beta=3.0, lam=lam, random=0).observables["mean_error"]
        for lam in (4e-5, 2e-5, 1e-5)
    ]
    first, second = (extrapolated(a, b, 2) for a, b in pairwise(errors))
    assert extrapolated(first, second, 4) == pytest.approx(0.339478587098, abs=1e-11)


def test_ridge_with_the_best_decay():
    found = state(
        gallery_model("ridge"), [0.5, 1.0, 0.5], alpha=2.0, beta=4.0, lam=0.25, rho=1.0, Delta=0.25
    )
    assert found["square_error"] == pytest.approx(0.175390529679, abs=1e-12)
    assert found["q"] == pytest.approx(found["m"], abs=1e-12)


def test_kernel_regression_of_four_hundred_modes():
    """eta = k^-2, a = k^-1, lambda = noise = 0.01, 50 examples."""
    model = DisorderedModel(
        name="kernel",
        sites={
            "variable": {"regulariser": "lam*k**2*x**2/(2*modes)"},
            "attributes": {
                "k": {"values": list(range(1, 401))},
                "t": {"gaussian": "modes/k**2"},
            },
        },
        examples={
            "ratio": "alpha",
            "fields": {"h": "x", "u": "t"},
            "labels": {"gaussian": "u", "variance": "Delta"},
            "energy": "(y - h)**2/2",
        },
        observables={"square_error": {"mean_predictor": "(h - u)**2"}},
    )
    given = {"alpha": 50 / 400, "lam": 0.01, "Delta": 0.01, "modes": 400.0, "beta": 15.0}
    found = module(model).solve(random=0, **given)
    assert found.converged
    assert found.observables["square_error"] == pytest.approx(0.052355527537, abs=1e-12)


def test_deep_linear_network_at_zero_temperature():
    """The Gibbs error, extrapolated by T and its square."""
    errors = []
    for beta in (2.5e3, 5e3, 1e4):
        found = module(gallery_model("deep_linear")).solve(
            alpha=0.5, rho=1.0, v=2.0, c=1.0, beta=beta, random=0
        )
        assert found.converged
        errors.append(found.observables["gibbs_error"])
    first, second = (extrapolated(a, b, 2) for a, b in pairwise(errors))
    assert extrapolated(first, second, 4) == pytest.approx(1.309016994375, abs=1e-10)


def test_transitions_of_second_order():
    """Where small overlaps grow."""
    assert slope_of_small_overlaps("rbm_one_bit", [1e-7, 1e-7], alpha=1.3, beta=0.8) == (
        pytest.approx(1.3 * 0.8**4, rel=1e-6)
    )
    assert slope_of_small_overlaps("spiked_wigner", [1e-7, 1e-7], lam=1.7) == (
        pytest.approx(1.7, rel=1e-6)
    )
    alpha = 0.3
    assert slope_of_small_overlaps(
        "hopfield", [1e-7, 0.0], alpha=alpha, beta=1 / (1 + np.sqrt(alpha)), b=0.0
    ) == pytest.approx(1.0, abs=1e-6)


def test_random_energies():
    """Var E = N/2: the entropy of many states ends at T_c, at the energy e_0."""
    given = {"J": 1.0, "b": 0.0, "p": 40.0}
    found = state(gallery_model("random_energy"), [0.0, 0.0], beta=1 / 0.600561204393, **given)
    assert found["entropy"] == pytest.approx(0.0, abs=2e-12)
    assert found["energy"] == pytest.approx(-0.832554611158, abs=2e-12)


def test_compressed_sensing_by_message_passing():
    """The largest alpha(q) of the branch of large errors, as the noise vanishes."""
    ends = []
    for noise in (2e-8, 1e-8):

        def negative(q, noise=noise):
            given = {"rho": 0.4, "v": 1.0, "Delta": noise}
            return -held("compressed_sensing", [q, 0.4, q], "alpha", (0.3, 0.9), **given)

        found = optimize.minimize_scalar(negative, (0.35, 0.37, 0.39), method="brent", tol=1e-7)
        ends.append(-found.fun)
    assert extrapolated(*ends, 2) == pytest.approx(0.5892460011, abs=2e-9)
