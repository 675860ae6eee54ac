"""What the samplers are run on: a network with numbers, and data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from derive.theories.networks.checks.numbered import with_numbers
from derive.theories.networks.checks.sample import Draw, rows_for
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description import Data, Network
from derive.theories.networks.description.graph import stream_graph

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
