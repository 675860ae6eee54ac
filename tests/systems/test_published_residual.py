"""Residual attention, z + attention(z), from files to predictions; formulas.md, section 2."""

import numpy as np
import pytest
from sampled_systems import System, check_ladder, energy, log_det, random_positive, slopes

from derive.theories.networks import checks
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Network,
    Readout,
    Residual,
    load_data,
    load_network,
)
from derive.theories.networks.solver import Solver

SPEC = """
name = "residual attention"
temperature = 0.17
[[layers]]
kind = "embedding"
width = 16
variance = 1.3
[[layers]]
kind = "residual"
    [[layers.layers]]
    kind = "attention"
    heads = 2
    variance = 0.8
[[layers]]
kind = "residual"
    [[layers.layers]]
    kind = "attention"
    heads = 3
    variance = 1.1
[[layers]]
kind = "readout"
variance = 1.2
token = "first"
"""
WIDTH, FEATURES, TOKENS, P = 16, 4, 5, 6


def arrays(queries=TOKENS):
    rng = np.random.default_rng(71)
    return {
        "inputs": rng.normal(size=(P, FEATURES, TOKENS)),
        "attention_1": rng.random(size=(P, 2, TOKENS, TOKENS)),
        "attention_2": rng.random(size=(P, 3, TOKENS, queries)),
        "labels": 3 * rng.normal(size=P),
    }


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder, given = tmp_path_factory.mktemp("residual"), arrays()
    (folder / "spec.toml").write_text(SPEC)
    np.savez(folder / "data.npz", **given)
    network = load_network(folder / "spec.toml")
    return given, network, load_data(folder / "data.npz", network), Solver.of(network)


def test_one_order_parameter_of_all_paths_the_skip_before_the_heads(case):
    given, network, data, solver = case
    solution = solver.solve(network, data)
    assert solution.converged
    assert [overlap.shape for overlap in solution.overlaps] == [(12, 12)]  # (1 + 2) (1 + 3)
    x, token = given["inputs"], 0
    first = [np.broadcast_to(np.eye(TOKENS), (P, TOKENS, TOKENS))]
    first += [given["attention_1"][:, h] for h in range(2)]
    second = [np.broadcast_to(np.eye(TOKENS), (P, TOKENS, TOKENS))]
    second += [given["attention_2"][:, h] for h in range(3)]
    expected = [(x @ lower @ upper)[:, :, token] for lower in first for upper in second]
    np.testing.assert_allclose(data.attended, np.stack(expected, axis=2), rtol=1e-12)


def test_at_infinite_width_it_is_block_diagonal(case):
    """(G_above, (sigma^2/H) I (x) G_above), with G_above of the readout alone at first."""
    _, network, data, solver = case
    upper = np.diag([1.2, *[1.1 / 3 * 1.2] * 3])
    expected = np.kron(np.diag([1.0, 0.8 / 2, 0.8 / 2]), upper)
    overlap = solver.at_infinite_width(network, data).bottom
    np.testing.assert_allclose(overlap, expected, rtol=1e-13)


def test_cross_overlaps_of_skip_and_head_paths_are_order_parameters(case):
    """They are there at finite width, vanish as 1/N, and the action depends on them."""
    _, network, data, solver = case
    sizes = []
    for width in (16, 10**4, 10**5):
        overlap = solver.solve(network.with_width(width), data).bottom
        skips, heads = [0], range(4, 12)
        sizes.append(np.abs(overlap[np.ix_(skips, heads)]).max())
    assert sizes[0] > 0.01
    assert sizes[1] / sizes[2] == pytest.approx(10, rel=1e-3)
    problem = solver.problem(network, data)
    overlap = solver.solve(network, data).overlaps[0].copy()
    lowest = solver.module.action((overlap,), problem)
    overlap[0, 4:] = overlap[4:, 0] = 0.0
    assert solver.module.action((overlap,), problem) > lowest + 0.01


def test_outputs_at_random_weights_have_the_infinite_width_covariance(case):
    given, network, data, solver = case
    problem = solver.problem(network, data)
    wide = solver.module.infinite_width(problem)
    expected = solver.module.kernel(wide, problem.attended, problem)
    samples, rng = 6000, np.random.default_rng(72)
    outputs = np.stack([random_output(given, rng) for _ in range(samples)])
    scale = np.sqrt(np.diag(expected)[:, None] * np.diag(expected))
    found = outputs.T @ outputs / samples
    assert np.abs((found - expected) / scale).max() < 10 / np.sqrt(samples)


def random_output(given, rng):
    """f at random weights, forward through the layers, shape (P,)."""

    def weights(variance, *shape):
        return np.sqrt(variance) * rng.normal(size=shape)

    z = weights(1.3, WIDTH, FEATURES) @ given["inputs"] / np.sqrt(FEATURES)
    for name, heads, variance in (("attention_1", 2, 0.8), ("attention_2", 3, 1.1)):
        values = weights(variance, heads, WIDTH, WIDTH)
        added = sum(values[h] @ z @ given[name][:, h] for h in range(heads))
        z = z + added / np.sqrt(heads * WIDTH)
    return z[:, :, 0] @ weights(1.2, WIDTH) / np.sqrt(WIDTH)


def test_attention_for_the_readout_token_alone_leaves_the_skip_the_readout_token(case, tmp_path):
    given, network, data, _ = case
    one = arrays()
    one["attention_2"] = one["attention_2"][..., :1]  # the first token is the readout's
    np.savez(tmp_path / "one.npz", **one)
    found = load_data(tmp_path / "one.npz", network)
    np.testing.assert_allclose(found.attended, data.attended, rtol=1e-12)
    assert given["attention_2"].shape[3] == TOKENS


HEADS = (2, 3)


def by_hand(overlap, data, labels):
    """S of section 2 for two residuals: three weights, one stream, cross overlaps in ln det G.

    Vectors in path order: the readout's (0), those of layer 2 (1 to 3), of layer 1 (4 to 11), each
    head of a layer acting on all vectors above it, skips included.
    """
    first, second = HEADS
    readout, upper, lower = overlap[:1, :1], overlap[1:4, 1:4], overlap[4:, 4:]
    sigma_2 = 1.1 / second * np.kron(np.eye(second), overlap[:1, :1])
    sigma_1 = 0.8 / first * np.kron(np.eye(first), overlap[:4, :4])
    prior = readout[0, 0] / 1.2 + np.log(1.2)
    for sigma, own in ((sigma_2, upper), (sigma_1, lower)):
        prior += np.trace(np.linalg.solve(sigma, own)) + log_det(sigma)
    path = np.einsum("mip,pq,niq->mn", data.of_paths(), overlap, data.of_paths()) * 1.3 / FEATURES
    return WIDTH * (prior - log_det(overlap)) + energy(path + 0.17 * np.eye(P), labels)


def test_the_action_with_cross_overlaps_written_out(case):
    given, network, data, solver = case
    problem, rng = solver.problem(network, data), np.random.default_rng(73)
    for _ in range(4):
        overlap = random_positive(rng, 12)
        found = solver.module.action((overlap,), problem)
        assert found == pytest.approx(by_hand(overlap, data, given["labels"]), rel=1e-11)
    solution = solver.solve(network, data)
    action = lambda overlap: by_hand(overlap, data, given["labels"])  # noqa: E731
    assert slopes(action, [solution.bottom]) < 1e-6


ONE_HEAD = Network(
    (Embedding(7, 1.3), Residual((Attention(1, 0.8),)), Residual((Attention(1, 1.1),)),
     Readout(1.2)), 0.3,
)  # fmt: skip
"""Four vectors, so that a width of seven has a density and short runs see it."""


@pytest.fixture(scope="module")
def system():
    return System.of(ONE_HEAD, tokens=2, seed=74)


@pytest.mark.slow
def test_every_step_and_check_of_two_residuals(system):
    system.certify()
    assert system.solver.solve(ONE_HEAD, system.data).converged
    results = checks.check(ONE_HEAD, digits=20)
    assert {result.verdict for result in results} == {checks.Verdict.AGREES}, results


def test_exact_law_and_weights_in_short_runs(system):
    system.check_short_runs()


@pytest.mark.slow
def test_ladder(system, tmp_path):
    check_ladder(system, tmp_path)
