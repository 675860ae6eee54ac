"""The layers of a network with the numbers of a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.description import Network
from derive.theories.networks.description.graph import Weight, stream_graph
from derive.theories.networks.description.layers import GROUPS, Identity, Readout, Weighted


def with_numbers(network: Network, sample: Sample) -> Network:
    """The network whose widths, head counts, variances and temperature are those of a sample."""
    weights = iter(stream_graph(network).weights)
    layers = tuple(_numbered(layer, weights, sample) for layer in network.layers)
    return replace(network, layers=layers, temperature=float(sample.temperature))


def _numbered(layer: Any, weights: Iterator[Weight], sample: Sample) -> Any:
    if isinstance(layer, GROUPS):
        return replace(layer, layers=tuple(_numbered(x, weights, sample) for x in layer.layers))
    if isinstance(layer, Identity):
        return layer
    weight = next(weights)
    changes: dict[str, Any] = {"variance": float(sample.variances[weight.index])}
    if isinstance(layer, Weighted):
        layer = layer.with_branches(sample.heads[weight.index])
    if isinstance(layer, Readout) and layer.branched:
        changes["positions"] = sample.heads[weight.index]
    if weight.above is not None:  # also where it is left out: a stream of its own has its own
        changes["width"] = sample.widths[weight.above]
    return replace(layer, **changes)
