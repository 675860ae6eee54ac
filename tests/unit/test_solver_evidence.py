"""Log evidences with every constant: infinite width, exact law of one head, symmetries."""

from dataclasses import replace
from functools import cache

import mpmath
import numpy as np
import pytest
from small_networks import NETWORKS, random_data, solver

from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.solver import Solver


def gaussian_log_evidence(covariance, labels):
    _, log_det = np.linalg.slogdet(covariance)
    quadratic = labels @ np.linalg.solve(covariance, labels)
    return -(quadratic + log_det + len(labels) * np.log(2 * np.pi)) / 2


def wide_covariance(found, network, data):
    problem = found.problem(network, data)
    kernel = found.module.kernel(found.module.infinite_width(problem), problem.attended, problem)
    return kernel + network.temperature * np.eye(len(data.labels))


@pytest.mark.parametrize("name", NETWORKS)
def test_at_huge_width_the_evidence_is_that_of_a_gaussian_process(name):
    network, found = NETWORKS[name], solver(name)
    data = random_data(network, seed=2)
    exact = gaussian_log_evidence(wide_covariance(found, network, data), data.labels)
    distances = {}
    for width in (10**3, 10**4, 10**5):
        solution = found.solve(network.with_width(width), data)
        distances[width] = (solution.log_evidence - exact) * width
    assert 0 < distances[10**5] < 20
    assert distances[10**4] == pytest.approx(distances[10**5], rel=3e-3)
    assert distances[10**3] == pytest.approx(distances[10**5], rel=3e-2)


def exact_log_evidence(s, examples, widths, log_det):
    """formulas.md, section 1.4: zero temperature, one head, any widths."""
    with mpmath.workdps(30):
        halves = [mpmath.mpf(width) / 2 for width in widths]
        half = mpmath.mpf(examples) / 2
        argument = mpmath.mpf(s) / 2 * mpmath.fprod(halves)
        value = -half * mpmath.log(2 * mpmath.pi) - mpmath.mpf(log_det) / 2
        value -= half * mpmath.log(mpmath.mpf(s) / 2) + sum(map(mpmath.loggamma, halves))
        meijer = mpmath.meijerg([[], []], [[half, *halves], []], argument)
        return float(value + mpmath.log(meijer))


ONE_HEAD = {
    1: (Embedding(1, 1.3),),
    2: (Embedding(1, 1.3), Attention(1, 0.8, 1)),
    3: (Embedding(1, 1.3), Linear(0.8, 1), Attention(1, 1.1, 1)),
}


@cache
def one_head_module(stages):
    return Solver.of(Network((*ONE_HEAD[stages], Readout(1.2)), 0.0)).module


def both_evidences(stages, examples, scale):
    """The program's and the exact log evidence at widths that grow with `scale`."""
    rng = np.random.default_rng(3)
    attended = (
        np.sqrt(examples) * np.linalg.qr(rng.normal(size=(examples, examples)))[0][:, :, None]
    )
    labels = np.sqrt(2.7) * np.resize([1.0, -1.0, 2.0], examples)
    widths = [scale * width for width in (10.3, 12.7, 8.1)][:stages]
    variances = (*(layer.variance for layer in ONE_HEAD[stages]), 1.2)
    found = one_head_module(stages).solve(
        attended, labels, widths=widths, variances=variances, temperature=0.0
    )
    assert found.converged
    prior = np.prod(variances)  # the kernel is the unit matrix times this
    exact = exact_log_evidence(labels @ labels / prior, examples, widths, examples * np.log(prior))
    return found.log_evidence, exact


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_at_fixed_examples_the_evidence_approaches_the_exact_one_as_one_over_n(stages):
    distances = {}
    for scale in (10, 100, 1000):
        found, exact = both_evidences(stages, 5, scale)
        distances[scale] = (found - exact) * scale
    assert distances[100] == pytest.approx(distances[1000], rel=0.1)
    assert distances[10] == pytest.approx(distances[1000], rel=0.6)


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_in_the_proportional_limit_the_evidence_is_extensively_exact(stages):
    """What is dropped does not grow: the distance per example vanishes."""
    distances = []
    for scale in (1, 2, 4, 8):
        found, exact = both_evidences(stages, 6 * scale, scale)
        distances.append((found - exact) / (6 * scale))
    assert 0 < distances[-1] < 0.06
    for wide, narrow in zip(distances[1:], distances, strict=False):
        assert wide == pytest.approx(narrow / 2, rel=0.15)


def with_equal_heads(data, copies, skip=False):
    """Every path but a leading skip repeated: heads that attend alike."""
    first = 1 if skip else 0
    repeated = np.repeat(data.attended[:, :, first:], copies, axis=2)
    return Data(np.concatenate([data.attended[:, :, :first], repeated], axis=2), data.labels)


def test_heads_that_attend_alike_are_one_linear_layer():
    """A sum of Gaussian weights is a Gaussian weight: the evidences agree, constants included."""
    one = Network((Embedding(7, 1.3), Linear(0.8, 9), Readout(1.2)), 0.31)
    four = Network((Embedding(7, 1.3), Attention(4, 0.8, 9), Readout(1.2)), 0.31)
    data = random_data(one, seed=4)
    first, second = Solver.of(one), Solver.of(four)
    single = first.solve(one, data)
    several = second.solve(four, with_equal_heads(data, 4))
    assert several.log_evidence == pytest.approx(single.log_evidence, rel=1e-12)
    assert several.bottom.sum() == pytest.approx(single.bottom[0, 0], rel=1e-9)


def test_heads_in_a_residual_that_attend_alike_are_one():
    def network(heads):
        return Network((Embedding(8, 1.3), Residual((Attention(heads, 0.8),)), Readout(1.2)), 0.31)

    data = random_data(network(1), seed=4)
    single = Solver.of(network(1)).solve(network(1), data)
    several = Solver.of(network(3)).solve(network(3), with_equal_heads(data, 3, skip=True))
    assert several.log_evidence == pytest.approx(single.log_evidence, rel=1e-12)


def test_the_evidence_of_a_chain_knows_the_product_of_variances_alone():
    network = NETWORKS["two attentions"]
    data = random_data(network, seed=5)
    found = solver("two attentions")
    layers = [
        replace(layer, variance=layer.variance * factor)
        for layer, factor in zip(network.layers, (2.0, 0.25, 4.0, 0.5), strict=True)
    ]
    moved = found.solve(Network(tuple(layers), network.temperature), data)
    plain = found.solve(network, data)
    assert moved.log_evidence == pytest.approx(plain.log_evidence, rel=1e-12)
    np.testing.assert_allclose(moved.bottom, plain.bottom / 2, rtol=1e-8, atol=1e-10)


def test_exchanged_heads_exchange_the_overlaps():
    network = NETWORKS["two attentions"]
    data = random_data(network, seed=6)
    found = solver("two attentions")
    order = [3, 5, 4, 0, 2, 1]  # layer 1: heads exchanged; layer 2: heads 2 and 3 exchanged
    shuffled = Data(data.attended[:, :, order], data.labels)
    plain, moved = found.solve(network, data), found.solve(network, shuffled)
    assert moved.log_evidence == pytest.approx(plain.log_evidence, rel=1e-12)
    np.testing.assert_allclose(moved.bottom, plain.bottom[np.ix_(order, order)], atol=1e-8)
