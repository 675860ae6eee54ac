"""One chain of the weights of the features: elliptical slices, some neurons at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from scipy import linalg

from derive.sampling.draws import Array
from derive.sampling.recording import Reading
from derive.theories.networks.samplers.features.model import Examples, Model

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
        angle = generator.uniform(0, 2 * np.pi)
        low, high = angle - 2 * np.pi, angle
        while True:
            cosine, sine = np.cos(angle), np.sin(angle)
            features = model.summed(cosine * across[0] + sine * across[1], self.train)
            gram = rest + features.T @ features
            value = model.log_likelihood(gram)
            if value > level:
                self.weights[neurons] = cosine * here + sine * other
                self.features[neurons] = features
                self.gram, self.value = gram, value
                return
            if high - low < 1e-12:  # back at the present point, to rounding
                return
            low, high = (angle, high) if angle < 0 else (low, angle)
            angle = generator.uniform(low, high)

    def reading(self) -> Reading:
        r"""The readout's overlap and the predictor, both given the weights of the features.

        .. math:: \langle |a|^2 \rangle / N = \sigma_a^2 + \frac{\sigma_a^2}{N} \left[
                  y^\top C^{-1} (C - T)\, C^{-1} y - P + T\, \mathrm{tr}\, C^{-1} \right]
        """
        model = self.model
        root = model.factor(self.gram)
        assert root is not None  # no slice ends where it is none
        inverse = linalg.cho_solve((root, True), np.eye(len(root)), check_finite=False)
        dual = inverse @ model.labels
        explained = model.labels @ dual - model.temperature * dual @ dual
        freedom = len(root) - model.temperature * np.trace(inverse)
        overlap = model.readout * (1 + (explained - freedom) / model.width)
        self.dual = dual
        return (np.array([[overlap]]),), *self._predictor(inverse, dual)

    def along(self) -> Array:
        r"""The readout's projection on the all-ones direction, given the weights last read.

        .. math:: \langle b \rangle = \frac{\sigma_a^2}{N}\, \mathbf 1^\top F\, C^{-1} y
        """
        model = self.model
        return np.array([model.readout / model.width * self.features.sum(axis=0) @ self.dual])

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
        return {
            "weights": [self.weights.copy()],
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.weights = state["weights"][0].copy()
        self.generator.bit_generator.state = state["generator"]
        self._refresh()


def _prior(model: Model, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    return generator.normal(scale=sqrt(model.variance), size=shape)
