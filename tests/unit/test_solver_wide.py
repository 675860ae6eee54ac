"""The infinite-width point and the first correction of the order parameters."""

import numpy as np
import pytest
from small_networks import CHAINS, NETWORKS, random_data, solver

from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.solver import Solver


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_has_multiples_of_the_unit_matrix(name):
    network, found = NETWORKS[name], solver(name)
    solution = found.at_infinite_width(network, random_data(network))
    variances = [layer.variance for layer in network.layers]
    for layer, overlap in enumerate(solution.chain_overlaps, start=1):
        expected = np.prod(variances[layer:]) * np.eye(len(overlap))
        np.testing.assert_allclose(overlap, expected, rtol=1e-13)


@pytest.mark.parametrize("heads", [(3,), (2, 3), (3, 1, 2)])
def test_residuals_are_block_diagonal(heads):
    """formulas.md, section 2: (G_above, (sigma^2/H) I (x) G_above), the skip first."""
    variances = (0.8, 1.1, 0.7)[: len(heads)]
    pairs = zip(heads, variances, strict=True)
    bodies = (Residual((Attention(count, variance),)) for count, variance in pairs)
    network = Network((Embedding(40, 1.3), *bodies, Readout(1.2)), 0.4)
    found = Solver.of(network).at_infinite_width(network, random_data(network))
    expected = np.array([[1.2]])
    for count, variance in zip(reversed(heads), reversed(variances), strict=True):
        added = variance / count * np.kron(np.eye(count), expected)
        zero = np.zeros((len(expected), len(added)))
        expected = np.block([[expected, zero], [zero.T, added]])
    assert len(expected) == np.prod([1 + count for count in heads])
    np.testing.assert_allclose(found.bottom, expected, rtol=1e-13)


def test_the_infinite_width_kernel_of_a_residual_sums_over_skip_and_heads():
    network = NETWORKS["residual"]
    data, found = random_data(network, seed=7), solver("residual")
    problem = found.problem(network, data)
    kernel = found.module.kernel(found.module.infinite_width(problem), problem.attended, problem)
    gram = np.einsum("mip,nip->pmn", data.attended, data.attended)
    expected = 1.3 * 1.2 / 5 * (gram[0] + 0.8 / 3 * gram[1:].sum(axis=0))
    np.testing.assert_allclose(kernel, expected, rtol=1e-12)


def test_weights_inside_a_body_multiply_their_variances():
    network = NETWORKS["inner width"]
    overlap = solver("inner width").at_infinite_width(network, random_data(network)).bottom
    np.testing.assert_allclose(overlap, np.diag([1.2, *[1.2 * 1.1 * 0.8 / 2] * 2]), rtol=1e-13)


def test_a_residual_at_the_end_of_a_body_has_paths_that_do_not_stand_side_by_side():
    """The vectors of the inner residual's heads lie in the stream, but no path ends in them."""
    name = "residual ends in residual"
    overlap = solver(name).at_infinite_width(NETWORKS[name], random_data(NETWORKS[name])).bottom
    above = [1.2, *[1.2 * 1.1 / 3] * 3]
    inner = [0.7 * value for value in above]  # the linear layer acts on skip and heads
    expected = [1.2, *[0.8 / 2 * value for value in inner] * 2]
    np.testing.assert_allclose(overlap, np.diag(expected), rtol=1e-13)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_first_correction_is_the_shift_at_large_width(name):
    network, found = NETWORKS[name], solver(name)
    data = random_data(network, seed=2)
    errors = []
    for scale in (100, 1000):
        widths = scaled_widths(network, found, scale)
        options = {
            "widths": widths, "variances": found.problem(network, data).variances,
            "temperature": network.temperature,
        }  # fmt: skip
        solution = found.module.solve(data.attended, data.labels, tolerance=1e-12, **options)
        wide = found.module.infinite_width(solution.problem)
        shifts = found.module.first_correction(solution.problem)
        errors.append(
            max(
                np.linalg.norm(overlap - point - shift) / np.linalg.norm(shift)
                for overlap, point, shift in zip(solution.overlaps, wide, shifts, strict=True)
            )
        )
    assert errors[1] < 0.01
    assert errors[1] == pytest.approx(errors[0] / 10, rel=0.1)


def scaled_widths(network, found, scale):
    """The network's unequal widths, one per stream, times a number."""
    graph = found.derivation.theory.notation.graph
    return tuple(scale * stream.width for stream in graph.streams)


@pytest.mark.parametrize("name", ["one attention", "two attentions", "three attentions"])
def test_the_first_correction_of_a_chain_is_that_of_the_theory(name):
    """formulas.md, section 1.3, last formula."""
    network, found = NETWORKS[name], solver(name)
    data = random_data(network, seed=3)
    problem = found.problem(network, data)
    heads = [layer.heads for layer in network.layers[1:-1]]
    variances = [layer.variance for layer in network.layers]
    widths = [layer.width for layer in network.layers[:-1]]
    prior = np.prod(variances[1:])
    gradient = prior_gradient(network, data, heads, prior, variances[0])
    expected = np.trace(gradient) * np.eye(len(gradient)) / widths[-1]
    traced, above = gradient, 1
    for layer, count in enumerate(heads):
        expected += np.kron(np.eye(above), traced) / widths[layer]
        size = len(traced) // count
        traced = sum(
            traced[h * size : (h + 1) * size, h * size : (h + 1) * size] for h in range(count)
        )
        above *= count
    shift = np.prod(heads) * found.module.first_correction(problem)[0]
    np.testing.assert_allclose(shift, -(prior**2) * expected, rtol=1e-10, atol=1e-12)


def prior_gradient(network, data, heads, prior, input_variance):
    """dE/dU_1 at U_1 = c_1 I."""
    scale = input_variance / (data.attended.shape[1] * np.prod(heads))
    kernel = prior * scale * np.einsum("mip,nip->mn", data.attended, data.attended)
    inverse = np.linalg.inv(kernel + network.temperature * np.eye(len(kernel)))
    dual = inverse @ data.labels
    slope = inverse - np.outer(dual, dual)
    return scale * np.einsum("mn,mip,niq->pq", slope, data.attended, data.attended)


def test_cross_overlaps_of_skip_and_heads_are_there_at_finite_width():
    network = NETWORKS["two residuals"]
    data = random_data(network, seed=4)
    data = Data(data.attended, 3 * data.labels)
    overlap = solver("two residuals").solve(network, data).bottom
    assert overlap.shape == (12, 12)
    assert np.abs(overlap[0, 1:]).max() > 0.02 * overlap[0, 0]
