"""Features with a mean: the saddle point over overlaps and projections, against plain minimisation.

The action of section 2.1 of the theory is written here in NumPy, from index sums, over the overlaps
and the projections b of all vectors; nothing of the derivation is in it.
"""

import numpy as np
import pytest
from scipy.optimize import minimize

from derive.errors import DataError, RuleError, SamplingError
from derive.sampling.statistics import estimates
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Data,
    Features,
    Linear,
    Network,
    Readout,
    Residual,
    data_from_arrays,
)
from derive.theories.networks.description.feature_inputs import feature_space
from derive.theories.networks.description.feature_maps import MAPS, kernel_matrix, kernel_mean
from derive.theories.networks.samplers.features import sample_features
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights
from derive.theories.networks.solver import Solver, solve

HEADS, TOKENS = 2, 3
VARIANCES = {"below": 1.3, "between": 0.8, "above": 1.2}


def issue():
    """ReLU features and labels of mean 6."""
    rng = np.random.default_rng(0)
    arrays = {"inputs": rng.normal(size=(30, 30, 1)), "labels": 6 + rng.normal(size=30)}
    network = Network((Features(40, "arc-cosine-1", 1.0), Readout(1.0)), 0.2)
    return network, arrays


def test_the_example_of_the_theory():
    """u = 4.443 (2.811 without projections, 4.33(1) sampled)."""
    network, arrays = issue()
    found = solve(network, data_from_arrays(arrays, network))
    assert found.converged
    assert found.overlaps[0][0, 0] == pytest.approx(4.4431952, abs=1e-6)
    assert found.projections == pytest.approx([11.4805699], abs=1e-5)
    assert found.action == pytest.approx(241.3011923, abs=1e-6)


def without_projections(network, arrays):
    data = data_from_arrays(arrays, network)
    return Data(data.attended, data.labels, data.attended_test)


def test_attended_inputs_of_ones_own_do_not_tell_the_mean():
    """The old answer stays what it was, and says what it lacks."""
    network, arrays = issue()
    found = solve(network, without_projections(network, arrays))
    assert found.converged and found.projections is None
    assert found.overlaps[0][0, 0] == pytest.approx(2.8112157, abs=1e-6)
    assert "the mean of the features is no order parameter of this solution" in found.message
    assert "\n" not in found.message


def task(kernel, heads, mean, seed=1):
    rng = np.random.default_rng(seed)
    arrays = {}
    for end, count in (("", 9), ("_test", 3)):
        arrays["inputs" + end] = rng.normal(size=(count, 4, TOKENS))
        arrays["labels" + end] = mean + rng.normal(size=count)
        if heads:
            arrays["attention_1" + end] = np.abs(rng.normal(size=(count, HEADS, TOKENS, TOKENS)))
    return arrays


def network(kernel, *layers, token="last"):
    return Network((Features(14, kernel, VARIANCES["below"]), *layers, Readout(1.2, token)), 0.3)


NETWORKS = {
    "hidden layer": ((), 0),
    "attention": ((Attention(HEADS, 0.8, 11),), 1),
    "residual": ((Residual((Attention(HEADS, 0.8),)),), 1),
    "linear below a residual": ((Linear(0.7, 12), Residual((Linear(0.8),))), 0),
}


def operators(name, arrays):
    """Of every path and example, what it reads of the tokens: (P, T, M)."""
    last = np.zeros((len(arrays["labels"]), TOKENS, 1))
    last[:, -1] = 1
    if name in ("hidden layer", "linear below a residual"):
        return np.repeat(last, 1 if name == "hidden layer" else 2, axis=2)
    heads = arrays["attention_1"][..., -1].transpose(0, 2, 1)
    return heads if name == "attention" else np.concatenate([last, heads], axis=2)


def extensive(name, overlaps):
    """The width terms of S without that of the lowest stream's volume: theory of section 2."""

    def term(width, block, prior):
        return width * (np.trace(np.linalg.solve(prior, block)) + np.linalg.slogdet(prior)[1])

    lowest = overlaps[0]
    if name == "hidden layer":
        return term(14, lowest, 1.2 * np.eye(1))
    if name == "attention":
        top = overlaps[1]
        total = term(11, top, 1.2 * np.eye(1)) - 11 * np.linalg.slogdet(top)[1]
        return total + term(14, lowest, 0.8 / HEADS * np.kron(np.eye(HEADS), top))
    if name == "residual":
        skip, heads = lowest[:1, :1], lowest[1:, 1:]
        prior = 0.8 / HEADS * np.kron(np.eye(HEADS), skip)
        return term(14, skip, 1.2 * np.eye(1)) + term(14, heads, prior)
    top = overlaps[1]
    total = term(12, top[:1, :1], 1.2 * np.eye(1)) - 12 * np.linalg.slogdet(top)[1]
    total += term(12, top[1:, 1:], 0.8 * top[:1, :1])
    return total + term(14, lowest, 0.7 * top)


def minimised(name, kernel, arrays, start):
    """The overlaps and projections of lowest action, by quasi-Newton steps on all of them."""
    x, omega = arrays["inputs"], operators(name, arrays)
    tokens = x.transpose(0, 2, 1).reshape(-1, 4)
    shape = (len(x), TOKENS, len(x), TOKENS)
    mean = kernel_mean(kernel, tokens, VARIANCES["below"])
    kappa = kernel_matrix(kernel, tokens, tokens, VARIANCES["below"]) - np.outer(mean, mean)
    between = np.einsum("asp,asbt,btq->apbq", omega, kappa.reshape(shape), omega)
    means = np.einsum("as,asp->ap", mean.reshape(shape[:2]), omega)
    sizes = [len(g) for g in start]
    widths = {"attention": (14, 11), "linear below a residual": (14, 12)}.get(name, (14,))

    def unpack(entries):
        found, at = [], 0
        for size in sizes:
            root = np.zeros((size, size))
            root[np.tril_indices(size)] = entries[at : at + size * (size + 1) // 2]
            np.fill_diagonal(root, np.exp(np.diagonal(root)))
            found.append(root @ root.T)
            at += size * (size + 1) // 2
        along = entries[at:]
        across = found[0]
        found[0] = across + np.outer(along, along) / widths[0]
        return found, along, across

    def action(entries):
        overlaps, along, across = unpack(entries)
        covariance = np.einsum("pq,apbq->ab", overlaps[0], between) + 0.3 * np.eye(len(x))
        rest = arrays["labels"] - means @ along
        total = np.linalg.slogdet(covariance)[1] + rest @ np.linalg.solve(covariance, rest)
        return total + extensive(name, overlaps) - widths[0] * np.linalg.slogdet(across)[1]

    guess = []
    for overlap in start:
        root = np.linalg.cholesky(0.9 * overlap)
        np.fill_diagonal(root, np.log(np.diagonal(root)))
        guess.append(root[np.tril_indices(len(root))])
    guess = np.concatenate([*guess, np.ones(sizes[0])])
    for _ in range(6):
        found = minimize(action, guess, method="BFGS", options={"gtol": 1e-9})
        guess = found.x
    overlaps, along, _ = unpack(found.x)
    return overlaps, along, found.fun


FAST = {("hidden layer", "arc-cosine-0"), ("attention", "arc-cosine-1")}
CASES = [
    pytest.param(name, kernel, marks=() if (name, kernel) in FAST else pytest.mark.slow)
    for name in NETWORKS
    for kernel in ("arc-cosine-0", "arc-cosine-1")
]


@pytest.mark.parametrize(("name", "kernel"), CASES)
def test_against_plain_minimisation(name, kernel):
    layers, heads = NETWORKS[name]
    arrays, described = task(kernel, heads, 5.0), network(kernel, *layers)
    solver = Solver.of(described)
    data = data_from_arrays(arrays, described)
    found = solver.solve(described, data)
    assert found.converged, found.message
    prior = solver.module.infinite_width(solver.problem(described, data))
    overlaps, along, action = minimised(name, kernel, arrays, prior)
    ours = solver.module.action(found.overlaps, solver.problem(described, data))
    assert ours == pytest.approx(action, rel=1e-8)
    np.testing.assert_allclose(found.projections, along, rtol=2e-4, atol=2e-4)
    for mine, theirs in zip(found.overlaps, overlaps, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-4, atol=2e-4)
    labels = solve(described, without_projections(described, arrays)).overlaps
    assert abs(labels[0] - found.overlaps[0]).max() > 0.02  # projections matter here


@pytest.mark.parametrize("kernel", ["arc-cosine-0"])
def test_wide_networks_have_the_whole_kernel(kernel):
    """At infinite width b is Gaussian, and integrated: mean, variance and evidence of kappa."""
    arrays, described = task(kernel, 0, 5.0), network(kernel)
    data = data_from_arrays(arrays, described)
    both = np.concatenate([arrays["inputs"], arrays["inputs_test"]])[..., -1]
    kappa = 1.2 * kernel_matrix(kernel, both, both, VARIANCES["below"])
    covariance = kappa[:9, :9] + 0.3 * np.eye(9)
    dual = np.linalg.solve(covariance, arrays["labels"])
    mean = kappa[9:, :9] @ dual
    spread = kappa[9:, 9:] - kappa[9:, :9] @ np.linalg.solve(covariance, kappa[:9, 9:])
    evidence = -(arrays["labels"] @ dual + np.linalg.slogdet(2 * np.pi * covariance)[1]) / 2
    limit = Solver.of(described).at_infinite_width(described, data)
    wide = solve(described.with_width(10**6), data)
    for found, accuracy in ((limit, 1e-10), (wide, 1e-4)):
        np.testing.assert_allclose(found.mean, mean, rtol=accuracy)
        np.testing.assert_allclose(found.variance, np.diagonal(spread), rtol=accuracy)
        assert found.log_evidence == pytest.approx(evidence, rel=accuracy)
    assert "no order parameter" not in limit.message


@pytest.mark.parametrize("kernel", MAPS)
def test_means_lie_in_the_feature_space(kernel):
    arrays, described = task(kernel, 1, 0.0), network(kernel, Attention(HEADS, 0.8, 11))
    space = feature_space(
        described, arrays["inputs"], [arrays["attention_1"]],
        arrays["inputs_test"], [arrays["attention_1_test"]],
    )  # fmt: skip
    if kernel == "arc-sine":
        assert space.mean_direction is None
        return
    for attended, end in ((space.attended, ""), (space.attended_test, "_test")):
        tokens = arrays["inputs" + end].transpose(0, 2, 1)
        means = [kernel_mean(kernel, x, VARIANCES["below"]) for x in tokens]
        omega = arrays["attention_1" + end][..., -1]
        expected = np.einsum("as,ahs->ah", means, omega)
        factor = np.sqrt(VARIANCES["below"] / attended.shape[1])
        ours = factor * np.einsum("i,aih->ah", space.mean_direction, attended)
        np.testing.assert_allclose(ours, expected, rtol=1e-8)
    assert np.linalg.norm(space.mean_direction) < 1


def polynomial(a, b):
    return (1 + a @ b.T / a.shape[1]) ** 2


def with_mean(values):
    def kernel(a, b):
        return polynomial(a, b)

    kernel.mean = values
    return kernel


def test_a_function_of_ones_own_may_declare_a_mean():
    """The constant part of its feature space is one: kappa - 1 stays a kernel."""
    arrays = task(None, 0, 5.0)
    own = network(with_mean(lambda a: np.ones(len(a))))
    found = solve(own, data_from_arrays(arrays, own))
    assert found.converged and found.projections.shape == (1,)
    silent = network(polynomial)
    assert solve(silent, data_from_arrays(arrays, silent)).projections is None
    wrong = network(with_mean(lambda a: 2 + np.ones(len(a))))
    with pytest.raises(DataError, match="are no covariance; mend the mean"):
        data_from_arrays(arrays, wrong)
    shapeless = network(with_mean(lambda a: np.ones(3)))
    with pytest.raises(DataError, match="the mean of the kernel kernel: shape"):
        data_from_arrays(arrays, shapeless)


def test_analyses_without_projections_refuse():
    described = network("arc-cosine-1")
    data = data_from_arrays(task(None, 0, 5.0), described)
    with pytest.raises(RuleError, match="which the scalar theory does not have"):
        scalar_theory(described)
    with pytest.raises(SamplingError, match="does not know the projections"):
        sample_overlaps(Solver.of(described), described, data)
    with pytest.raises(SamplingError, match="takes Gaussian features of mean zero"):
        sample_weights(described, data)


@pytest.mark.slow
def test_every_step_is_certified():
    described = network("arc-cosine-0", Residual((Attention("H", 0.8),)))
    derivation = derive(described)
    assert "projections" in [step.name for step in derivation.steps]
    assert len(derivation.certify(12)) == len(derivation.steps)


def test_more_examples_than_their_features_span():
    """Solved on the axes of the span: the same as by plain minimisation in the hidden layer."""
    kernel = with_mean(lambda a: np.ones(len(a)))
    rng = np.random.default_rng(8)
    inputs = rng.normal(size=(25, 2, 1))  # the polynomial kernel has six features
    labels = 4 + rng.normal(size=25)
    described = Network((Features(14, kernel, 1.3), Readout(1.2)), 0.3)
    data = data_from_arrays({"inputs": inputs, "labels": labels}, described)
    solver = Solver.of(described)
    assert solver.problem(described, data).span is not None
    found = solver.solve(described, data)
    flat, mean = inputs[:, :, 0], np.sqrt(1.3) * np.ones(25)
    covariance = 1.3 * polynomial(flat, flat) - np.outer(mean, mean)

    def action(entries):
        across, b = np.exp(entries[0]), entries[1]
        total = (across + b**2 / 14) * covariance + 0.3 * np.eye(25)
        rest = labels - b * mean
        width = 14 * ((across + b**2 / 14) / 1.2 + np.log(1.2) - np.log(across))
        return width + np.linalg.slogdet(total)[1] + rest @ np.linalg.solve(total, rest)

    best = minimize(action, [0.0, 1.0], method="BFGS", options={"gtol": 1e-8})
    across, b = np.exp(best.x[0]), best.x[1]
    assert found.converged
    assert found.projections == pytest.approx([b], rel=1e-5)
    assert found.overlaps[0][0, 0] == pytest.approx(across + b**2 / 14, rel=1e-5)


def test_identical_paths_and_several_outputs():
    """Merged paths have one projection; an output whose labels have mean zero needs none."""
    arrays = task(None, 1, 5.0, seed=3)
    arrays["attention_1"][:, 1] = arrays["attention_1"][:, 0]
    arrays["attention_1_test"][:, 1] = arrays["attention_1_test"][:, 0]
    described = network("arc-cosine-1", Attention(HEADS, 0.8, 11))
    merged = solve(described, data_from_arrays(arrays, described))
    apart = Attention(1, 0.8, 11)
    alone = {n: a[:, :1] if n.startswith("attention") else a for n, a in arrays.items()}
    single = network("arc-cosine-1", apart)
    one = solve(single, data_from_arrays(alone, single))
    assert merged.converged and merged.projections.shape == (2,)
    assert merged.projections[0] == pytest.approx(merged.projections[1], rel=1e-6)
    assert one.converged and merged.mean == pytest.approx(one.mean, rel=0.2)
    outputs = Network((*described.layers[:-1], Readout(1.2, outputs=2)), 0.3)
    both = {n: np.stack([a, a - 5.0], axis=1) if n.startswith("labels") else a
            for n, a in arrays.items()}  # fmt: skip
    found = solve(outputs, data_from_arrays(both, outputs))
    assert found.converged and found.projections.shape == (4,)
    first, second = abs(found.projections.reshape(2, 2)).sum(axis=0)
    assert first > 5 * second


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["arc-cosine-0", "arc-cosine-1"])
def test_the_sampled_network_nears_the_saddle_point(kernel):
    """From N = 12 to 48 at fixed P/N, labels of a mean that grows like sqrt(N).

    Measured for ReLU (per cent): u -5.3(3), -2.4(2) and b -2.0(3), -0.8(2) at N = 12 and 24.
    """
    gaps = []
    for copies, draws in ((1, 6000), (4, 6000)):
        rng = np.random.default_rng(3)
        small, noise = rng.normal(size=(9, 9)), rng.normal(size=9)
        inputs = np.sqrt(copies) * np.kron(np.eye(copies), small)[:, :, None]
        labels = np.tile(noise, copies) + 3 * np.sqrt(copies)
        described = Network((Features(12 * copies, kernel, 1.3), Readout(1.2)), 0.3)
        saddle = solve(described, data_from_arrays({"inputs": inputs, "labels": labels}, described))
        found = estimates(
            sample_features(described, inputs, labels, draws=draws, chains=2, seed=1)
        )  # fmt: skip
        overlap, along = found["overlaps"], found["projections"]
        assert not overlap.unmixed() and not along.unmixed()
        value, b = saddle.overlaps[0][0, 0], saddle.projections[0]
        gaps.append((overlap.value[0] / value - 1, overlap.error[0] / value))
        assert along.value[0] == pytest.approx(b, rel=0.4 / (12 * copies) + 4 * along.error[0] / b)
    (near, noise), (far, error) = gaps
    assert abs(near) < 1 / 12 + 4 * noise
    assert abs(far) < abs(near) / 2 + 3 * (noise + error)
