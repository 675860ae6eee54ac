"""Actions, saddle equations and predictors of generated modules against formulas.md."""

import numpy as np
import pytest
from small_networks import CHAINS, NETWORKS, random_data, random_overlaps, solver

from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.solver import Solver


def log_det(matrix):
    return np.linalg.slogdet(matrix)[1]


def partial_trace(matrix, heads):
    size = len(matrix) // heads
    return sum(matrix[h * size : (h + 1) * size, h * size : (h + 1) * size] for h in range(heads))


def label_energy(kernel, labels, temperature):
    covariance = kernel + temperature * np.eye(len(labels))
    return log_det(covariance) + labels @ np.linalg.solve(covariance, labels)


def parameters(network):
    """Heads, widths and variances of a chain's hidden layers, the lowest first."""
    layers = network.layers[1:-1]
    heads = [getattr(layer, "heads", 1) for layer in layers]
    widths = [layer.width for layer in network.layers[:-1]]
    variances = [layer.variance for layer in network.layers]
    return heads, widths, variances


def path_kernel(overlap, left, right, scale):
    return scale * np.einsum("pq,mip,niq->mn", overlap, left, right)


def chain_action(network, data, overlaps):
    """S of formulas.md, section 1.2, at U_1, ..., U_L, u_a."""
    heads, widths, variances = parameters(network)
    u_a, top = overlaps[-1][0, 0], variances[-1]
    total = widths[-1] * (u_a / top - np.log(u_a))
    for layer, count in enumerate(heads):
        own, above = overlaps[layer], overlaps[layer + 1]
        quadratic = np.trace(np.linalg.solve(above, partial_trace(own, count)))
        total += widths[layer] * (
            quadratic / variances[layer + 1] - log_det(own) + count * log_det(above)
        )
    scale = variances[0] / (data.attended.shape[1] * np.prod(heads))
    kernel = path_kernel(overlaps[0], data.attended, data.attended, scale)
    return total + label_energy(kernel, data.labels, network.temperature)


def chain_flux(network, data, overlaps):
    """R_1, ..., R_L, r_a of formulas.md, section 1.3, the lowest first."""
    heads, _, variances = parameters(network)
    examples, features, _ = data.attended.shape
    scale = variances[0] / (features * np.prod(heads))
    kernel = path_kernel(overlaps[0], data.attended, data.attended, scale)
    inverse = np.linalg.inv(kernel + network.temperature * np.eye(examples))
    slope = inverse - np.outer(inverse @ data.labels, inverse @ data.labels)
    gradient = scale * np.einsum("mn,mip,niq->pq", slope, data.attended, data.attended)
    flux = [-gradient @ overlaps[0]]
    for count in heads:
        flux.append(partial_trace(flux[-1], count))
    return flux


@pytest.fixture(params=CHAINS, scope="module")
def chain(request):
    network = NETWORKS[request.param]
    data = random_data(network, seed=21)
    return network, data, solver(request.param)


def test_the_action_of_a_chain_at_random_points(chain):
    network, data, found = chain
    problem = found.problem(network, data)
    for seed in range(5):
        overlaps = random_overlaps(found.module, problem, seed)
        scaled, action = found.module.chain_normalisation(overlaps, problem)
        assert action == pytest.approx(chain_action(network, data, scaled), rel=1e-12)


def test_the_papers_overlaps_are_rescaled_ones(chain):
    network, data, found = chain
    solution = found.solve(network, data)
    heads = parameters(network)[0]
    for layer, (scaled, overlap) in enumerate(
        zip(solution.chain_overlaps, solution.overlaps, strict=True)
    ):
        np.testing.assert_allclose(scaled, np.prod(heads[layer:]) * overlap, rtol=1e-13)
    assert solution.action == pytest.approx(
        chain_action(network, data, solution.chain_overlaps), rel=1e-12
    )


def test_the_saddle_of_a_chain_solves_the_flux_equations(chain):
    network, data, found = chain
    overlaps = found.solve(network, data, tolerance=1e-12).chain_overlaps
    heads, widths, variances = parameters(network)
    flux = chain_flux(network, data, overlaps)
    u_a = variances[-1] * (1 + flux[-1][0, 0] / widths[-1])
    assert overlaps[-1][0, 0] == pytest.approx(u_a, rel=1e-9)
    for layer, count in enumerate(heads):
        lifted = np.kron(np.eye(count), overlaps[layer + 1])
        right = variances[layer + 1] * (lifted + lifted @ flux[layer] / widths[layer])
        np.testing.assert_allclose(overlaps[layer], right, rtol=1e-8, atol=1e-9)


def test_the_residual_is_that_of_the_flux_equations(chain):
    network, data, found = chain
    problem = found.problem(network, data)
    overlaps = random_overlaps(found.module, problem, seed=3)
    scaled, _ = found.module.chain_normalisation(overlaps, problem)
    heads, widths, variances = parameters(network)
    worst = 0.0
    # Each equation holds the flux of its own layer, traced down from the exact one of the lowest.
    flux = chain_flux(network, data, scaled)
    for layer, own in enumerate(scaled):
        count = heads[layer] if layer < len(heads) else 1
        above = scaled[layer + 1] if layer < len(heads) else np.eye(1)
        right = variances[layer + 1] * np.kron(np.eye(count), above)
        right = right @ (np.eye(len(own)) + flux[layer] / widths[layer])
        worst = max(worst, np.linalg.norm(own - right) / np.linalg.norm(own))
    assert found.module.saddle_residual(overlaps, problem) == pytest.approx(worst, rel=1e-9)


def residual_action(heads, width, variances, data, overlap, temperature):
    """S of formulas.md, section 2, for residuals around attention layers, one stream throughout.

    Args:
        heads: H_l, the lowest layer first.
        width: N of the stream.
        variances: Of the embedding, the layers, the readout.
        overlap: G, the leading blocks being those of the upper layers.
    """
    total = width * (overlap[0, 0] / variances[-1] + np.log(variances[-1]) - log_det(overlap))
    size = 1
    for count, variance in zip(reversed(heads), reversed(variances[1:-1]), strict=True):
        covariance = variance / count * np.kron(np.eye(count), overlap[:size, :size])
        end = size * (1 + count)
        own = overlap[size:end, size:end]
        total += width * (np.trace(np.linalg.solve(covariance, own)) + log_det(covariance))
        size = end
    assert size == len(overlap)
    kernel = path_kernel(
        overlap, data.attended, data.attended, variances[0] / data.attended.shape[1]
    )
    return total + label_energy(kernel, data.labels, temperature)


@pytest.mark.parametrize("heads", [(3,), (2, 3), (2, 1, 3)])
def test_the_action_of_residuals_at_random_points(heads):
    variances = (*(1.3, 0.8, 1.1, 0.7)[: len(heads) + 1], 1.2)
    bodies = (
        Residual((Attention(count, variance),))
        for count, variance in zip(heads, variances[1:-1], strict=True)
    )
    network = Network((Embedding(30, 1.3), *bodies, Readout(1.2)), 0.4)
    data, found = random_data(network, seed=8), Solver.of(network)
    problem = found.problem(network, data)
    for seed in range(3):
        overlaps = random_overlaps(found.module, problem, seed)
        (overlap,) = overlaps
        expected = residual_action(heads, 30, variances, data, overlap, 0.4)
        assert found.module.action(overlaps, problem) == pytest.approx(expected, rel=1e-12)


def test_linear_layers_are_attention_layers_of_one_head():
    linear = NETWORKS["linear layers"]
    layers = [
        Attention(1, layer.variance, layer.width) if isinstance(layer, Linear) else layer
        for layer in linear.layers
    ]
    attention = Network(tuple(layers), linear.temperature)
    data = random_data(linear, seed=9)
    first = solver("linear layers").solve(linear, data)
    second = Solver.of(attention).solve(attention, data)
    assert first.action == pytest.approx(second.action, rel=1e-13)
    assert first.log_evidence == pytest.approx(second.log_evidence, rel=1e-13)
    np.testing.assert_allclose(first.bottom, second.bottom, rtol=1e-10)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_predictor_is_that_of_a_gaussian_process(name):
    network = NETWORKS[name]
    data = random_data(network, seed=10)
    solution = solver(name).solve(network, data)
    scale = network.layers[0].variance / data.attended.shape[1]
    bottom, train, test = solution.bottom, data.attended, data.attended_test
    covariance = path_kernel(bottom, train, train, scale)
    covariance += network.temperature * np.eye(len(train))
    cross = path_kernel(bottom, test, train, scale)
    own = path_kernel(bottom, test, test, scale)
    explained = cross @ np.linalg.solve(covariance, cross.T)
    np.testing.assert_allclose(solution.mean, cross @ np.linalg.solve(covariance, data.labels))
    np.testing.assert_allclose(solution.variance, np.diag(own - explained))


def test_head_scores_are_those_of_the_theory():
    network = NETWORKS["two attentions"]
    solution = solver("two attentions").solve(network, random_data(network, seed=12))
    strength = np.abs(solution.chain_overlaps[0]).reshape(2, 3, 2, 3)
    lower = [strength[h].sum() + strength[:, :, h].sum() - strength[h, :, h].sum() for h in (0, 1)]
    upper = [
        strength[:, h].sum() + strength[..., h].sum() - strength[:, h, :, h].sum() for h in range(3)
    ]
    expected = np.array(lower + upper) / max(lower + upper)
    np.testing.assert_allclose(solution.head_scores, expected, rtol=1e-12)


def test_head_scores_count_a_skip_as_no_head():
    network = NETWORKS["residual"]
    solution = solver("residual").solve(network, random_data(network, seed=12))
    strength = np.abs(solution.bottom)
    expected = np.array(
        [strength[h].sum() + strength[:, h].sum() - strength[h, h] for h in (1, 2, 3)]
    )
    np.testing.assert_allclose(solution.head_scores, expected / expected.max(), rtol=1e-12)
