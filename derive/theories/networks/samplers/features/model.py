r"""One hidden layer whose readout is integrated out: labels given the weights of the features.

With F the features of the N neurons on P examples, summed over tokens as the readout's token says,

.. math:: y \mid V \sim \mathcal N(0, C), \qquad C = \frac{\sigma_a^2}{N} F^\top F + T
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from scipy.linalg import lapack

from derive.errors import SamplingError
from derive.sampling.draws import Array
from derive.theories.networks.description import Features, Network, Readout
from derive.theories.networks.description.attended import path_operators
from derive.theories.networks.description.feature_maps import feature_map
from derive.theories.networks.description.graph import stream_graph, values


@dataclass(frozen=True, eq=False)
class Examples:
    """What neurons read.

    Attributes:
        tokens: Inputs over the root of N_x, shape (N_x, P T).
        weights: Of the tokens, shape (P, T).
    """

    tokens: Array = field(repr=False)
    weights: Array = field(repr=False)

    @classmethod
    def of(cls, network: Network, inputs: Any, suffix: str = "") -> Examples:
        """From inputs (P, N_x, T) and the readout's token.

        Raises:
            DataError: The shape is another, or entries are not finite.
        """
        x, operators, divisor = path_operators(network, inputs, (), suffix=suffix)
        weights = np.broadcast_to(operators[:, :, 0] / divisor, (len(x), x.shape[2]))
        read = np.abs(weights).max(axis=0) > 0
        tokens = x.transpose(1, 0, 2)[:, :, read] / sqrt(x.shape[1])
        return cls(tokens.reshape(x.shape[1], -1), weights[:, read])

    @property
    def features(self) -> int:
        """N_x."""
        return len(self.tokens)


@dataclass(frozen=True, eq=False)
class Model:
    """One hidden layer of features under a readout.

    Attributes:
        width: N.
        variance: sigma_0^2, of the weights of the features.
        readout: sigma_a^2.
        temperature: T.
        phi: The nonlinearity.
        labels: y.
    """

    width: int
    variance: float
    readout: float
    temperature: float
    phi: Callable[[Any], Any] = field(repr=False)
    labels: Array = field(repr=False)

    @classmethod
    def of(cls, network: Network, labels: Array) -> Model:
        """The model of a network whose symbols all have a value.

        Raises:
            DescriptionError: A symbol has none.
            SamplingError: It is no such network, or its temperature is zero.
        """
        first, *between, last = network.layers
        known = feature_map(first.kernel) if isinstance(first, Features) else None
        single = isinstance(last, Readout) and last.outputs == 1 and not last.branched
        if known is None or between or not single:
            raise SamplingError(
                f"layers: {network.describe()} is no hidden layer of known features under a "
                "readout of one output; give features with a kernel's name, then such a readout"
            )
        numbers = values(network, stream_graph(network))
        if not numbers.temperature > 0:
            raise SamplingError(
                "temperature: at zero the posterior lies on a surface; raise the temperature"
            )
        variance, readout = numbers.variances
        (width,) = numbers.widths
        return cls(width, variance, readout, numbers.temperature, known.activation, labels)

    def read(self, weights: Array, examples: Examples) -> Array:
        """F, shape (neurons, P), of weights (neurons, N_x)."""
        return self.summed(weights @ examples.tokens, examples)

    def summed(self, preactivations: Array, examples: Examples) -> Array:
        """F from preactivations, shape (neurons, P T)."""
        features = self.phi(preactivations)
        if examples.weights.shape[1] == 1:
            return np.asarray(features * examples.weights[:, 0])
        shaped = features.reshape(len(features), *examples.weights.shape)
        return np.asarray(np.einsum("npt,pt->np", shaped, examples.weights))

    def factor(self, gram: Array) -> Array | None:
        """The lower Cholesky factor of C, for F^T F; None where C is not positive definite.

        LAPACK is called as it is: these matrices are small, and checks cost more than they do.
        """
        covariance = self.readout / self.width * gram
        covariance.ravel()[:: len(covariance) + 1] += self.temperature
        root, fault = lapack.dpotrf(covariance.T, lower=1, overwrite_a=1)
        return root if fault == 0 else None

    def log_likelihood(self, gram: Array) -> float:
        """ln p(y | V) without its constant; minus infinity where C is not positive definite."""
        root = self.factor(gram)
        if root is None:
            return -np.inf
        rest, _ = lapack.dtrtrs(root, self.labels, lower=1)
        return float(-0.5 * rest @ rest - np.log(root.diagonal()).sum())
