"""Chains of the weights of a hidden layer of features, from the description and data alone."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from scipy import linalg

from derive.errors import SamplingError
from derive.sampling.draws import FEATURES, Array, Draws
from derive.sampling.recording import Progress, Reading, generators, record, slice_angles
from derive.theories.networks.description import Network
from derive.theories.networks.description.arrays import expect_shape, real_array
from derive.theories.networks.samplers.features.model import Examples, Model
from derive.threads import one_blas_thread

NEURONS = 4
"""Moved at once: more of them move less in a slice, fewer take longer for a sweep."""


@dataclass(eq=False)
class Chain:
    r"""The state of one chain.

    The prior of the weights is Gaussian: an elliptical slice (Murray, Adams and MacKay 2010)
    leaves the posterior as it is, has no step size, and asks nothing of phi, which may jump. A
    sweep moves every neuron once, in random groups of `NEURONS`, given the others.

    Attributes:
        model: Sizes and labels.
        train: What neurons read of the training examples.
        test: Of the test examples; None where there are none.
        generator: Its own.
        weights: V, shape (N, N_x).
    """

    model: Model
    train: Examples = field(repr=False)
    test: Examples | None = field(repr=False)
    generator: np.random.Generator = field(repr=False)
    weights: Array = field(repr=False)

    def __post_init__(self) -> None:
        self._refresh()

    @classmethod
    def start(
        cls, model: Model, train: Examples, test: Examples | None, generator: np.random.Generator
    ) -> Chain:
        """From the prior."""
        shape = (model.width, train.features)
        return cls(model, train, test, generator, _prior(model, shape, generator))

    def _refresh(self) -> None:
        self.features = self.model.read(self.weights, self.train)
        self.gram = self.features.T @ self.features
        self.value = self.model.log_likelihood(self.gram)

    def sweep(self) -> None:
        """Move every neuron once."""
        self._refresh()  # what is added and taken away does not pile up
        order = self.generator.permutation(len(self.weights))
        for start in range(0, len(order), NEURONS):
            self._slice(order[start : start + NEURONS])

    def _slice(self, neurons: Array) -> None:
        model, generator = self.model, self.generator
        here = self.weights[neurons]
        other = _prior(model, here.shape, generator)
        across = here @ self.train.tokens, other @ self.train.tokens
        rest = self.gram - self.features[neurons].T @ self.features[neurons]
        level = self.value - generator.exponential()
        for angle in slice_angles(generator):
            cosine, sine = np.cos(angle), np.sin(angle)
            features = model.summed(cosine * across[0] + sine * across[1], self.train)
            gram = rest + features.T @ features
            value = model.log_likelihood(gram)
            if value > level:
                self.weights[neurons] = cosine * here + sine * other
                self.features[neurons] = features
                self.gram, self.value = gram, value
                return

    def reading(self) -> Reading:
        r"""The readout's overlap and projection, and the predictor, given the features' weights.

        .. math:: \langle |a|^2 \rangle / N = \sigma_a^2 + \frac{\sigma_a^2}{N} \left[
                  y^\top C^{-1} (C - T)\, C^{-1} y - P + T\, \mathrm{tr}\, C^{-1} \right],
                  \quad \langle b \rangle = \frac{\sigma_a^2}{N}\, \mathbf 1^\top F\, C^{-1} y
        """
        model = self.model
        root = model.factor(self.gram)
        assert root is not None  # no slice ends where it is none
        inverse = linalg.cho_solve((root, True), np.eye(len(root)), check_finite=False)
        dual = inverse @ model.labels
        explained = model.labels @ dual - model.temperature * dual @ dual
        freedom = len(root) - model.temperature * np.trace(inverse)
        overlap = model.readout * (1 + (explained - freedom) / model.width)
        along = model.readout / model.width * self.features.sum(axis=0) @ dual
        predicted = self._predictor(inverse, dual)
        return Reading((np.array([[overlap]]),), *predicted, np.array([along]))

    def _predictor(self, inverse: Array, dual: Array) -> tuple[Array, Array]:
        if self.test is None:
            return np.zeros(0), np.zeros(0)
        model = self.model
        test_features = model.read(self.weights, self.test)
        cross = model.readout / model.width * test_features.T @ self.features
        own = model.readout / model.width * (test_features**2).sum(axis=0)
        return cross @ dual, own - np.einsum("tp,pq,tq->t", cross, inverse, cross)

    def state(self) -> dict[str, Any]:
        """What the chain goes on from."""
        return {"weights": [self.weights.copy()], "generator": self.generator.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.weights = state["weights"][0].copy()
        self.generator.bit_generator.state = state["generator"]
        self._refresh()


def _prior(model: Model, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    return generator.normal(scale=sqrt(model.variance), size=shape)


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
    if test is not None and test.features != train.features:
        raise SamplingError(
            f"inputs_test: {test.features} features, and {train.features} of the training "
            "examples; give as many"
        )
    expect_shape(y, "labels", (len(train.weights),), "give one label per example")
    own, small = generators(draws, chains, seed), model.width * len(y) ** 2 <= ONE_THREAD
    with one_blas_thread() if small else nullcontext():
        walkers = [Chain.start(model, train, test, generator) for generator in own]
        return record(
            walkers, method=FEATURES, draws=draws, burn=draws // 2 if burn is None else burn,
            seed=seed, progress=progress, resume=resume,
        )  # fmt: skip
