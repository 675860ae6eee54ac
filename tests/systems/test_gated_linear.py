"""Gated deep linear networks (Li and Sompolinsky 2022); formulas.md, section 2.

    f = a . z / sqrt(N_a),   z = sum_h g_h(x) V^h V^0 x / sqrt(H N_1 N_0)

With H gates the order parameter below them is an H x H matrix U, and the kernel is that of gates
times inputs, K = s_0/(N_0 H) sum_hk U_hk g_h(x) g_k(x') x . x'.
"""

import numpy as np
import pytest
from sampled_systems import System, check_ladder, energy, log_det, random_positive, slopes

from derive.theories.networks import checks
from derive.theories.networks.description import Embedding, Gated, Network, Readout

GATES, TEMPERATURE = 3, 0.3
NETWORK = Network((Embedding(7, 1.3), Gated(GATES, 0.8, 6), Readout(1.2)), TEMPERATURE)


@pytest.fixture(scope="module")
def system():
    return System.of(NETWORK, tokens=2, seed=101)


def kernel(system, matrix, end="", other=""):
    """Of gates times inputs at the last token."""
    first, second = (system.arrays[f"inputs{which}"][:, :, -1] for which in (end, other))
    gates, gates_other = (system.arrays[f"gates_1{which}"] for which in (end, other))
    weights = np.einsum("mh,hk,nk->mn", gates, matrix, gates_other)
    return 1.3 / (GATES * first.shape[1]) * weights * (first @ second.T)


def test_from_inputs_to_the_saddle_point(system):
    system.certify()
    solution = system.solver.solve(NETWORK, system.data)
    assert solution.converged
    assert [overlap.shape for overlap in solution.overlaps] == [(GATES, GATES), (1, 1)]


def test_checks():
    results = checks.check(NETWORK, digits=20)
    assert {result.verdict for result in results} == {checks.Verdict.AGREES}, results


def test_two_stages_by_hand(system):
    """S = N_a [u/s_a - ln u] + N_1 [tr U/(s_1 u) - ln det U + H ln u] + E."""
    labels = system.arrays["labels"]

    def action(lower, upper):
        top = 6 * (upper[0, 0] / 1.2 - np.log(upper[0, 0]))
        ratio = np.trace(lower) / (0.8 * upper[0, 0])
        hidden = 7 * (ratio - log_det(lower) + GATES * np.log(upper[0, 0]))
        noisy = kernel(system, lower) + TEMPERATURE * np.eye(len(labels))
        return top + hidden + energy(noisy, labels)

    rng, problem = np.random.default_rng(102), system.solver.problem(NETWORK, system.data)
    for _ in range(3):
        lower, upper = random_positive(rng, GATES), random_positive(rng, 1)
        _, found = system.solver.module.chain_normalisation((lower / GATES, upper), problem)
        assert found == pytest.approx(action(lower, upper), rel=1e-11)
    solution = system.solver.solve(NETWORK, system.data)
    assert slopes(action, list(solution.chain_overlaps)) < 1e-6
    noisy = kernel(system, solution.chain_overlaps[0]) + TEMPERATURE * np.eye(len(labels))
    cross = kernel(system, solution.chain_overlaps[0], "_test", "")
    np.testing.assert_allclose(solution.mean, cross @ np.linalg.solve(noisy, labels))


def test_one_layer_of_gates_is_the_published_one():
    """H(U) = (N/2) [tr U/s - ln det U] + E/2, where the layer above is wide and so known.

    Li and Sompolinsky's saddle equation is U/s = 1 + (1/N) (flux of the kernel of gates).
    """
    wide = Network((Embedding(9, 1.3), Gated(GATES, 0.8, 10**9), Readout(1.2)), TEMPERATURE)
    system = System.of(wide, tokens=1, seed=103, examples=8, features=5)
    labels, variance = 2 * system.arrays["labels"], 0.8 * 1.2
    data = type(system.data)(system.data.attended, labels)

    def published(matrix):
        noisy = kernel(system, matrix) + TEMPERATURE * np.eye(8)
        prior = np.trace(matrix) / variance - log_det(matrix)
        return 9 / 2 * prior + energy(noisy, labels) / 2

    solution = system.solver.solve(wide, data)
    assert solution.converged
    found, top = solution.chain_overlaps
    assert top[0, 0] == pytest.approx(1.2, rel=1e-7)
    assert slopes(published, [found]) < 1e-6
    inverse = np.linalg.inv(kernel(system, found) + TEMPERATURE * np.eye(8))
    dual = inverse @ labels
    gates, inputs = system.arrays["gates_1"], system.arrays["inputs"][:, :, -1]
    share = (np.outer(dual, dual) - inverse) * (1.3 / (GATES * 5)) * (inputs @ inputs.T)
    flux = gates.T @ share @ gates @ found
    np.testing.assert_allclose(found / variance, np.eye(GATES) + flux / 9, rtol=1e-6, atol=1e-7)
    assert np.abs(found / variance - np.eye(GATES)).max() > 0.1


@pytest.mark.slow
def test_exact_law_and_weights_in_short_runs(system):
    system.check_short_runs()


@pytest.mark.slow
def test_ladder(system, tmp_path):
    check_ladder(system, tmp_path)
