"""One hidden layer of erf or ReLU features: the action of Pacelli et al. (2023), end to end.

Their action for one hidden layer at leading order, with Q the overlap of the readout over its
prior variance and K the kernel of the features times that variance,

.. math:: S = N (Q - ln Q) + ln det(Q K + T) + y^T (Q K + T)^{-1} y

and at zero temperature Q = ((1 - a) + sqrt((1 - a)^2 + 4 a s/P)) / 2, a = P/N, s = y^T K^{-1} y.
The kernels are written out here again: arc sine (Williams 1997), arc cosine (Cho and Saul 2009).
Features are of mean zero in this action. The arc-cosine kernel is therefore given as a function of
one's own: by its name it has the mean of ReLU features, which is an order parameter beside Q
(tests/limits/test_features_with_a_mean.py).
"""

import numpy as np
import pytest

from derive.theories.networks.description import Features, Network, Readout, data_from_arrays
from derive.theories.networks.solver import Solver

VARIANCE, READOUT = 1.6, 0.7


def erf_kernel(gram):
    size = 1 + 2 * np.diag(gram)
    return 2 / np.pi * np.arcsin(2 * gram / np.sqrt(np.outer(size, size)))


def relu_kernel(gram):
    norms = np.sqrt(np.diag(gram))
    angle = np.arccos(np.clip(gram / np.outer(norms, norms), -1, 1))
    ramp = np.sin(angle) + (np.pi - angle) * np.cos(angle)
    return np.outer(norms, norms) * ramp / (2 * np.pi)


KERNELS = {"arc-sine": erf_kernel, "arc-cosine-1": relu_kernel}


def ramp_of_mean_zero(left, right):
    """The kernel of max(h, 0) at variance 1; it is multiplied by the variance."""
    both = np.concatenate([left, right]) / np.sqrt(left.shape[1])
    return relu_kernel(both @ both.T)[: len(left), len(left) :]


GIVEN = {"arc-sine": "arc-sine", "arc-cosine-1": ramp_of_mean_zero}


def network(kernel, width, temperature):
    return Network((Features(width, GIVEN[kernel], VARIANCE), Readout(READOUT)), temperature)


def task(kernel, examples=9, tests=4, scale=1.4):
    rng = np.random.default_rng(71)
    inputs = rng.normal(size=(examples + tests, 7, 1))
    labels = scale * rng.normal(size=examples)
    given = {"inputs": inputs[:examples], "labels": labels, "inputs_test": inputs[examples:]}
    flat = inputs[:, :, 0]
    joint = READOUT * KERNELS[kernel](VARIANCE * flat @ flat.T / 7)
    return data_from_arrays(given, network(kernel, 10, 0.1)), labels, joint


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request):
    return request.param


@pytest.fixture(scope="module")
def solver(kernel):
    return Solver.of(network(kernel, 10, 0.1))


@pytest.mark.parametrize("overlap", [0.3, 1.0, 2.2])
def test_the_action(kernel, solver, overlap):
    """At any overlap, up to the constant that does not depend on it: differences from 0.5."""
    data, labels, joint = task(kernel)
    described = network(kernel, 12, 0.15)
    problem = solver.problem(described, data)

    def ours(u):
        return float(solver.module.action((np.array([[READOUT * u]]),), problem))

    def theirs(u):
        covariance = u * joint[:9, :9] + 0.15 * np.eye(9)
        own = labels @ np.linalg.solve(covariance, labels) + np.linalg.slogdet(covariance)[1]
        return 12 * (u - np.log(u)) + own

    assert ours(overlap) - ours(0.5) == pytest.approx(theirs(overlap) - theirs(0.5), rel=1e-10)


@pytest.mark.parametrize("width", [4, 12, 40])
def test_the_saddle_point_at_zero_temperature(kernel, solver, width):
    data, labels, joint = task(kernel)
    signal = labels @ np.linalg.solve(joint[:9, :9], labels)
    alpha = 9 / width
    closed = ((1 - alpha) + np.sqrt((1 - alpha) ** 2 + 4 * alpha * signal / 9)) / 2
    solution = solver.solve(network(kernel, width, 0.0), data)
    assert solution.converged
    assert solution.bottom[0, 0] == pytest.approx(READOUT * closed, rel=1e-7)


def test_the_predictor(kernel, solver):
    """Of a Gaussian process with the renormalised kernel."""
    data, labels, joint = task(kernel)
    solution = solver.solve(network(kernel, 12, 0.15), data)
    scaled = solution.bottom[0, 0] / READOUT * joint
    inverse = np.linalg.inv(scaled[:9, :9] + 0.15 * np.eye(9))
    cross = scaled[9:, :9]
    np.testing.assert_allclose(solution.mean, cross @ inverse @ labels, rtol=1e-7, atol=1e-9)
    spread = np.diag(scaled[9:, 9:] - cross @ inverse @ cross.T)
    np.testing.assert_allclose(solution.variance, spread, rtol=1e-7, atol=1e-9)


def test_the_derivation_says_that_it_is_leading_order(kernel, solver):
    leading = [s.name for s in solver.derivation.steps if s.order.value == "LEADING"]
    assert leading[0] == "Gaussian features"
    for step in solver.derivation.steps[2:]:
        assert step.model == "Gaussian features"
        if step.order.value == "EXACT":
            assert step.holds() == "EXACT for Gaussian features"
    assert "Pacelli" in solver.derivation.steps[1].source
    text = solver.derivation.to_markdown()
    assert text.index("2. Gaussian features — **LEADING**") < text.index("3. Integrate")
