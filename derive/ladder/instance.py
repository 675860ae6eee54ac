"""What the samplers are run on: a network with numbers, and data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from derive.checks.sample import Draw, Sample, rows_for
from derive.derivation.notation import Notation
from derive.network import Data, Network
from derive.network.graph import Weight, stream_graph
from derive.network.layers import GROUPS, Identity, Readout, Weighted

EXAMPLES, FEATURES, TESTS = 12, 7, 4
"""Of a drawn instance: enough examples to move the overlaps away from the prior."""
MOST_TESTS = 20
"""Test examples that the predictor is compared on."""


@dataclass(frozen=True, eq=False)
class Instance:
    """A network whose symbols all have a value, and data for it.

    Attributes:
        title: What it is called in the table.
        network: The description.
        data: With test examples.
    """

    title: str
    network: Network
    data: Data = field(repr=False)

    @classmethod
    def given(cls, title: str, network: Network, data: Data) -> Instance:
        """A user's own data; the predictor is compared on the first `MOST_TESTS` test rows.

        Where there are none, the first training examples take their place: the output without
        noise is not known there either.
        """
        tests = data.attended if data.attended_test is None else data.attended_test
        most = MOST_TESTS // data.outputs * data.outputs or data.outputs  # of all its outputs
        kept = replace(data, attended_test=tests[:most], labels_test=None)
        return cls(title, network, kept)

    @classmethod
    def drawn(cls, network: Network, seed: int) -> Instance:
        """Random data and numbers for a network's layers, whatever its own numbers are.

        Widths are unequal and above the number of vectors of every stream, head counts small and
        unequal, one of them above 1 at least; variances differ from 1.
        """
        notation = Notation(stream_graph(network))
        rows, tests = (rows_for(count, notation) for count in (EXAMPLES, TESTS))
        sample = Draw(notation, 1000 * seed + 17).sample(examples=rows, features=FEATURES)
        generator = np.random.default_rng([seed, 18])
        inputs = generator.normal(size=(rows + tests, FEATURES, sample.attended.shape[2]))
        labels = 2 * generator.normal(size=rows)
        data = Data(inputs[:rows], labels, inputs[rows:])
        return cls("a drawn instance", with_numbers(network, sample), data)

    def wider(self, copies: int) -> tuple[int, ...]:
        """The widths of the streams, multiplied."""
        graph = stream_graph(self.network)
        return tuple(copies * int(stream.width) for stream in graph.streams)


def with_numbers(network: Network, sample: Sample) -> Network:
    """The layers of a network with the numbers of a sample."""
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
    if weight.above is not None and getattr(layer, "width", None) is not None:
        changes["width"] = sample.widths[weight.above]
    return replace(layer, **changes)


__all__ = ["Instance", "with_numbers"]
