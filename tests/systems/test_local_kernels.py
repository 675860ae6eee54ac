"""Convolutions with a readout per position: local kernel renormalisation.

Aiudi, Pacelli, Baglioni, Vezzani, Burioni, Rotondo (local kernel renormalisation in convolutional
networks): with T positions the order parameter of one convolutional layer is a T x T matrix Q, and

    S = N [tr Q/s_a - ln det Q] + ln det(K + T) + y^T (K + T)^-1 y
    K[mu, nu] = s_0/(N_0 T) sum_ij Q_ij x_mu,i . x_nu,j,     x_i the patch at position i

(formulas.md, section 2: a readout per position counts as T branches with 1/sqrt(T N_a)).
"""

import numpy as np
import pytest
from sampled_systems import System, check_ladder, energy, log_det, random_positive, slopes

from derive.theories.networks import checks
from derive.theories.networks.description import Convolution, Embedding, Network, Readout

NETWORK = Network(
    (Embedding(7, 1.3), Convolution(2, 0.8, 6), Readout(1.2, "each", positions=2)), 0.3
)


@pytest.fixture(scope="module")
def system():
    return System.of(NETWORK, tokens=3, seed=91)


def products(first, second):
    """x_mu,i . x_nu,j / N_0, shape (P, P', T, T')."""
    return np.einsum("mfi,nfj->mnij", first, second) / first.shape[1]


def test_one_convolutional_layer_is_the_local_kernel_action():
    """Filters that read patches are the embedding of patches as tokens."""
    positions, width, examples = 3, 11, 8
    network = Network((Embedding(width, 1.3), Readout(1.2, "each", positions=positions)), 0.3)
    rng = np.random.default_rng(92)
    image = rng.normal(size=(examples, 1, positions + 1))
    patches = np.stack([image[:, 0, i : i + 2] for i in range(positions)], axis=2)
    system = System.of(network, tokens=positions, seed=93, examples=examples, features=2)
    labels = 2 * system.arrays["labels"]
    data = type(system.data)(patches, labels)

    def action(local):
        kernel = 1.3 / positions * np.einsum("mnij,ij->mn", products(patches, patches), local)
        noisy = kernel + 0.3 * np.eye(examples)
        return width * (np.trace(local) / 1.2 - log_det(local)) + energy(noisy, labels)

    problem = system.solver.problem(network, data)
    gaps = []
    for _ in range(4):
        local = random_positive(rng, positions)
        gaps.append(system.solver.module.action((local / positions,), problem) - action(local))
    np.testing.assert_allclose(gaps, gaps[0], rtol=1e-11)
    solution = system.solver.solve(network, data)
    assert solution.converged
    (local,) = solution.chain_overlaps  # the papers' normalisation
    assert slopes(action, [local]) < 1e-6
    assert solution.action == pytest.approx(action(local), rel=1e-10)


def test_from_inputs_to_the_saddle_point(system):
    system.certify()
    solution = system.solver.solve(NETWORK, system.data)
    assert solution.converged
    assert [overlap.shape for overlap in solution.overlaps] == [(4, 4), (2, 2)]
    patches = [system.arrays["inputs"][:, :, k + i] for k in range(2) for i in range(2)]
    np.testing.assert_array_equal(system.data.of_paths(), np.stack(patches, axis=2))
    assert system.data.attended.shape[2] == 3  # two of the four paths see one token


def test_checks():
    results = checks.check(NETWORK, digits=20)
    assert {result.verdict for result in results} == {checks.Verdict.AGREES}, results


def test_a_convolution_above_a_layer_of_its_own(system):
    """Two stages: the local matrix Q above, one of offsets and positions below.

    S = N_a [tr Q/s_a - ln det Q] + N_1 [tr(Q^-1 tr_k U)/s_1 - ln det U + K ln det Q] + E
    """
    inputs, labels = system.arrays["inputs"], system.arrays["labels"]

    def kernel(lower, first, second):
        """sum over offsets and positions of U[(k, i), (k', j)] x_{i + k} . x_{j + k'}."""
        shared, total = products(first, second), 0.0
        for row in range(4):
            for column in range(4):
                places = sum(divmod(row, 2)), sum(divmod(column, 2))
                total = total + lower[row, column] * shared[:, :, places[0], places[1]]
        return 1.3 / 4 * total

    def action(lower, upper):
        top = 6 * (np.trace(upper) / 1.2 - log_det(upper))
        traced = lower[:2, :2] + lower[2:, 2:]
        ratio = np.trace(np.linalg.solve(upper, traced)) / 0.8
        hidden = 7 * (ratio - log_det(lower) + 2 * log_det(upper))
        return top + hidden + energy(kernel(lower, inputs, inputs) + 0.3 * np.eye(4), labels)

    solution = system.solver.solve(NETWORK, system.data)
    lower, upper = solution.chain_overlaps
    assert slopes(action, [lower, upper]) < 1e-6
    assert solution.action == pytest.approx(action(lower, upper), rel=1e-10)
    covariance = kernel(lower, inputs, inputs) + 0.3 * np.eye(4)
    cross = kernel(lower, system.arrays["inputs_test"], inputs)
    np.testing.assert_allclose(solution.mean, cross @ np.linalg.solve(covariance, labels))


@pytest.mark.slow
def test_exact_law_and_weights_in_short_runs(system):
    system.check_short_runs()


@pytest.mark.slow
def test_ladder(system, tmp_path):
    check_ladder(system, tmp_path)
