r"""A network as a function that is linear in each of its weight tensors.

A path's attended input :math:`\xi^\pi` flows up as an activation, and the readout flows down as
effective vectors. With :math:`V^h` the tensor of a weight with H branches, from a stream of width N
to the stream above,

.. math:: z_{v'} \mathrel{+}= \frac{1}{\sqrt{H N}} \sum_h V^h z_{(h, v')}, \qquad
          g_{(h, v')} = \frac{1}{\sqrt{H N}} V^{h\top} g_{v'}

so that, for every weight, f is the sum over its branches of :math:`g_{v'} \cdot V^h z_{(h,v')}` and
of what does not pass through it. A leading axis of every array counts chains.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from derive.sampling.draws import Array
from derive.theories.networks.description import Network, Values
from derive.theories.networks.description.graph import StreamGraph, stream_graph, values

Tensors = list[Array]
"""One per weight, shape (chains, heads, N_above, N_below); the readout has N_above = O."""


@dataclass(frozen=True, eq=False)
class Model:
    """Sizes of a network, and its outputs as a function of its weights.

    Attributes:
        graph: Which weight acts on which vectors.
        numbers: Widths, variances, heads, temperature.
        features: N_0.
    """

    graph: StreamGraph
    numbers: Values
    features: int
    blocks: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, network: Network, features: int) -> Model:
        """The model of a network whose symbols all have a value.

        Raises:
            DescriptionError: A symbol has none.
        """
        graph = stream_graph(network)
        numbers = values(network, graph)
        return cls(graph, numbers, features, graph.block_sizes(numbers.heads))

    def shape(self, weight: int) -> tuple[int, int, int]:
        """heads, N_above, N_below of a tensor."""
        item = self.graph.weights[weight]
        above = item.outputs if item.above is None else self.numbers.widths[item.above]
        below = self.features if item.below is None else self.numbers.widths[item.below]
        return self.numbers.heads[weight], above, below

    def scale(self, weight: int) -> float:
        """1 / sqrt(H N_below)."""
        heads, _, below = self.shape(weight)
        return 1 / sqrt(heads * below)

    def prior(self, generator: np.random.Generator, weight: int) -> Array:
        """One draw of a tensor from its prior."""
        return generator.normal(scale=sqrt(self.numbers.variances[weight]), size=self.shape(weight))

    def up(self, weight: int, tensor: Array, z: Array) -> Array:
        """What a weight adds to the vectors that it acts on.

        Args:
            weight: Its index.
            tensor: Shape (chains, H, N_above, N_below).
            z: Activations along its vectors, shape (chains or 1, H m, P, N_below).

        Returns:
            Shape (chains, m, P, N_above).
        """
        heads = tensor.shape[1]
        z = z.reshape(z.shape[0], heads, -1, *z.shape[2:])
        turned = np.swapaxes(tensor, -1, -2)[:, :, None]  # one tensor for all m of a head
        return self.scale(weight) * np.matmul(z, turned).sum(axis=1)

    def down(self, weight: int, tensor: Array, g: Array) -> Array:
        """The vectors that a weight adds to the stream below, shape (chains, H m, N_below)."""
        vectors = self.scale(weight) * np.matmul(g[:, None], tensor)
        return vectors.reshape(len(tensor), -1, tensor.shape[3])

    def vectors(self, tensors: Tensors) -> dict[int, Array]:
        """g of every weight above the embedding, shape (chains, vectors, N_below)."""
        vectors: dict[int, Array] = {}
        for weight in reversed(self.graph.weights[1:]):
            vectors[weight.index] = self.down(
                weight.index,
                tensors[weight.index],
                self.acted(weight.index, vectors, len(tensors[0])),
            )
        return vectors

    def acted(self, weight: int, vectors: dict[int, Array], chains: int) -> Array:
        """The vectors that a weight acts on, in path order; for the readout one per output."""
        item = self.graph.weights[weight]
        acts_on = item.acts_on
        if not acts_on:
            return np.broadcast_to(np.eye(item.outputs), (chains, item.outputs, item.outputs))
        return np.concatenate([vectors[k] for k in acts_on], axis=1)

    def spread(self, weight: int, raised: Array, active: dict[int, Array]) -> None:
        """Add what a weight makes to the activations along the vectors that it acts on."""
        start = 0
        for block in self.graph.weights[weight].acts_on:
            size = self.blocks[block]
            part = raised[:, start : start + size]
            active[block] = active[block] + part if block in active else part
            start += size

    def outputs(self, tensors: Tensors, attended: Array) -> Array:
        """f, shape (chains, P), on attended inputs of shape (P, N_0, M), one row per output."""
        active: dict[int, Array] = {0: attended.transpose(2, 0, 1)[None]}
        raised = np.zeros(0)
        for weight in self.graph.weights:
            raised = self.up(weight.index, tensors[weight.index], active.pop(weight.index))
            self.spread(weight.index, raised, active)
        # A row of the attended inputs is seen by the paths that end in its own output.
        return np.asarray(np.einsum("copo->cp", raised))

    def overlaps(self, tensors: Tensors) -> tuple[Array, ...]:
        """G_s of every stream, shape (chains, m_s, m_s).

        The papers' vectors are sqrt(N_s) times those here, so that their g g^T / N_s is g g^T.
        """
        vectors = self.vectors(tensors)
        overlaps = []
        for stream in self.graph.streams:
            g = np.concatenate([vectors[k] for k in stream.weights], axis=1)
            overlaps.append(g @ np.swapaxes(g, 1, 2))
        return tuple(overlaps)
