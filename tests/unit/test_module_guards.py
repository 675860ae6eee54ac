"""Generated modules: complex numbers and overflow are refused in one line, without a warning."""

import warnings

import numpy as np
import pytest

from derive import Embedding, Linear, Network, Readout, derive, generate

MODULE = generate(
    derive(Network((Embedding("N", 1.3), Linear(0.8, "N2"), Readout(1.2)), "T"))
).load()
X = np.random.default_rng(0).normal(size=(4, 3, 1))
Y = np.random.default_rng(1).normal(size=4)
GOOD = {
    "attended": X,
    "labels": Y,
    "widths": (10, 12),
    "variances": (1.3, 0.8, 1.2),
    "temperature": 0.1,
}


@pytest.mark.parametrize("name", GOOD)
def test_imaginary_parts_are_refused_not_dropped(name):
    given = GOOD | {name: np.asarray(GOOD[name]) * (1 + 1e-3j)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (MODULE.solve, MODULE.make_problem):
            with pytest.raises(ValueError, match=f"{name}: complex numbers; give real ones"):
                function(**given)


def test_a_complex_start_and_complex_tests_are_refused():
    with pytest.raises(ValueError, match="start"):
        MODULE.solve(**GOOD, start=(np.eye(1) * 1j, np.eye(1)))
    solution = MODULE.solve(**GOOD)
    with pytest.raises(ValueError, match="attended_test: complex numbers"):
        MODULE.predict(solution, X * 1j)
    with pytest.raises(ValueError, match="labels: not an array of real numbers"):
        MODULE.solve(**GOOD | {"labels": np.array(["a", "b", "c", "d"])})


@pytest.mark.parametrize(
    "changes",
    [
        {"attended": 1e200 * X},
        {"labels": 1e200 * Y},
        {"attended": np.full((4, 3, 1), 1e308)},
        {"variances": (1e300, 1e300, 1e300)},
        {"labels": np.array([np.longdouble("1e4000"), 1, 2, 3])},
    ],
)
def test_overflow_is_one_line_without_warnings(changes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError) as caught:
            MODULE.solve(**GOOD | changes)
    assert "\n" not in str(caught.value)
    assert "scale inputs and labels" in str(caught.value) or "finite" in str(caught.value)


def test_predictions_that_overflow_are_refused():
    solution = MODULE.solve(**GOOD)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="scale inputs"):
            MODULE.predict(solution, 1e200 * X)
