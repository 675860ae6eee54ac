"""Data whose kernels no exchange of heads changes, for any network."""

from __future__ import annotations

import numpy as np

from derive import Data, Network
from derive.analysis.exchangeable import declare
from derive.analysis.exchangeable.vectors import group, vector_tables
from derive.derivation.notation import Notation
from derive.network.graph import stream_graph, values


def symmetric_data(
    network: Network, seed: int = 0, examples: int = 5, features: int = 4, signal: float = 1.0
) -> Data:
    """The attended inputs of every permutation of the heads, one after the other as features."""
    random, graph = np.random.default_rng(seed), stream_graph(network)
    symmetry = declare(Notation(graph))
    heads = values(network, graph).heads
    table = vector_tables(graph, heads)[0]
    inputs = random.normal(size=(examples, features, len(table)))
    moves = list(group(table, symmetry.weights, heads))
    attended = np.concatenate([inputs[:, :, moved] for moved in moves], axis=1)
    return Data(attended, signal * random.normal(size=examples))
