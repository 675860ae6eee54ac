"""Networks with generic parameters and random data for them, shared by several test files."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
    path_count,
    stream_graph,
)
from derive.theories.networks.solver import Solver

TEMPERATURE = 0.31
_SHAPES: dict[str, tuple[Any, ...]] = {
    "no layer": (Embedding(7, 1.3),),
    "one attention": (Embedding(9, 1.3), Attention(3, 0.8, 7)),
    "two attentions": (Embedding(11, 1.3), Attention(2, 0.8, 9), Attention(3, 1.1, 7)),
    "three attentions": (
        Embedding(14, 1.3),
        Attention(2, 0.8, 11),
        Attention(3, 1.1, 9),
        Attention(2, 0.7, 8),
    ),
    "linear layers": (Embedding(7, 1.3), Linear(0.8, 9), Linear(1.1, 6)),
    "linear between attentions": (
        Embedding(11, 1.3),
        Attention(2, 0.8, 9),
        Linear(0.9, 10),
        Attention(3, 1.1, 7),
    ),
    "residual": (Embedding(8, 1.3), Residual((Attention(3, 0.8),))),
    "two residuals": (
        Embedding(13, 1.3),
        Residual((Attention(2, 0.8),)),
        Residual((Attention(3, 1.1),)),
    ),
    "residual over attention": (
        Embedding(9, 1.3),
        Attention(2, 0.8, 11),
        Residual((Attention(3, 1.1),)),
    ),
    "nested residual": (
        Embedding(12, 1.3),
        Residual((Linear(0.7), Residual((Attention(2, 0.8),)), Attention(3, 1.1))),
    ),
    "inner width": (Embedding(11, 1.3), Residual((Attention(2, 0.8, 6), Linear(1.1)))),
    "residual ends in residual": (
        Embedding(12, 1.3),
        Residual((Attention(2, 0.8, 9), Linear(0.7), Residual((Attention(3, 1.1),)))),
    ),
    "double identity": (Embedding(9, 1.3), Residual((Residual((Attention(2, 0.8),)),))),
}
NETWORKS = {
    name: Network((*layers, Readout(1.2)), TEMPERATURE, name) for name, layers in _SHAPES.items()
}
CHAINS = tuple(name for name, network in NETWORKS.items() if stream_graph(network).is_chain())


@cache
def solver(name: str) -> Solver:
    """The solver of a network, derived once."""
    return Solver.of(NETWORKS[name])


def random_data(network: Network, seed: int = 0, examples: int = 6, features: int = 5) -> Data:
    """Random attended inputs, labels and test inputs."""
    rng = np.random.default_rng(seed)
    paths = path_count(network)
    return Data(
        attended=rng.normal(size=(examples, features, paths)),
        labels=rng.normal(size=examples),
        attended_test=rng.normal(size=(4, features, paths)),
    )


def random_overlap(rng: np.random.Generator, size: int) -> np.ndarray:
    """A random, well-conditioned positive definite matrix."""
    root = rng.normal(size=(size, size)) / np.sqrt(size)
    return root @ root.T + 0.5 * np.eye(size)


def random_symmetric(rng: np.random.Generator, size: int) -> np.ndarray:
    """A random symmetric matrix."""
    root = rng.normal(size=(size, size))
    return root + root.T


def random_overlaps(module: Any, problem: Any, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Random order parameters of the shapes that a problem needs."""
    rng = np.random.default_rng(seed)
    return tuple(random_overlap(rng, len(point)) for point in module.infinite_width(problem))


def data_with_kernels(kernels: np.ndarray, labels: np.ndarray, scale: float = 1.0) -> Data:
    """Attended inputs with given inner products, as U[p, q] weights them in K.

    Args:
        kernels: X[mu, p, nu, q], positive semidefinite in the pairs.
        labels: y.
        scale: sigma_0^2 / prod_l H_l, so that K = sum_pq U[p, q] X[:, p, :, q].
    """
    examples, paths = kernels.shape[:2]
    size = examples * paths
    values, vectors = np.linalg.eigh(kernels.reshape(size, size))
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    by_path = root.reshape(examples, paths, size) * np.sqrt(size / scale)
    return Data(attended=by_path.transpose(0, 2, 1), labels=labels)


def broken_heads(amplitude: float) -> tuple[Network, Data]:
    """The network and data of formulas.md, section 1.5, in which two heads of layer 2 may break."""
    layers = (Embedding(10, 1.0), Attention(1, 1.1, 8), Attention(2, 0.9, 9), Readout(1.2))
    along, across = np.diag([2.0] * 4 + [0.0] * 4), np.diag([0.0] * 4 + [2.0] * 4)
    mean = np.full((2, 2), 0.5)
    terms = ((mean, along), (np.eye(2) - mean, across))
    kernels = sum(np.einsum("pq,mn->mpnq", heads, data) for heads, data in terms) / 2
    labels = amplitude * np.array([1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
    return Network(layers, 0.1, "broken heads"), data_with_kernels(kernels, labels, scale=0.5)
