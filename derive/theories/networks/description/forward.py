"""A plain forward pass of a network: index loops over the description, knowing no theory.

It is what the starting density of every derivation is held against, so it shares nothing with the
stream graph: no effective vectors, no paths, no overlaps. It works on any numbers that add and
multiply (floats, mpmath).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from derive.arguments import takes
from derive.errors import DescriptionError
from derive.theories.networks.description.feature_maps import feature_map
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.layers import (
    Identity,
    Layer,
    Parallel,
    Residual,
    Serial,
    Weighted,
)
from derive.theories.networks.description.network import Network

Matrix = Sequence[Sequence[Any]]


@takes("network")
def forward(
    network: Network,
    weights: Sequence[Any],
    inputs: Matrix,
    attentions: Sequence[Sequence[Matrix]],
    sqrt: Callable[[Any], Any] = math.sqrt,
    *,
    nonlinearity: Callable[[Any], Any] | None = None,
) -> Any:
    r"""The network's output for one example.

    .. math:: f = a \cdot z_{t^*} / \sqrt{N_a}, \qquad z = \ldots

    Args:
        network: The description; only its layers and readout token are used.
        weights: One per layer with weights, the lowest first: shape (heads, N_above, N_below),
            heads the number of branches; the readout has shape (positions, outputs, N_a).
        inputs: x, shape (N_0, T).
        attentions: Per layer with branches, per branch, Omega of shape (T below, T above): of an
            attention, key then query; of a convolution, a shift; of a gate, a multiple of 1.
        sqrt: Square root for the numbers used.
        nonlinearity: phi of a first layer of features, for the numbers used; left out, that of the
            kernel's name on floats.

    Returns:
        The number f; of several outputs their list.

    Raises:
        DescriptionError: The kernel of the features has no nonlinearity by its name.
    """
    state = _Pass(list(weights), list(attentions), sqrt, nonlinearity)
    activation = [list(row) for row in inputs]
    for layer in network.layers[:-1]:
        activation = state.apply(layer, activation)
    (readout,) = state.weights
    outputs = [
        _read(rows, activation, network.readout.token) / _readout_scale(network, activation, sqrt)
        for rows in zip(*readout, strict=True)
    ]
    return outputs[0] if network.readout.outputs == 1 else outputs


def _read(rows: Any, activation: list[list[Any]], token: str) -> Any:
    """One output: rows has the readout's weights, for every token with weights of its own."""
    tokens = len(activation[0])
    chosen = {"last": [-1], "first": [0], "mean": range(tokens), "each": range(tokens)}[token]
    total: Any = 0
    for place, t in enumerate(chosen):
        row = rows[place] if token == "each" else rows[0]
        for i, values in enumerate(activation):
            total = total + row[i] * values[t]
    return total / tokens if token == "mean" else total


def _readout_scale(network: Network, activation: list[list[Any]], sqrt: Any) -> Any:
    count = len(activation[0]) if network.readout.token == "each" else 1
    return sqrt(count * len(activation))


@dataclass
class _Pass:
    """One sweep through the layers; weights and attention matrices are used up in order."""

    weights: list[Any]
    attentions: list[Any]
    sqrt: Callable[[Any], Any]
    nonlinearity: Callable[[Any], Any] | None

    def apply(self, layer: Layer, z: list[list[Any]]) -> list[list[Any]]:
        """Push activations z, shape (N, T), through one layer."""
        if isinstance(layer, Identity):
            return z
        if isinstance(layer, Serial):
            return self._through(layer.layers, z)
        if isinstance(layer, Residual):
            return _added(z, self._through(layer.layers, z))
        if isinstance(layer, Parallel):
            return reduce(_added, [self.apply(branch, z) for branch in layer.layers])
        tensor = self.weights.pop(0)
        branched = isinstance(layer, Weighted) and layer.branched
        omegas = self.attentions.pop(0) if branched else [None]
        scale = self.sqrt(len(tensor) * len(z))
        sums = _sum_over_heads(tensor, omegas, z, scale)
        if not isinstance(layer, Features):
            return sums
        phi = self.nonlinearity or _nonlinearity(layer)
        return [[phi(entry) for entry in row] for row in sums]

    def _through(self, layers: tuple[Layer, ...], z: list[list[Any]]) -> list[list[Any]]:
        for layer in layers:
            z = self.apply(layer, z)
        return z


def _nonlinearity(layer: Features) -> Callable[[Any], Any]:
    known = feature_map(layer.kernel)
    if known is None:
        raise DescriptionError(
            "layers[1].kernel: a given kernel does not tell its features; give nonlinearity"
        )
    return known.activation


def _added(left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    return [[x + y for x, y in zip(*rows, strict=True)] for rows in zip(left, right, strict=True)]


def _sum_over_heads(tensor: Any, omegas: Any, z: list[list[Any]], scale: Any) -> list[list[Any]]:
    tokens, above = len(z[0]), len(z[0]) if omegas[0] is None else len(omegas[0][0])
    out = [[0 * z[0][0] for _ in range(above)] for _ in tensor[0]]
    for values, omega in zip(tensor, omegas, strict=True):
        for i, row in enumerate(values):
            for s in range(tokens):
                value = sum(row[j] * z[j][s] for j in range(len(z))) / scale
                for t in range(above):
                    weight = (1 if s == t else 0) if omega is None else omega[s][t]
                    out[i][t] = out[i][t] + value * weight
    return out
