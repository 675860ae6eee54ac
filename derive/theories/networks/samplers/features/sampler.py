"""Chains of the weights of a hidden layer of features, from the description and data alone."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.sampling.draws import FEATURES, Draws
from derive.sampling.recording import Progress, record
from derive.theories.networks.description import Network
from derive.theories.networks.description.arrays import expect_shape, real_array
from derive.theories.networks.samplers.features.chain import Chain
from derive.theories.networks.samplers.features.model import Examples, Model
from derive.threads import one_blas_thread

ONE_THREAD = 10**8
"""Multiplications of one Gram matrix up to which a single BLAS thread serves."""


def sample_features(
    network: Network,
    inputs: Any,
    labels: Any,
    *,
    inputs_test: Any = None,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 0,
    burn: int | None = None,
    progress: Progress | None = None,
    resume: Draws | None = None,
) -> Draws:
    r"""Draw the weights of a nonlinear hidden layer from their posterior; no theory enters.

    .. math:: p(V \mid y) \propto \mathcal N(V; 0, \sigma_0^2)\,
              \mathcal N\left(y; 0, \tfrac{\sigma_a^2}{N} F^\top F + T\right), \qquad
              F = \phi(V x / \sqrt{N_x})

    The readout is integrated out: the labels are Gaussian given V. Overlap and predictor are kept
    given V, which costs nothing and adds no noise: the posterior mean of the overlap is the mean of
    its draws, and their spread is smaller than that of |a|^2 / N itself.

    Args:
        network: Features with a kernel's name, then a readout; every symbol has a value, the
            temperature is above zero.
        inputs: x, shape (P, N_x, T).
        labels: y, shape (P,).
        inputs_test: Of the test examples, shape (P_*, N_x, T).
        draws: Of each chain, those of `resume` included.
        chains: Independent chains, each from a draw of the prior.
        seed: Of all of them.
        burn: Sweeps of each chain before the first draw; by default half as many as draws.
        progress: Called with the number of sweeps done.
        resume: Earlier draws of the same chains, to go on with.

    Returns:
        The draws; after an interrupt those that were made.

    Raises:
        DescriptionError: A symbol has no value.
        SamplingError: It is no such network, the temperature is zero, or numbers make no sense.
        DataError: Shapes do not fit together, or entries are not finite.

    Source: Murray, Adams and MacKay, AISTATS 2010 (elliptical slices).

    >>> from derive import Readout
    >>> from derive.theories.networks.description import Features
    >>> network = Network((Features(12, "arc-sine", 1.3), Readout(1.2)), 0.1)
    >>> inputs, labels = np.eye(3)[:, :, None], [1.0, -1.0, 2.0]
    >>> draws = sample_features(network, inputs, labels, draws=10, chains=2)
    >>> draws.overlaps[0].shape, draws.means.shape
    ((2, 10, 1, 1), (2, 10, 0))
    """
    y = real_array(labels, "labels")
    model = Model.of(network, y)
    train = Examples.of(network, inputs)
    test = None if inputs_test is None else Examples.of(network, inputs_test, "_test")
    _check(train, test, draws, chains)
    expect_shape(y, "labels", (len(train.weights),), "give one label per example")
    generators = [np.random.default_rng([seed, number]) for number in range(chains)]
    small = model.width * len(y) ** 2 <= ONE_THREAD
    with one_blas_thread() if small else nullcontext():
        walkers = [Chain.start(model, train, test, generator) for generator in generators]
        return record(
            walkers, method=FEATURES, draws=draws, burn=draws // 2 if burn is None else burn,
            seed=seed, progress=progress, resume=resume,
        )  # fmt: skip


def _check(train: Examples, test: Examples | None, draws: int, chains: int) -> None:
    if test is not None and test.features != train.features:
        raise SamplingError(
            f"inputs_test: {test.features} features, and {train.features} of the training "
            "examples; give as many"
        )
    if draws < 1 or chains < 1:
        raise SamplingError(f"draws, chains: {draws} and {chains} given; give whole numbers from 1")
