"""A convolution, residual attention and a linear layer, with unequal widths, end to end."""

import numpy as np
import pytest
from sampled_systems import System, check_ladder, energy, log_det, slopes

from derive.theories.networks import checks
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    path_labels,
)

NETWORK = Network(
    (
        Embedding(8, 1.3),
        Convolution(2, 0.8, 6),
        Residual((Attention(1, 1.1),)),
        Linear(0.9, 5),
        Readout(1.2, "mean"),
    ),
    0.3,
)


@pytest.fixture(scope="module")
def system():
    return System.of(NETWORK, tokens=3, seed=111)


def test_from_inputs_to_the_saddle_point(system):
    system.certify()
    solution = system.solver.solve(NETWORK, system.data)
    assert solution.converged
    assert path_labels(NETWORK) == ("(1, skip)", "(1, 1)", "(2, skip)", "(2, 1)")
    sizes = {overlap.shape[0] for overlap in solution.overlaps}
    assert sizes == {4, 2, 1}  # offsets and skip or head; skip or head; the readout's vector
    inputs, omega = system.arrays["inputs"], system.arrays["attention_1"][:, 0]
    shifted = [inputs[:, :, :2], inputs[:, :, 1:]]
    expected = [x @ y for x in shifted for y in (np.eye(2)[None], omega)]
    found = np.stack([x.mean(axis=2) for x in expected], axis=2)
    np.testing.assert_allclose(system.data.of_paths(), found, rtol=1e-12)


def test_the_action_by_hand(system):
    """Section 2 written out: streams of widths 8, 6 and 5 with 4, 2 and 1 vectors."""
    labels, attended = system.arrays["labels"], system.data.of_paths()

    def action(lowest, middle, top):
        g, m = top[0, 0], middle
        readout = 5 * (g / 1.2 - np.log(g))
        linear = 6 * (m[0, 0] / (0.9 * g) + np.log(g))
        heads = 6 * (m[1, 1] / (1.1 * m[0, 0]) + np.log(m[0, 0]))
        sigma = 0.8 / 2 * np.kron(np.eye(2), m)
        offsets = 8 * (np.trace(np.linalg.solve(sigma, lowest)) + log_det(sigma))
        entropy = 6 * log_det(m) + 8 * log_det(lowest)
        path = np.einsum("mip,pq,niq->mn", attended, lowest, attended) * 1.3 / 3
        noisy = path + 0.3 * np.eye(len(labels))
        return readout + linear + heads + offsets - entropy + energy(noisy, labels)

    solution = system.solver.solve(NETWORK, system.data)
    by_size = sorted(solution.overlaps, key=len, reverse=True)
    assert slopes(action, by_size) < 1e-6
    cross = by_size[1][0, 1]
    assert abs(cross) > 1e-3  # the skip and the head overlap


def test_checks():
    results = checks.check(NETWORK, digits=20)
    assert {result.verdict for result in results} == {checks.Verdict.AGREES}, results


@pytest.mark.slow
def test_exact_law_and_weights_in_short_runs(system):
    system.check_short_runs()


@pytest.mark.slow
def test_ladder(system, tmp_path):
    check_ladder(system, tmp_path)
