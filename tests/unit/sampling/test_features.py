"""The sampled nonlinear network: against importance sampling, and near the saddle point."""

import numpy as np
import pytest
from scipy import stats

from derive.errors import DataError, SamplingError
from derive.sampling.draws import FEATURES
from derive.sampling.statistics import estimates
from derive.theories.networks.description import (
    Embedding,
    Features,
    Linear,
    Network,
    Readout,
    data_from_arrays,
)
from derive.theories.networks.samplers.features import sample_features
from derive.theories.networks.samplers.files import load_draws, save_draws
from derive.theories.networks.solver import solve

P, TEST, INPUTS = 3, 2, 2


def network(kernel, width=5, token="last", temperature=0.2):
    return Network((Features(width, kernel, 1.3), Readout(0.8, token)), temperature)


def data(tokens=1, examples=P, features=INPUTS, seed=7):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(examples + TEST, features, tokens))
    return inputs[:examples], 1.5 * rng.normal(size=examples), inputs[examples:]


PHI = {
    "arc-sine": lambda h: 2 * stats.norm.cdf(np.sqrt(2) * h) - 1,
    "arc-cosine-0": lambda h: (h > 0) * 1.0,
    "arc-cosine-1": lambda h: h * (h > 0),
}


def importance(kernel, token, given, count=100_000):
    """Posterior means of |a|^2/N, f_* and f_*^2 from the prior of all weights, a included.

    Nothing is integrated out: weights of the likelihood of the labels given a and V.
    """
    inputs, labels, tests = given
    rng = np.random.default_rng(8)
    first = rng.normal(scale=np.sqrt(1.3), size=(count, 5, INPUTS))
    readout = rng.normal(scale=np.sqrt(0.8), size=(count, 5))

    def outputs(x):
        z = PHI[kernel](np.einsum("cnf,pft->cnpt", first, x) / np.sqrt(INPUTS))
        z = z.mean(-1) if token == "mean" else z[..., -1]
        return np.einsum("cn,cnp->cp", readout, z) / np.sqrt(5)

    log = -((labels - outputs(inputs)) ** 2).sum(1) / (2 * 0.2)
    weight = np.exp(log - log.max())
    star = outputs(tests)
    values = np.column_stack([(readout**2).mean(1), star, star**2])
    mean = weight @ values / weight.sum()
    error = np.sqrt((weight**2) @ (values - mean) ** 2) / weight.sum()
    return mean, error


@pytest.mark.parametrize(
    ("kernel", "token"),
    [
        ("arc-sine", "last"),
        pytest.param("arc-cosine-0", "last", marks=pytest.mark.slow),
        ("arc-cosine-1", "mean"),
    ],
)
def test_means_are_those_of_importance_sampling(kernel, token):
    """Within 4.5 errors of both; the integrated readout is not used on the other side."""
    given = data(tokens=2)
    expected, noise = importance(kernel, token, given)
    found = sample_features(
        network(kernel, token=token), given[0], given[1],
        inputs_test=given[2], draws=1500, chains=2, seed=1,
    )  # fmt: skip
    ours = estimates(found)
    square = found.variances + found.means**2
    values = [ours["overlaps"].value, ours["mean"].value, square.mean(axis=(0, 1))]
    size = min(ours[name].sample_size for name in ("overlaps", "mean"))
    errors = [ours["overlaps"].error, ours["mean"].error, square.std(axis=(0, 1)) / np.sqrt(size)]
    gap = np.abs(np.concatenate(values) - expected)
    assert (gap < 4.5 * np.hypot(np.concatenate(errors), noise)).all()
    assert ours["overlaps"].r_hat < 1.02


@pytest.mark.parametrize(
    "kernel", [pytest.param("arc-sine", marks=pytest.mark.slow), "arc-cosine-1"]
)
def test_a_short_run_is_near_the_saddle_point(kernel):
    """N = 40, P = 30: within the Monte Carlo error and 1 percent.

    Longer runs (tests/limits/test_nonlinear_features.py, the example) find a few tenths of it.
    """
    described = network(kernel, width=40)
    inputs, labels, _ = data(examples=30, features=30)
    saddle = solve(described, data_from_arrays({"inputs": inputs, "labels": labels}, described))
    found = sample_features(described, inputs, labels, draws=400, chains=2, seed=2)
    ours = estimates(found)["overlaps"]
    assert ours.r_hat < 1.05
    value = saddle.overlaps[0][0, 0]
    assert abs(ours.value[0] - value) < 4 * ours.error[0] + 0.01 * value
    assert value > 1.15 * 0.8  # far from the prior, where there would be nothing to see


def test_draws_go_on_and_are_kept(tmp_path):
    inputs, labels, tests = data()
    described = network("arc-sine")
    options = {"inputs_test": tests, "chains": 2, "burn": 3, "seed": 5}
    whole = sample_features(described, inputs, labels, draws=12, **options)
    part = sample_features(described, inputs, labels, draws=5, **options)
    save_draws(tmp_path / "draws.npz", part)
    again = load_draws(tmp_path / "draws.npz")
    rest = sample_features(described, inputs, labels, draws=12, resume=again, **options)
    np.testing.assert_allclose(rest.overlaps[0], whole.overlaps[0], rtol=1e-9)
    np.testing.assert_allclose(rest.means, whole.means, rtol=1e-8, atol=1e-10)
    assert rest.method == FEATURES and rest.means.shape == (2, 12, TEST)


def test_the_overlap_is_that_of_the_readout_given_the_features():
    """Its closed form against draws of the readout from its Gaussian conditional."""
    from derive.theories.networks.samplers.features.model import Examples, Model
    from derive.theories.networks.samplers.features.sampler import Chain

    inputs, labels, _ = data()
    described = network("arc-cosine-1")
    train = Examples.of(described, inputs)
    chain = Chain.start(Model.of(described, labels), train, None, np.random.default_rng(1))
    (overlap,) = chain.reading().overlaps
    precision = np.eye(5) / 0.8 + chain.features @ chain.features.T / 5 / 0.2
    covariance = np.linalg.inv(precision)
    mean = covariance @ chain.features @ labels / np.sqrt(5) / 0.2
    assert overlap[0, 0] == pytest.approx((mean @ mean + np.trace(covariance)) / 5, rel=1e-12)


def refused():
    inputs, labels, _ = data()
    linear = Network((Embedding(5, 1.0), Readout(1.0)), 0.1)
    deep = Network((Features(5, "arc-sine", 1.0), Linear(1.0, 5), Readout(1.0)), 0.1)
    own = network(lambda a, b: a @ b.T)
    text = "no hidden layer of known features under a readout of one output"
    return {
        "linear": (linear, inputs, labels, {}, text),
        "deep": (deep, inputs, labels, {}, text),
        "given kernel": (own, inputs, labels, {}, text),
        "cold": (network("arc-sine", temperature=0.0), inputs, labels, {}, "raise the temperature"),
        "labels": (network("arc-sine"), inputs, labels[:2], {}, "shape (2,), expected (3,)"),
        "tests": (
            network("arc-sine"), inputs, labels, {"inputs_test": np.ones((2, 5, 1))},
            "inputs_test: 5 features, and 2 of",
        ),
        "inputs": (network("arc-sine"), inputs[:, :, 0], labels, {}, "expected (P, N_0, T)"),
        "draws": (network("arc-sine"), inputs, labels, {"draws": 0}, "draws, chains: 0 and 4"),
        "burn": (network("arc-sine"), inputs, labels, {"burn": -1}, "burn: -1 given"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("described", "inputs", "labels", "options", "text"), refused().values(), ids=refused()
)
def test_wrong_calls_are_refused_in_one_line(described, inputs, labels, options, text):
    with pytest.raises((SamplingError, DataError)) as caught:
        sample_features(described, inputs, labels, **options)
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_samplers_of_gaussian_features_say_so(tmp_path):
    """Their laws are not those of the nonlinear network."""
    from derive.theories.networks.samplers.overlaps import sample_overlaps
    from derive.theories.networks.samplers.weights import sample_weights
    from derive.theories.networks.solver import Solver

    described = network("arc-sine")
    inputs, labels, _ = data()
    given = data_from_arrays({"inputs": inputs, "labels": labels}, described)
    weights = sample_weights(described, given, draws=4, chains=2)
    overlaps = sample_overlaps(Solver.of(described), described, given, draws=4, chains=2, burn=1)
    for found in (weights, overlaps):
        save_draws(tmp_path / "draws.npz", found)
        assert "Gaussian features, exact for these alone" in load_draws(tmp_path / "draws.npz").note
    assert sample_features(described, inputs, labels, draws=4, chains=2).note == ""
