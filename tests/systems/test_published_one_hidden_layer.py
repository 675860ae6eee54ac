"""One hidden layer, linear (Pacelli et al. 2023) end to end; formulas.md, section 1.4, n = 1."""

import numpy as np
import pytest

from derive.theories.networks.description import Data, Embedding, Network, Readout
from derive.theories.networks.solver import Solver, solve


def network(width, temperature=0.0):
    return Network((Embedding(width, 1.3), Readout(0.7)), temperature)


@pytest.fixture(scope="module")
def solver():
    return Solver.of(network(10))


def task(examples, scale):
    rng = np.random.default_rng(61)
    attended = rng.normal(size=(examples, examples + 4, 1))
    return Data(attended, scale * rng.normal(size=examples))


@pytest.mark.parametrize("width", [4, 9, 30, 300])
@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_the_closed_form(solver, width, scale):
    """u = c ((1 - a) + sqrt((1 - a)^2 + 4 a s/P)) / 2, with a = P/N below and above 1."""
    data = task(9, scale)
    inputs = data.attended[:, :, 0]
    kernel = 0.7 * 1.3 * inputs @ inputs.T / inputs.shape[1]
    signal = data.labels @ np.linalg.solve(kernel, data.labels)
    alpha = 9 / width
    closed = ((1 - alpha) + np.sqrt((1 - alpha) ** 2 + 4 * alpha * signal / 9)) / 2
    solution = solver.solve(network(width), data)
    assert solution.converged
    assert solution.bottom[0, 0] == pytest.approx(0.7 * closed, rel=1e-8)
    assert solution.chain_overlaps[-1][0, 0] == solution.bottom[0, 0]


def test_weak_signals_shrink_the_kernel_and_strong_ones_stretch_it(solver):
    prior = 0.7
    weak, strong = (solver.solve(network(10), task(9, scale)) for scale in (0.1, 5.0))
    assert weak.bottom[0, 0] < prior < strong.bottom[0, 0]


def test_the_temperature_closes_the_gap_to_zero():
    data = task(6, 1.0)
    cold = solve(network(12), data).bottom[0, 0]
    gaps = [solve(network(12, t), data).bottom[0, 0] - cold for t in (1e-3, 1e-4, 1e-5)]
    assert gaps[1] == pytest.approx(gaps[0] / 10, rel=0.05)
    assert gaps[2] == pytest.approx(gaps[1] / 10, rel=0.05)
