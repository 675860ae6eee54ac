"""Deep multi-head attention (arXiv:2405.15926) from files to predictions; formulas.md, 1."""

import numpy as np
import pytest

from derive.theories.networks.description import load_data, load_network
from derive.theories.networks.solver import Solver, load_solution, save_solution

SPEC = """
name = "two attention layers"
temperature = 0.17
[[layers]]
kind = "embedding"
width = 17
variance = 1.3
[[layers]]
kind = "attention"
heads = 2
width = 14
variance = 0.8
[[layers]]
kind = "attention"
heads = 3
width = 11
variance = 1.1
[[layers]]
kind = "readout"
variance = 1.2
token = "last"
"""
HEADS, WIDTHS, VARIANCES, TEMPERATURE = (2, 3), (17, 14, 11), (1.3, 0.8, 1.1, 1.2), 0.17
P, TEST, FEATURES, TOKENS = 7, 5, 4, 6


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=2, keepdims=True))
    return exponentials / exponentials.sum(axis=2, keepdims=True)


def random_arrays(examples, rng):
    queries = [softmax(2 * rng.normal(size=(examples, h, TOKENS, TOKENS))) for h in HEADS]
    return rng.normal(size=(examples, FEATURES, TOKENS)), queries


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Network and data from files, the arrays that are in them, and the solution."""
    folder, rng = tmp_path_factory.mktemp("attention"), np.random.default_rng(41)
    (folder / "spec.toml").write_text(SPEC)
    arrays = {"labels": 2 * rng.normal(size=P)}
    for end, examples in (("", P), ("_test", TEST)):
        inputs, (first, second) = random_arrays(examples, rng)
        arrays |= {f"inputs{end}": inputs, f"attention_1{end}": first, f"attention_2{end}": second}
    np.savez(folder / "data.npz", **arrays)
    network = load_network(folder / "spec.toml")
    data = load_data(folder / "data.npz", network)
    found = Solver.of(network)
    solution = found.solve(network, data)
    save_solution(folder / "solution.npz", solution)
    return arrays, data, found, solution, load_solution(folder / "solution.npz")


def attended(arrays, end):
    """xi^pi = x Omega^1 Omega^2 e_last, shape (P, N_0, H_1, H_2)."""
    return np.einsum(
        "mis,mgst,mht->migh",
        arrays[f"inputs{end}"], arrays[f"attention_1{end}"], arrays[f"attention_2{end}"][..., -1],
    ).reshape(-1, FEATURES, 6)  # fmt: skip


def kernel(overlap, left, right):
    scale = VARIANCES[0] / (FEATURES * 6)
    return scale * np.einsum("pq,mip,niq->mn", overlap, left, right)


def trace_first(matrix, heads):
    size = len(matrix) // heads
    return np.einsum("hihj->ij", matrix.reshape(heads, size, heads, size))


def action(arrays, u_1, u_2, u_a):
    """S of section 1.2, at any order parameters."""
    (n_1, n_2, n_a), (_, s_1, s_2, s_a) = WIDTHS, VARIANCES
    xi, y = attended(arrays, ""), arrays["labels"]
    covariance = kernel(u_1, xi, xi) + TEMPERATURE * np.eye(P)
    log_det = [np.linalg.slogdet(matrix)[1] for matrix in (u_1, u_2, covariance)]
    lower = np.trace(np.linalg.solve(u_2, trace_first(u_1, 2))) / s_1 - log_det[0] + 2 * log_det[1]
    upper = np.trace(trace_first(u_2, 3)) / (s_2 * u_a) - log_det[1] + 3 * np.log(u_a)
    top = u_a / s_a - np.log(u_a)
    energy = log_det[2] + y @ np.linalg.solve(covariance, y)
    return n_a * top + n_1 * lower + n_2 * upper + energy


def test_the_solution_is_a_stationary_point_of_the_published_action(case):
    arrays, _, _, solution, stored = case
    u_1, u_2, u_a = stored["U_1"], stored["U_2"], float(stored["u_a"])
    assert solution.converged
    assert float(stored["action"]) == pytest.approx(action(arrays, u_1, u_2, u_a), rel=1e-12)
    rng, step = np.random.default_rng(42), 1e-4
    for _ in range(5):
        turn_1, turn_2 = rng.normal(size=(6, 6)), rng.normal(size=(3, 3))
        turn_1, turn_2, turn_a = turn_1 + turn_1.T, turn_2 + turn_2.T, rng.normal()

        def along(t, d_1=turn_1, d_2=turn_2, d_a=turn_a):
            return action(arrays, u_1 + t * d_1, u_2 + t * d_2, u_a + t * d_a)

        slope = (along(step) - along(-step)) / (2 * step)
        bend = (along(step) + along(-step) - 2 * along(0)) / step**2
        assert abs(slope) < 1e-5 * bend  # stationary, and a minimum


def test_the_generated_action_is_the_published_one_at_random_points(case):
    arrays, data, found, solution, _ = case
    problem = found.problem(solution.network, data)
    rng = np.random.default_rng(43)
    for _ in range(5):
        roots = (rng.normal(size=(size, 8)) for size in (6, 3, 1))
        u_1, u_2, u_a = (root @ root.T for root in roots)
        overlaps = (u_1 / 6, u_2 / 3, u_a)
        _, value = found.module.chain_normalisation(overlaps, problem)
        assert value == pytest.approx(action(arrays, u_1, u_2, u_a[0, 0]), rel=1e-12)


def test_predictions_are_those_of_the_renormalised_kernel(case):
    arrays, _, _, _, stored = case
    train, test = attended(arrays, ""), attended(arrays, "_test")
    covariance = kernel(stored["U_1"], train, train) + TEMPERATURE * np.eye(P)
    cross, own = kernel(stored["U_1"], test, train), kernel(stored["U_1"], test, test)
    np.testing.assert_allclose(
        stored["mean"], cross @ np.linalg.solve(covariance, arrays["labels"])
    )
    explained = cross @ np.linalg.solve(covariance, cross.T)
    np.testing.assert_allclose(stored["variance"], np.diag(own - explained))


def test_outputs_at_random_weights_have_the_infinite_width_covariance(case):
    """E[U] is the infinite-width point at every width, so sampling at small widths must agree."""
    arrays, data, found, solution, _ = case
    problem = found.problem(solution.network, data)
    expected = found.module.kernel(found.module.infinite_width(problem), problem.attended, problem)
    outputs = random_outputs(arrays, np.random.default_rng(44), 6000)
    errors = np.sqrt((np.diag(expected)[:, None] * np.diag(expected)) / 6000)
    assert np.abs(outputs.T @ outputs / 6000 - expected).max() < 10 * errors.max()
    assert np.abs(expected).max() > 30 * errors.max()


def random_outputs(arrays, rng, samples):
    """f of section 1, forward through the layers, shape (samples, P)."""
    (n_1, n_2, n_a), (s_0, s_1, s_2, s_a) = WIDTHS, VARIANCES
    x, first, second = (arrays[name] for name in ("inputs", "attention_1", "attention_2"))
    outputs = np.zeros((samples, P))
    for sample in range(samples):
        v_0 = np.sqrt(s_0) * rng.normal(size=(n_1, FEATURES))
        v_1 = np.sqrt(s_1) * rng.normal(size=(2, n_2, n_1))
        v_2 = np.sqrt(s_2) * rng.normal(size=(3, n_a, n_2))
        a = np.sqrt(s_a) * rng.normal(size=n_a)
        z = v_0 @ x / np.sqrt(FEATURES)
        z = sum(v_1[h] @ z @ first[:, h] for h in range(2)) / np.sqrt(2 * n_1)
        z = sum(v_2[h] @ z @ second[:, h] for h in range(3)) / np.sqrt(3 * n_2)
        outputs[sample] = z[:, :, -1] @ a / np.sqrt(n_a)
    return outputs
