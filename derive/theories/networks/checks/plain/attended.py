r"""Attended inputs of raw inputs, one path and one token at a time (docs/layers.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.theories.networks.checks.plain.wiring import Wiring
from derive.theories.networks.description.layers import (
    Attention,
    Convolution,
    Gated,
    Identity,
    Linear,
    Parallel,
    Residual,
    Serial,
    Weighted,
)

Array = NDArray[Any]


def attended_loops(
    network: Any, heads: Sequence[int], inputs: Array, arrays: Mapping[int, Array]
) -> Array:
    r"""xi^pi of every example.

    .. math:: \xi^\pi_i = \sum_s x_{i s}\, r^\pi_s

    where r is how much of every token the path reads: that of the readout, through every layer
    below it.

    Args:
        network: The description.
        heads: Branches of every weight, the lowest first.
        inputs: x, shape (P, N_0, T).
        arrays: What the data say of the layers that need something, by the number of the weight.

    Returns:
        Shape (P, N_0, M); of O outputs (P O, N_0, M), a row for each of them.
    """
    counts: list[int] = []
    end = tokens_through(network.layers, inputs.shape[2], counts)
    rows = []
    for example, x in enumerate(inputs):
        own = {number: array[example] for number, array in arrays.items()}
        wiring = Wiring(
            network,
            heads,
            start=lambda layer, position: _readout(layer, position, end),
            below=lambda tensor, branch, above, own=own: _below(  # type: ignore[misc]
                tensor.layer, branch, above, own.get(tensor.number), counts[tensor.number]
            ),
        )
        rows += [_row(x, wiring, output) for output in range(network.readout.outputs)]
    return np.array(rows)


def _row(x: Array, wiring: Wiring, output: int) -> Array:
    """The attended inputs of the paths that end in an output; zero for the others."""
    row = np.zeros((len(x), len(wiring.paths)))
    for path, (vector, reading) in enumerate(zip(wiring.paths, wiring.readings, strict=True)):
        for feature in range(len(x)) if vector.output == output else ():
            terms = zip(x[feature], reading, strict=True)
            row[feature, path] = sum(value * weight for value, weight in terms)
    return row


def tokens_through(layers: Sequence[Any], tokens: int, counts: list[int]) -> int:
    """How many tokens come out; `counts` gets how many go into every weight, the lowest first."""
    for layer in layers:
        if isinstance(layer, Identity):
            continue
        if isinstance(layer, Residual | Serial):
            tokens = tokens_through(layer.layers, tokens, counts)
        elif isinstance(layer, Parallel):
            (tokens,) = {tokens_through((branch,), tokens, counts) for branch in layer.layers}
        else:
            counts.append(tokens)
            if isinstance(layer, Convolution):
                tokens = prod(_positions(*numbers) for numbers in _directions(layer, tokens))
            elif isinstance(layer, Weighted):
                tokens = layer.tokens_above(tokens)
    return tokens


def _readout(layer: Any, position: int, tokens: int) -> Array:
    """How much of every token the readout reads."""
    reading = np.zeros(tokens)
    if layer.token == "mean":
        reading[:] = 1.0 / tokens
    else:
        reading[{"first": 0, "last": tokens - 1, "each": position}[layer.token]] = 1.0
    return reading


def _below(layer: Any, branch: int, above: Array, own: Any, tokens: int) -> Array:
    """What a path reads below a layer, given what it reads above it."""
    if isinstance(layer, Linear):
        return above
    if isinstance(layer, Gated):
        return np.array([own[branch - 1] * weight for weight in above])
    if isinstance(layer, Attention):
        return _attention(own[branch - 1], above)
    if isinstance(layer, Convolution):
        return _convolution(layer, branch, above, tokens)
    # Another's kind is defined by what it answers.
    omega = np.asarray(layer.operators(None if own is None else own[None], tokens))[0, branch - 1]
    return omega * above if layer.uniform else omega @ above


def _attention(omega: Array, above: Array) -> Array:
    """z_t = sum_s z_s Omega[s, t], the key s first, the query t second; one query is that read."""
    keys, queries = omega.shape
    below = np.zeros(keys)
    for key in range(keys):
        for query, weight in enumerate(above):
            below[key] += omega[key, query if queries > 1 else 0] * weight
    return below


def _convolution(layer: Any, branch: int, above: Array, tokens: int) -> Array:
    """z_t = sum_k V^k z_{s t + k - 1 - p}, zeros beyond the ends; of pairs in either direction."""
    directions = _directions(layer, tokens)
    lengths = [numbers[0] for numbers in directions]
    places = [_positions(*numbers) for numbers in directions]
    offset = np.unravel_index(branch - 1, [size for _, size, _, _ in directions])
    below = np.zeros(tokens)
    for place, weight in enumerate(above):
        at = np.unravel_index(place, places)
        read = [
            stride * int(t) + int(k) - padding
            for t, k, (_, _, stride, padding) in zip(at, offset, directions, strict=True)
        ]
        if all(0 <= s < length for s, length in zip(read, lengths, strict=True)):
            below[sum(s * prod(lengths[n + 1 :]) for n, s in enumerate(read))] += weight
    return below


def _directions(layer: Any, tokens: int) -> list[tuple[int, int, int, int]]:
    """Length, size, stride and padding along a line, or down and along a grid."""
    lengths = (tokens,) if layer.grid is None else tuple(layer.grid)
    fields = (layer.size, layer.stride, layer.padding)
    each = [f if isinstance(f, tuple) else (f,) * len(lengths) for f in fields]
    return list(zip(lengths, *each, strict=True))


def _positions(length: int, size: int, stride: int, padding: int) -> int:
    """How often a filter fits into a padded line."""
    return sum(1 for first in range(0, length + 2 * padding, stride)
               if first + size <= length + 2 * padding)  # fmt: skip
