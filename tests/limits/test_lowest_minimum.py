"""The exact posterior mean goes to the lowest of two minima as widths and examples grow together.

Inputs are copies of a small set, each in features of its own, and widths grow with the number of
copies: the action is multiplied by it, and its minima stay where they are. The exact law of a chain
with one head per layer is that of a product of independent Gamma variables, weighted with the
likelihood; it is summed here on a grid of logarithms, and shares no code with the solver.
"""

import numpy as np
import pytest

from derive.theories.networks.description import Data
from tests.unit.test_solver_minima import by_depth, issue

STEP = 0.01


def log_gamma_density(times, width):
    """Of t = ln g, for g the mean of so many squares of normal numbers; up to a constant."""
    found = width / 2.0 * (times - np.exp(times) + 1.0)
    return np.exp(found)


def exact_mean(network, data):
    """Of u, the overlap of the only path: all prior variances times the product of the stages."""
    widths = [layer.width for layer in network.layers[:-1]]
    times = np.arange(-6.0, 5.0, STEP)
    density = log_gamma_density(times, widths[0])
    for width in widths[1:]:  # of positive terms, so that the tails keep their digits
        density = np.convolve(density, log_gamma_density(times, width))
    logs = len(widths) * times[0] + STEP * np.arange(len(density))
    overlaps = np.exp(logs) * np.prod([layer.variance for layer in network.layers[1:]])
    inputs = data.attended[:, :, 0]
    values, axes = np.linalg.eigh(network.layers[0].variance * inputs @ inputs.T / inputs.shape[1])
    covariance = network.temperature + np.multiply.outer(overlaps, np.maximum(values, 0.0))
    squares = (axes.T @ data.labels) ** 2
    with np.errstate(divide="ignore"):
        log_weight = np.log(density) - np.sum(np.log(covariance) + squares / covariance, axis=1) / 2
    weight = np.exp(log_weight - log_weight.max())
    return float(weight @ overlaps / weight.sum())


def copied(network, data, copies):
    """The same problem with so many copies, and widths as many times larger."""
    inputs = np.sqrt(copies) * np.kron(np.eye(copies), data.attended[:, :, 0])
    labels = np.tile(data.labels, copies)
    return network.with_width(10 * copies), Data(inputs[:, :, None], labels)


@pytest.mark.parametrize("temperature", [0.2, 0.3])  # below and above the transition at 0.2447
def test_the_exact_mean_goes_to_the_lowest_minimum(temperature):
    network, data = issue()
    network, solver = network.with_temperature(temperature), by_depth(4)[0]
    found = solver.solve(network, data)
    lowest, other = found.bottom[0, 0], found.others[0].bottom[0, 0]
    gaps = []
    for copies in (1, 2, 4):
        many = copied(network, data, copies)
        assert solver.solve(*many).bottom[0, 0] == pytest.approx(lowest, rel=1e-7)
        gaps.append(abs(exact_mean(*many) - lowest))
    # of order 1/N; the other minimum is thousands of times as far
    assert gaps[2] < 0.7 * gaps[1] < 0.5 * gaps[0]
    assert gaps[2] < 0.1 * lowest
    assert gaps[2] < 0.1 * abs(other - lowest)
