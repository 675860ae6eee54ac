"""Data whose kernels no exchange of heads changes, for any network."""

from __future__ import annotations

import numpy as np

from derive import Data, Network
from derive.theories.networks.analysis.exchangeable import declare
from derive.theories.networks.analysis.exchangeable.vectors import (
    group,
    sector_basis,
    vector_tables,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description.graph import stream_graph, values


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


def sector_data(network: Network, kernels: dict[str, np.ndarray], labels: np.ndarray) -> Data:
    """Data with a given kernel for every sector: P_S[pi, pi'] B_S[mu, nu], summed over sectors.

    Args:
        network: A chain, head counts numeric.
        kernels: From labels of sectors, such as "01", to B_S, positive semidefinite, as it stands
            in K = sum_S lambda_S (multiplicity) B_S with lambda_S an eigenvalue of U_1.
        labels: y.
    """
    graph = stream_graph(network)
    symmetry, heads = declare(Notation(graph)), values(network, graph).heads
    table = vector_tables(graph, heads)[0]
    paths = Notation(graph).data().paths
    parts = []
    for sector in symmetry.sectors(paths):
        values_, axes = np.linalg.eigh(kernels[symmetry.label(paths, sector)])
        root = axes * np.sqrt(np.clip(values_, 0.0, None))
        basis = sector_basis(table, sector, heads).astype(float)[:, 0]
        parts.append(np.einsum("mi,vn->mivn", root, basis).reshape(len(root), -1, len(table)))
    attended = np.concatenate(parts, axis=1)
    features, variance = attended.shape[1], float(graph.weights[0].variance)
    return Data(attended * np.sqrt(features * np.prod(heads) / variance), labels)
