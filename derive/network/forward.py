"""A plain forward pass of a network: index loops over the description, knowing no theory.

It is what the starting density of every derivation is held against, so it shares nothing with the
stream graph: no effective vectors, no paths, no overlaps. It works on any numbers that add and
multiply (floats, mpmath).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from derive.errors import DescriptionError
from derive.network.feature_maps import feature_map
from derive.network.features import Features
from derive.network.layers import Layer, Readout, Residual, Weighted
from derive.network.network import Network

Matrix = Sequence[Sequence[Any]]


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
            heads = 1 but for attention; the readout has shape (1, 1, N_a).
        inputs: x, shape (N_0, T).
        attentions: Per layer with branches, per branch, Omega of shape (T below, T above): of an
            attention, key then query; of a convolution, a shift; of a gate, a multiple of 1.
        sqrt: Square root for the numbers used.
        nonlinearity: phi of a first layer of features, for the numbers used; left out, that of the
            kernel's name on floats.

    Returns:
        The number f.

    Raises:
        DescriptionError: The kernel of the features has no nonlinearity by its name.
    """
    state = _Pass(list(weights), list(attentions), sqrt, nonlinearity)
    activation = [list(row) for row in inputs]
    for layer in network.layers[:-1]:
        activation = state.apply(layer, activation)
    token = network.readout.token
    columns = {"last": [-1], "first": [0], "mean": list(range(len(activation[0])))}[token]
    (readout,) = state.weights
    total: Any = 0
    for i, row in enumerate(activation):
        for t in columns:
            total = total + readout[0][0][i] * row[t] / len(columns)
    return total / sqrt(len(activation))


class _Pass:
    """One sweep through the layers; weights and attention matrices are used up in order."""

    def __init__(
        self,
        weights: list[Any],
        attentions: list[Any],
        sqrt: Callable[[Any], Any],
        nonlinearity: Callable[[Any], Any] | None,
    ) -> None:
        self.weights = weights
        self.attentions = attentions
        self.sqrt = sqrt
        self.nonlinearity = nonlinearity

    def apply(self, layer: Layer, z: list[list[Any]]) -> list[list[Any]]:
        """Push activations z, shape (N, T), through one layer."""
        if isinstance(layer, Residual):
            body = z
            for inner in layer.layers:
                body = self.apply(inner, body)
            return [
                [x + y for x, y in zip(*rows, strict=True)] for rows in zip(z, body, strict=True)
            ]
        assert not isinstance(layer, Readout)
        tensor = self.weights.pop(0)
        branched = isinstance(layer, Weighted) and layer.branched
        omegas = self.attentions.pop(0) if branched else [None]
        scale = self.sqrt(len(tensor) * len(z))
        sums = _sum_over_heads(tensor, omegas, z, scale)
        if not isinstance(layer, Features):
            return sums
        phi = self.nonlinearity or _nonlinearity(layer)
        return [[phi(entry) for entry in row] for row in sums]


def _nonlinearity(layer: Features) -> Callable[[Any], Any]:
    known = feature_map(layer.kernel)
    if known is None:
        raise DescriptionError(
            "layers[1].kernel: a given kernel does not tell its features; give nonlinearity"
        )
    return known.activation


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
