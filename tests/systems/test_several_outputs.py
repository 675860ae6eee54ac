"""Networks of several outputs: the overlaps at the top are an O x O matrix (formulas.md, 2).

Li and Sompolinsky (PRX 2021) for deep linear networks: at zero temperature and equal widths the
matrix commutes with Y^T K^-1 Y, and each eigenvalue solves the equation of one output.
"""

import numpy as np
import pytest
from sampled_systems import System, check_ladder, energy, log_det, random_positive, slopes
from scipy import linalg

from derive.theories.networks import checks
from derive.theories.networks.description import Embedding, Linear, Network, Readout

OUTPUTS = 3
NETWORK = Network((Embedding(7, 1.3), Linear(0.8, 6), Readout(1.2, outputs=OUTPUTS)), 0.3)


@pytest.fixture(scope="module")
def system():
    return System.of(NETWORK, tokens=1, seed=81)


def gram(arrays, variance):
    inputs = arrays["inputs"][:, :, 0]
    return variance * inputs @ inputs.T / inputs.shape[1]


def test_from_inputs_to_the_saddle_point(system):
    system.certify()
    solution = system.solver.solve(NETWORK, system.data)
    assert solution.converged
    assert [overlap.shape for overlap in solution.overlaps] == [(OUTPUTS, OUTPUTS)] * 2
    assert solution.mean.shape == (2, OUTPUTS)


def test_checks(system):
    results = checks.check(NETWORK, digits=20)
    assert {result.verdict for result in results} == {checks.Verdict.AGREES}, results
    # One head per layer is a number for one output only: nothing is said of it here.
    assert not any("one head" in result.claim for result in results)


def test_the_action_with_a_wishart_at_the_top(system):
    """N_a [tr G_a/s_a - ln det G_a] + N_1 [tr(G_a^-1 G_1)/s_1 - ln det G_1 + ln det G_a] + E."""
    kernel, labels = gram(system.arrays, 1.3), system.arrays["labels"].reshape(-1)

    def action(lower, upper):
        top = 6 * (np.trace(upper) / 1.2 - log_det(upper))
        ratio = np.trace(np.linalg.solve(upper, lower)) / 0.8
        hidden = 7 * (ratio - log_det(lower) + log_det(upper))
        return top + hidden + energy(np.kron(kernel, lower) + 0.3 * np.eye(12), labels)

    problem, rng = system.solver.problem(NETWORK, system.data), np.random.default_rng(82)
    gaps = []
    for _ in range(4):
        point = [random_positive(rng, OUTPUTS) for _ in range(2)]
        gaps.append(system.solver.module.action(tuple(point), problem) - action(*point))
    np.testing.assert_allclose(gaps, gaps[0], rtol=1e-11)  # the constants of the theory
    solution = system.solver.solve(NETWORK, system.data)
    assert slopes(action, list(solution.overlaps)) < 1e-6


@pytest.mark.parametrize("depth", [1, 3])
def test_each_eigenvalue_solves_the_equation_of_one_output(depth):
    """1 - v = alpha (1 - v^-n s_k/P) for the eigenvalues s_k of Y^T K^-1 Y, u_k = v^n."""
    width, examples = 12, 7
    layers = (Embedding(width, 1.0), *(Linear(1.0, width) for _ in range(depth - 1)))
    network = Network((*layers, Readout(1.0, outputs=OUTPUTS)), 0.0)
    system = System.of(network, tokens=1, seed=83, examples=examples, features=9)
    solution = system.solver.solve(network, system.data)
    assert solution.converged
    labels = system.arrays["labels"]
    signals = labels.T @ np.linalg.solve(gram(system.arrays, 1.0), labels)
    found, scale = solution.bottom, np.abs(signals).max()
    np.testing.assert_allclose(found @ signals, signals @ found, atol=1e-8 * scale)
    values, axes = np.linalg.eigh(signals)
    shares, alpha = np.diag(axes.T @ found @ axes) ** (1 / depth), examples / width
    right = alpha * (1 - shares ** -float(depth) * values / examples)
    np.testing.assert_allclose(1 - shares, right, rtol=1e-7)


def test_one_layer_in_closed_form():
    """N G^2/s_a - (N - P) G = Y^T K^-1 Y at zero temperature: a square root of a matrix."""
    width, examples = 9, 5
    network = Network((Embedding(width, 1.3), Readout(1.2, outputs=OUTPUTS)), 0.0)
    system = System.of(network, tokens=1, seed=84, examples=examples, features=8)
    labels = system.arrays["labels"]
    signals = labels.T @ np.linalg.solve(gram(system.arrays, 1.3), labels)
    middle = 1 - examples / width
    root = linalg.sqrtm(middle**2 * np.eye(OUTPUTS) + 4 * signals / (width * 1.2))
    expected = 1.2 * (middle * np.eye(OUTPUTS) + root) / 2
    found = system.solver.solve(network, system.data)
    np.testing.assert_allclose(found.bottom, expected, rtol=1e-7)


@pytest.mark.slow
def test_exact_law_and_weights_in_short_runs(system):
    system.check_short_runs()


@pytest.mark.slow
def test_ladder(system, tmp_path):
    check_ladder(system, tmp_path)
