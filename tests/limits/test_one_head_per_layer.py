"""Deep linear networks at zero temperature against formulas.md, sections 1.3 and 1.4.

network                  limit               known value                         source
n = 1                    one hidden layer    closed form of u                    Pacelli et al.
n = 1, 2, 3, 5           equal widths        equation for v = u^(1/n)            Li, Sompolinsky
n = 2, N = 10, P = 100   spurious roots      0.613, of 0.613, 0.737 and 79.6     formulas.md 1.3
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from small_networks import random_data

from derive.theories.networks.description import Data, Embedding, Linear, Network, Readout
from derive.theories.networks.solver import Solver


def stages(*widths, temperature=0.0, variance=1.0):
    """A deep linear network; every variance above the embedding is `variance`."""
    layers = (Linear(variance, width) for width in widths[1:])
    return Network((Embedding(widths[0], 1.3), *layers, Readout(variance)), temperature)


@cache
def solver_of_depth(depth):
    return Solver.of(stages(*["N"] * depth))


@dataclass(frozen=True)
class Scalar:
    """What formulas.md 1.4 writes its formulas in: u over its prior value, s, P."""

    ratio: float
    signal: float
    examples: int


def solved(network, data):
    """The scalar state of a deep linear network at zero temperature."""
    variances = [layer.variance for layer in network.layers]
    prior = float(np.prod(variances[1:]))
    solution = solver_of_depth(len(network.layers) - 1).solve(network, data)
    assert solution.converged
    inputs = data.attended[:, :, 0]
    kernel = prior * variances[0] * inputs @ inputs.T / inputs.shape[1]
    signal = data.labels @ np.linalg.solve(kernel, data.labels)
    return Scalar(solution.bottom[0, 0] / prior, signal, len(data.labels))


@pytest.mark.parametrize("width", [3, 6, 7, 40, 1000])
@pytest.mark.parametrize("variance", [1.0, 0.7])
def test_one_stage_is_the_formula_of_pacelli(width, variance):
    """Pacelli et al. 2023: u = ((1-a) + sqrt((1-a)^2 + 4 a s/P))/2, a = P/N."""
    network = stages(width, variance=variance)
    state = solved(network, random_data(network, seed=width, examples=6, features=9))
    alpha = state.examples / width
    root = np.sqrt((1 - alpha) ** 2 + 4 * alpha * state.signal / state.examples)
    assert state.ratio == pytest.approx((1 - alpha + root) / 2, rel=1e-8)


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
@pytest.mark.parametrize("width", [4, 12, 300])
def test_equal_widths_solve_the_equation_of_li_and_sompolinsky(depth, width):
    """Li and Sompolinsky, PRX 2021: 1 - v = a (1 - v^-n s/P), v = u^(1/n), a = P/N."""
    network = stages(*[width] * depth, variance=0.8)
    state = solved(network, random_data(network, seed=depth, examples=6, features=9))
    alpha, v = state.examples / width, state.ratio ** (1 / depth)
    right = alpha * (1 - v**-depth * state.signal / state.examples)
    assert 1 - v == pytest.approx(right, rel=1e-7, abs=1e-9)


def test_only_the_root_with_positive_factors_is_a_saddle_point():
    """formulas.md 1.3: widths 10 and 10, P = 100, s = 60 has the roots 0.613, 0.737 and 79.6."""
    examples, width, signal = 100, 10, 60
    labels = np.random.default_rng(0).normal(size=examples)
    labels *= np.sqrt(signal) / np.linalg.norm(labels)
    inputs = np.sqrt(examples / 1.3) * np.eye(examples)  # the kernel at u = 1 is the unit matrix
    state = solved(stages(width, width), Data(inputs[:, :, None], labels))
    assert state.signal == pytest.approx(signal)
    # u^3 = (u + (s - P u)/N)^2
    shifted = np.poly1d([1 - examples / width, signal / width])
    roots = np.sort((np.poly1d([1, 0, 0, 0]) - shifted**2).roots.real)
    assert roots == pytest.approx([0.613, 0.737, 79.6], rel=1e-3)
    factors = 1 + (signal / roots - examples) / width
    assert list(factors > 0) == [True, False, False]
    assert state.ratio == pytest.approx(roots[0], rel=1e-8)
