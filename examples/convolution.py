"""A convolution with a readout per position: local kernel renormalisation.

With one layer of filters on patches, and weights of their own for every position, the order
parameter is a matrix Q of pairs of positions (Aiudi et al.),

    S = N [tr Q/s_a - ln det Q] + ln det C + y^T C^-1 y,    C = s_0/(N_0 T) sum_ij Q_ij K_ij + T

with K_ij the kernel of the patches at i and j. A second convolution, above, renormalises the matrix
of its own positions, and the one below has a row for every offset and position.

    python examples/convolution.py
"""

import numpy as np

from derive import Convolution, Data, Embedding, Network, Readout, derive
from derive.network import data_from_arrays
from derive.solver import Solver

EXAMPLES, PIXELS, SIZE = 30, 6, 3


def patches(images: np.ndarray) -> np.ndarray:
    """Patches of images as tokens, shape (examples, SIZE, positions)."""
    positions = images.shape[1] - SIZE + 1
    return np.stack([images[:, k : k + SIZE] for k in range(positions)], axis=2)


def published(local: np.ndarray, tokens: np.ndarray, labels: np.ndarray, width: int) -> float:
    """The action of local kernel renormalisation, variances 1 and temperature 0.1."""
    kernels = np.einsum("mfi,nfj->mnij", tokens, tokens) / (SIZE * tokens.shape[2])
    covariance = np.einsum("mnij,ij->mn", kernels, local) + 0.1 * np.eye(len(labels))
    energy = np.linalg.slogdet(covariance)[1] + labels @ np.linalg.solve(covariance, labels)
    return width * (np.trace(local) - np.linalg.slogdet(local)[1]) + energy


def main() -> None:
    """Solve one layer, hold it against the published action, and add a layer."""
    generator = np.random.default_rng(2)
    images = generator.normal(size=(EXAMPLES, PIXELS))
    tokens = patches(images)
    labels = 2 * tokens[:, :, 1].sum(axis=1)  # the second position alone matters
    positions, width = tokens.shape[2], 20

    readout = Readout(1.0, "each", positions=positions)
    network = Network((Embedding(width, 1.0), readout), 0.1, "one layer of filters")
    print(derive(network))
    solution = Solver.of(network).solve(network, Data(tokens, labels))
    (local,) = solution.chain_overlaps
    print(f"\nQ, {width} channels:\n{local.round(3)}")
    expected = published(local, tokens, labels, width)
    print(f"action {solution.action:.8f}, as published {expected:.8f}")
    assert abs(solution.action - expected) < 1e-8 * abs(expected)

    readout = Readout(1.0, "each", positions=positions - 1)
    layers = (Embedding(width, 1.0), Convolution(2, 1.0, 15), readout)
    deeper = Network(layers, 0.1, "two layers of filters")
    data = data_from_arrays({"inputs": tokens, "labels": labels}, deeper)
    lower, upper = Solver.of(deeper).solve(deeper, data).chain_overlaps
    print(f"\nbelow a second layer: {lower.shape[0]} pairs of offset and position; above it")
    print(upper.round(3))


if __name__ == "__main__":
    main()
