r"""One chain of weights: block Gibbs sweeps, and moves that no label sees.

One weight tensor given all others and the labels is Gaussian. With f = Phi W + rest it is drawn
exactly, by Matheron's rule (Doucet 2010):

.. math:: W = W_0 + \sigma^2 \Phi^\top (\sigma^2 \Phi\Phi^\top + T)^{-1} (y - rest - \Phi W_0 - e)

with W_0 from the prior and e the label noise. The design Phi, shape (P, H N N'), is never built:
it is a sum over pairs of vectors, and so are its products.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from scipy import linalg

from derive.sampling.draws import Array
from derive.sampling.recording import Reading
from derive.theories.networks.description import Data
from derive.theories.networks.samplers.weights.model import Model, Tensors
from derive.theories.networks.samplers.weights.moves import move


@dataclass(frozen=True, eq=False)
class Design:
    """Phi of one tensor: phi[mu, h, i, j] = scale sum_v g[v, i] z[h, v, mu, j].

    Attributes:
        scale: 1 / sqrt(H N).
        g: Vectors that it acts on, shape (m, N_above).
        z: Activations below, shape (H, m, P, N_below).
    """

    scale: float
    g: Array
    z: Array

    @classmethod
    def of(cls, model: Model, weight: int, g: Array, z: Array) -> Design:
        """From g (m, N_above) and z (H m, P, N_below) of one chain."""
        heads = model.shape(weight)[0]
        return cls(model.scale(weight), g, z.reshape(heads, len(g), *z.shape[1:]))

    def gram(self) -> Array:
        """Phi Phi^T, shape (P, P): (G z) and z share the axes h, v, j."""
        heads, count, examples, width = self.z.shape
        turned = np.tensordot(self.g @ self.g.T, self.z, axes=(1, 1)).transpose(2, 1, 0, 3)
        right = self.z.transpose(2, 0, 1, 3).reshape(examples, -1)
        return self.scale**2 * turned.reshape(examples, heads * count * width) @ right.T

    def forward(self, tensor: Array) -> Array:
        """Phi W, shape (P,), for W of shape (H, N_above, N_below)."""
        below = np.matmul(self.g, tensor)  # (H, m, N_below)
        return self.scale * np.tensordot(self.z.transpose(2, 0, 1, 3), below, axes=3)

    def backward(self, dual: Array) -> Array:
        """Phi^T d, shape (H, N_above, N_below)."""
        pulled = np.tensordot(dual, self.z, axes=(0, 2))  # (H, m, N_below)
        return self.scale * np.matmul(self.g.T, pulled)


def draw_conditional(
    design: Design,
    residual: Array,
    prior: Array,
    *,
    variance: float,
    temperature: float,
    generator: np.random.Generator,
) -> Array:
    """A tensor from its conditional.

    Args:
        design: Phi.
        residual: y - rest, shape (P,).
        prior: A draw from its prior, shape (H, N_above, N_below).
        variance: sigma^2.
        temperature: T, above zero.
        generator: Of the label noise.
    """
    noise = generator.normal(scale=sqrt(temperature), size=len(residual))
    covariance = variance * design.gram()
    covariance[np.diag_indices_from(covariance)] += temperature
    factor = linalg.cho_factor(covariance, lower=True, check_finite=False, overwrite_a=True)
    gap = residual - design.forward(prior) - noise
    return prior + variance * design.backward(linalg.cho_solve(factor, gap, check_finite=False))


@dataclass(eq=False)
class Chain:
    """The state of one chain.

    Attributes:
        model: The network.
        data: Attended inputs and labels.
        generator: Its own.
        tensors: The weights, with a leading axis of length one.
        free: Whether to move along directions in which no output changes.
    """

    model: Model
    data: Data = field(repr=False)
    generator: np.random.Generator = field(repr=False)
    tensors: Tensors = field(repr=False)
    free: bool = True

    @classmethod
    def start(cls, model: Model, data: Data, generator: np.random.Generator) -> Chain:
        """From the prior: far from where the labels lead, and from the other chains."""
        weights = range(len(model.graph.weights))
        return cls(model, data, generator, [model.prior(generator, k)[None] for k in weights])

    def sweep(self) -> None:
        """Draw every weight once, from the input's to the readout."""
        self._blocks(self.data.labels)
        if self.free:
            for stream in range(len(self.model.graph.streams)):
                move(self.model, stream, self.tensors, self.generator)

    def _blocks(self, labels: Array) -> None:
        model, tensors = self.model, self.tensors
        vectors = model.vectors(tensors)
        attended = self.data.of_paths()
        active: dict[int, Array] = {0: attended.transpose(2, 0, 1)[None]}
        outputs = model.outputs(tensors, attended)[0]
        for item in model.graph.weights:
            weight = item.index
            z = active.pop(weight)
            design = Design.of(model, weight, model.acted(weight, vectors, 1)[0], z[0])
            rest = outputs - design.forward(tensors[weight][0])
            drawn = draw_conditional(
                design,
                labels - rest,
                model.prior(self.generator, weight),
                variance=model.numbers.variances[weight],
                temperature=model.numbers.temperature,
                generator=self.generator,
            )
            outputs = rest + design.forward(drawn)
            tensors[weight] = drawn[None]
            model.spread(weight, model.up(weight, tensors[weight], z), active)

    def predictions(self) -> Array:
        """f on the test examples, shape (P_*,)."""
        if self.data.attended_test is None:
            return np.zeros(0)
        return np.asarray(self.model.outputs(self.tensors, self.data.of_paths(test=True))[0])

    def reading(self) -> Reading:
        """Overlaps and outputs; given the weights the outputs are known."""
        outputs = self.predictions()
        return Reading(self.overlaps(), outputs, np.zeros_like(outputs))

    def overlaps(self) -> tuple[Array, ...]:
        """G_s of every stream."""
        return tuple(overlap[0] for overlap in self.model.overlaps(self.tensors))

    def state(self) -> dict[str, Any]:
        """What the chain goes on from."""
        return {
            "tensors": [tensor.copy() for tensor in self.tensors],
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.tensors = [tensor.copy() for tensor in state["tensors"]]
        self.generator.bit_generator.state = state["generator"]
