"""Attended inputs in a kernel's feature space: against random features, and refused in one line."""

import numpy as np
import pytest

from derive.errors import DataError, DescriptionError
from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Features,
    Linear,
    Network,
    Readout,
    Residual,
    data_from_arrays,
    feature_inputs,
    forward,
)
from derive.theories.networks.description import kernel_factor as kernel_factor_module
from derive.theories.networks.description.feature_maps import MAPS, kernel_matrix
from derive.theories.networks.samplers.weights import sample_weights
from derive.theories.networks.solver import solve

P, TEST, FEATURES, TOKENS, HEADS = 4, 2, 3, 3, 2
VARIANCE = 1.4


def network(*layers, kernel="arc-cosine-1", token="last", width=6):
    return Network((Features(width, kernel, VARIANCE), *layers, Readout(1.2, token)), 0.3)


ATTENTION = Attention(HEADS, 0.8, 7)


def arrays(seed=1, attention=True):
    rng = np.random.default_rng(seed)
    found = {}
    for end, count in (("", P), ("_test", TEST)):
        found["inputs" + end] = rng.normal(size=(count, FEATURES, TOKENS))
        found["labels" + end] = rng.normal(size=count)
        if attention:
            found["attention_1" + end] = rng.normal(size=(count, HEADS, TOKENS, TOKENS))
    return found


def products(data, variance=VARIANCE):
    """sigma_0^2 xi . xi' / N_0 of all examples along all paths, (P + P*, M, P + P*, M)."""
    both = np.concatenate([data.attended, data.attended_test])
    return variance * np.einsum("air,bis->arbs", both, both) / both.shape[1]


@pytest.mark.parametrize("kernel", MAPS)
def test_products_are_sums_over_pairs_of_tokens(kernel):
    given = arrays()
    data = data_from_arrays(given, network(ATTENTION, kernel=kernel))
    x = np.concatenate([given["inputs"], given["inputs_test"]])
    omega = np.concatenate([given["attention_1"], given["attention_1_test"]])[..., -1]
    expected = np.zeros((P + TEST, HEADS, P + TEST, HEADS))
    for i in range(P + TEST):
        for j in range(P + TEST):
            between = kernel_matrix(kernel, x[i].T, x[j].T, VARIANCE)
            expected[i, :, j] = omega[i] @ between @ omega[j].T
    np.testing.assert_allclose(products(data), expected, rtol=1e-10, atol=1e-12)
    assert data.attended.shape == (P, (P + TEST) * HEADS, HEADS)


@pytest.mark.parametrize("kernel", MAPS)
def test_attention_above_features_against_random_features(kernel):
    """The prior covariance of the outputs of a plain network, at narrow widths: exact in the mean.

    40000 networks; every entry within five standard errors.
    """
    given, described = arrays(2), network(ATTENTION, kernel=kernel)
    rng, count = np.random.default_rng(5), 40_000
    x, omega = given["inputs"], given["attention_1"]
    first = rng.normal(scale=np.sqrt(VARIANCE), size=(count, 6, FEATURES))
    z = MAPS[kernel].activation(np.einsum("cnf,pft->cpnt", first, x) / np.sqrt(FEATURES))
    attended = np.einsum("cpns,phs->cphn", z, omega[..., -1])
    second = rng.normal(scale=np.sqrt(0.8), size=(count, HEADS, 7, 6))
    top = np.einsum("chan,cphn->cpa", second, attended) / np.sqrt(HEADS * 6)
    readout = rng.normal(scale=np.sqrt(1.2), size=(count, 7))
    outputs = np.einsum("ca,cpa->cp", readout, top) / np.sqrt(7)
    several = outputs[:, :, None] * outputs[:, None, :]
    data = data_from_arrays(given, described)
    expected = 1.2 * 0.8 / HEADS * np.einsum("ahbh->ab", products(data))[:P, :P]
    error = several.std(axis=0) / np.sqrt(count)
    assert (np.abs(several.mean(axis=0) - expected) < 5 * error).all()


def test_the_forward_pass_applies_the_nonlinearity():
    described = network(kernel="arc-cosine-1", token="mean", width=2)
    weights = [[[[1.0, 2.0, -1.0], [-3.0, 0.5, 1.0]]], [[[2.0, 5.0]]]]
    x = [[1.0, -1.0], [0.5, 1.0], [2.0, 0.0]]
    h = np.array(weights[0][0]) @ np.array(x) / np.sqrt(3)
    expected = np.array([2.0, 5.0]) @ np.maximum(h, 0).mean(axis=1) / np.sqrt(2)
    assert forward(described, weights, x, []) == pytest.approx(expected)
    squared = forward(described, weights, x, [], nonlinearity=lambda h: h * h)
    assert squared == pytest.approx(np.array([2.0, 5.0]) @ (h**2).mean(axis=1) / np.sqrt(2))
    own = network(kernel=dot, width=2)
    with pytest.raises(DescriptionError, match="a given kernel does not tell its features"):
        forward(own, weights, x, [])


def dot(a, b):
    return a @ b.T / a.shape[1]


@pytest.mark.parametrize(
    "layers",
    [
        (),
        pytest.param((Linear(0.7, 9),), marks=pytest.mark.slow),
        pytest.param((ATTENTION,), marks=pytest.mark.slow),
        (Residual((Attention(HEADS, 0.8),)),),
    ],
    ids=["none", "linear", "attention", "residual"],
)
def test_the_linear_kernel_is_an_embedding(layers):
    """The whole theory at finite width, its predictor included, with another layer below."""
    given = arrays(3, attention=any(layer not in (Linear(0.7, 9),) for layer in layers))
    described = network(*layers, kernel=dot)
    linear = Network((Embedding(6, VARIANCE), *layers, Readout(1.2)), 0.3)
    ours = solve(described, data_from_arrays(given, described))
    theirs = solve(linear, data_from_arrays(given, linear))
    assert ours.converged and theirs.converged
    assert ours.action == pytest.approx(theirs.action, rel=1e-9)
    assert ours.log_evidence == pytest.approx(theirs.log_evidence, rel=1e-9)
    np.testing.assert_allclose(ours.bottom, theirs.bottom, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.variance, theirs.variance, rtol=1e-6, atol=1e-8)


def test_the_rank_takes_the_place_of_the_features():
    given = arrays(4, attention=False)
    data = data_from_arrays(given, network(kernel=dot))
    assert data.attended.shape == (P, FEATURES, 1)
    assert data.attended_test.shape == (TEST, FEATURES, 1)
    data = data_from_arrays(given, network(kernel="arc-sine"))
    assert data.attended.shape == (P, P + TEST, 1)


def test_training_examples_do_not_depend_on_test_examples():
    given = arrays(5)
    described = network(ATTENTION, kernel="arc-sine")
    alone = {name: array for name, array in given.items() if not name.endswith("_test")}
    few, many = (solve(described, data_from_arrays(a, described)) for a in (alone, given))
    assert few.action == pytest.approx(many.action, rel=1e-9)
    assert few.mean is None


def test_blocks_of_examples_change_nothing(monkeypatch):
    given = arrays(6)
    whole = data_from_arrays(given, network(ATTENTION))
    monkeypatch.setattr(kernel_factor_module, "BLOCK", 20)
    np.testing.assert_allclose(
        products(data_from_arrays(given, network(ATTENTION))), products(whole), atol=1e-13
    )


def test_notes_say_that_the_theory_is_of_gaussian_features():
    (note,) = data_from_arrays(arrays(), network(ATTENTION)).notes
    assert "the kernel arc-cosine-1" in note and "Gaussian features" in note
    attended = {"attended": np.ones((P, 5, HEADS)), "labels": np.ones(P)}
    assert "feature space" in data_from_arrays(attended, network(ATTENTION)).notes[1]


def wrong_kernels():
    return {
        "not symmetric": (lambda a, b: np.cumsum(np.ones((len(a), len(b))), 1), "not symmetric"),
        "not positive": (lambda a, b: -dot(a, b), "is not positive semidefinite"),
        "zero": (lambda a, b: np.zeros((len(a), len(b))), "vanishes on all examples"),
        "shape": (lambda a, b: np.zeros(3), "shape (3,), expected (4, 4)"),
    }


@pytest.mark.parametrize(("kernel", "text"), wrong_kernels().values(), ids=wrong_kernels())
def test_what_is_no_kernel_is_refused_in_one_line(kernel, text):
    with pytest.raises(DataError) as caught:
        data_from_arrays(arrays(attention=False), network(kernel=kernel))
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_a_kernel_beyond_memory_is_refused_with_the_number_before_it_is_built():
    inputs = np.broadcast_to(0.5, (200_000, FEATURES, TOKENS))
    given = {"inputs": inputs, "labels": np.ones(200_000)}
    with pytest.raises(DataError) as caught:
        data_from_arrays(given, network(kernel="arc-sine"))
    assert "200000 examples along 1 paths needs 1920.0 GB, at most 4 GB" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"inputs_test": np.ones((TEST, 4, TOKENS))}, "inputs_test: 4 features, and 3 of"),
        ({"inputs": np.ones((P, FEATURES))}, "inputs: shape (4, 3), expected (P, N_0, T)"),
        ({"labels": np.ones(3)}, "labels: shape (3,), expected (4,)"),
        ({"inputs": np.full((P, FEATURES, TOKENS), 1e200)}, "scale the inputs down"),
    ],
)
def test_wrong_data_are_refused_in_one_line(change, text):
    with pytest.raises(DataError) as caught:
        data_from_arrays(arrays(attention=False) | change, network(kernel="arc-cosine-1"))
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_the_variance_must_have_a_value():
    described = Network((Features(9, kernel="arc-sine", variance="s"), Readout(1.0)), 0.1)
    with pytest.raises(DataError, match=r"the symbol s; give one with --set s=VALUE"):
        data_from_arrays(arrays(attention=False), described)


def test_a_first_layer_without_a_kernel_has_no_feature_space():
    with pytest.raises(DescriptionError, match="the first layer has no kernel"):
        feature_inputs(Network((Embedding(3, 1.0), Readout(1.0)), 0.1), arrays()["inputs"])


def test_data_of_another_variance_are_refused():
    """The arc-sine kernel is not proportional to the variance: old data would be silently wrong."""
    given = arrays(attention=False)
    data = data_from_arrays(given, network(kernel="arc-sine"))
    other = Network((Features(6, "arc-sine", 2.0), Readout(1.2)), 0.3)
    for wrong in (lambda: solve(other, data), lambda: sample_weights(other, data, draws=4)):
        with pytest.raises(DataError, match=r"taken at variance 1\.4 of the first layer"):
            wrong()
    assert solve(network(kernel="arc-sine"), data).converged
    assert solve(other, Data(data.attended, data.labels)).converged  # attended inputs of one's own


def test_homogeneous_kernels_may_change_their_variance():
    given = arrays(attention=False)
    data = data_from_arrays(given, network(kernel="arc-cosine-1"))
    other = Network((Features(6, "arc-cosine-1", 2.0), Readout(1.2)), 0.3)
    again = solve(other, data_from_arrays(given, other))
    assert solve(other, data).action == pytest.approx(again.action, rel=1e-9)
