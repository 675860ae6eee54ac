"""The exact law of the overlaps against Wishart, Gaussian and Meijer functions of libraries."""

import mpmath
import numpy as np
import pytest
from scipy.stats import multivariate_normal, wishart

from derive.algebra import evaluate
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)

RNG = np.random.default_rng(11)
HEADS = {1: 2, 2: 3}
VARIANCES = {"0": 1.3, "1": 0.8, "2": 1.1, "a": 0.7}
TEMPERATURE = 0.2


def positive(size):
    root = RNG.normal(size=(size, size))
    return root @ root.T / size + 0.3 * np.eye(size)


def values_of(notation, heads):
    """Numbers for every symbol of a network; widths 12, 10, 9, ..."""
    graph = notation.graph
    found = {notation.examples: 4, notation.features: 5, notation.temperature: TEMPERATURE}
    for stream in graph.streams:
        found[notation.width(stream.index)] = 12 - stream.index
        found[notation.overlap(stream.index)] = positive(graph.vectors(stream, heads))
    for weight in graph.weights:
        found[notation.variance(weight.index)] = VARIANCES[notation.letter(weight.index)]
        if weight.branching is not None:
            found[notation.heads(weight.index)] = heads[weight.index]
    found[notation.data()] = RNG.normal(size=(4, 5, graph.block_size(0, heads)))
    found[notation.labels()] = RNG.normal(size=(4, 1))
    return found


def kernel(attended, overlap):
    """K with loops: s_0 / N_0 sum_{pi pi' i} G[pi, pi'] X[mu, i, pi] X[nu, i, pi']."""
    total = np.einsum("mip,pq,niq->mn", attended, overlap, attended)
    return VARIANCES["0"] * total / attended.shape[1]


def log_labels(notation, values, overlap):
    covariance = kernel(values[notation.data()], overlap) + TEMPERATURE * np.eye(4)
    return multivariate_normal.logpdf(values[notation.labels()][:, 0], np.zeros(4), covariance)


def log_density(theory, values):
    return evaluate(theory.law.body + theory.law.constant, values)


def test_the_law_of_a_chain_is_a_tower_of_wishart_laws():
    """Section 1.1, in the normalisation of section 2: G_l | G_{l+1} with N_l degrees of freedom."""
    layers = (Embedding(9, 1.0), Attention(2, 1.0, 8), Attention(3, 1.0, 7), Readout(1.0))
    theory = derive(Network(layers, 0.1)).theory
    notation, heads = theory.notation, (1, 2, 3, 1)
    values = values_of(notation, heads)
    G1, G2, Ga = (values[notation.overlap(k)] for k in range(3))
    expected = log_labels(notation, values, G1)
    scales = (
        (G1, np.kron(np.eye(2), G2) * VARIANCES["1"] / 2, 12),
        (G2, np.kron(np.eye(3), Ga) * VARIANCES["2"] / 3, 11),
        (Ga, np.eye(1) * VARIANCES["a"], 10),
    )
    for overlap, covariance, width in scales:
        expected += wishart.logpdf(overlap, df=width, scale=covariance / width)
    assert log_density(theory, values) == pytest.approx(expected, rel=1e-12)


def test_the_action_of_a_residual_is_that_of_section_2():
    """S = sum_W N_W [tr(Sigma_W^-1 Q_W) + ln det Sigma_W] - sum_s N_s ln det G_s + E(G_bottom)."""
    block = Residual((Attention(2, 1.0),))
    theory = derive(Network((Embedding(9, 1.0), block, block, Readout(1.0)), 0.1)).theory
    notation, heads = theory.notation, (1, 2, 3, 1)
    values = values_of(notation, heads)
    (stream,) = notation.graph.streams
    G = values[notation.overlap(0)]
    assert stream.weights == (3, 2, 1) and G.shape == (12, 12)
    # The skip first: the readout's vector, then three of layer 2, then 2 x 4 of layer 1.
    sigmas = (
        (G[:1, :1], np.eye(1) * VARIANCES["a"]),
        (G[1:4, 1:4], np.kron(np.eye(3), G[:1, :1]) * VARIANCES["2"] / 3),
        (G[4:, 4:], np.kron(np.eye(2), G[:4, :4]) * VARIANCES["1"] / 2),
    )
    N = 12
    expected = -N * np.linalg.slogdet(G)[1]
    for Q, Sigma in sigmas:
        expected += N * (np.trace(np.linalg.solve(Sigma, Q)) + np.linalg.slogdet(Sigma)[1])
    covariance = kernel(values[notation.data()], G) + TEMPERATURE * np.eye(4)
    y = values[notation.labels()][:, 0]
    expected += np.linalg.slogdet(covariance)[1] + y @ np.linalg.solve(covariance, y)
    assert evaluate(theory.action, values) == pytest.approx(expected, rel=1e-12)
    # At finite width N - m - 1 stands for N in the second sum.
    change = log_density(theory, values) + expected / 2 + 13 / 2 * np.linalg.slogdet(G)[1]
    other = {**values, notation.overlap(0): np.eye(12)}
    reference = log_density(theory, other) + evaluate(theory.action, other) / 2
    assert change == pytest.approx(reference, rel=1e-10)


def test_the_predictor_is_that_of_a_gaussian_process():
    layers = (Embedding(9, 1.0), Attention(2, 1.0, 8), Readout(1.0))
    theory = derive(Network(layers, 0.1)).theory
    notation, heads = theory.notation, (1, 2, 1)
    values = values_of(notation, heads)
    test = notation.data(test=True)
    values |= {test.examples: 3, test: RNG.normal(size=(3, 5, 2))}
    every = np.concatenate([values[test], values[notation.data()]])
    K = kernel(every, values[notation.overlap(0)])
    weights = np.linalg.solve(K[3:, 3:] + TEMPERATURE * np.eye(4), K[3:, :3]).T
    mean = evaluate(theory.predictor.mean, values)
    variance = evaluate(theory.predictor.variance, values)
    assert mean[:, 0] == pytest.approx(weights @ values[notation.labels()][:, 0], rel=1e-10)
    assert variance[:, 0] == pytest.approx(np.diag(K[:3, :3] - weights @ K[3:, :3]), rel=1e-10)


def density_at_zero_temperature(theory, width):
    """exp of the exact law of a network without layers, as a function of its overlap."""
    notation = theory.notation
    values = {notation.examples: 2, notation.features: 2, notation.temperature: 0}
    values |= {notation.data(): [[[3], [1]], [[1], [-2]]], notation.labels(): [[2], [-1]]}
    values |= {notation.width(0): width, **{notation.variance(k): "1.25" for k in (0, 1)}}
    law = theory.law.body + theory.law.constant
    return lambda u: mpmath.exp(evaluate(law, {**values, notation.overlap(0): [[u]]}, 20))


def test_the_evidence_of_one_stage_is_a_meijer_function():
    """Section 1.4, zero temperature, every constant kept."""
    theory = derive(Network((Embedding(9, 1.0), Readout(1.0)), 0.0)).theory
    width, examples = 5, 2
    density = density_at_zero_temperature(theory, width)
    with mpmath.workdps(20):
        found = mpmath.quad(density, [0, 1, 4, 16, mpmath.inf])
        gp = mpmath.matrix([[10, 1], [1, 5]]) * mpmath.mpf("1.25") ** 2 / 2
        y = mpmath.matrix([2, -1])
        s = (y.T * mpmath.inverse(gp) * y)[0]
        half = mpmath.mpf(examples) / 2
        meijer = mpmath.meijerg(
            [[], []], [[half, mpmath.mpf(width) / 2], []], s / 2 * mpmath.mpf(width) / 2
        )
        expected = (2 * mpmath.pi) ** -half / mpmath.sqrt(mpmath.det(gp)) * (s / 2) ** -half
        expected *= meijer / mpmath.gamma(mpmath.mpf(width) / 2)
        assert abs(found / expected - 1) < mpmath.mpf(10) ** -12


def test_a_linear_layer_is_a_layer_of_one_head():
    """The same law, symbol by symbol, but for the head count."""
    first = derive(Network((Embedding(9, 1.0), Linear(1.0, 8), Readout(1.0)), 0.1)).theory
    heads = derive(Network((Embedding(9, 1.0), Attention(1, 1.0, 8), Readout(1.0)), 0.1)).theory
    one = {heads.notation.heads(1): 1}
    values = values_of(first.notation, (1, 1, 1))
    with_heads = {**values, **one}
    with_heads[heads.notation.overlap(0)] = values[first.notation.overlap(0)]
    with_heads[heads.notation.data()] = values[first.notation.data()]
    found = log_density(heads, with_heads)
    assert found == pytest.approx(log_density(first, values), rel=1e-13)
