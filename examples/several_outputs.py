"""Three outputs: the order parameter at the top is a matrix of outputs.

At zero temperature G solves N G^2/s - (N - P) G = Y^T K^-1 Y, which has a closed form; outputs that
the labels make alike overlap in it, so that one output is learned from another.

    python examples/several_outputs.py
"""

import numpy as np
from scipy.linalg import sqrtm

from derive import Embedding, Network, Readout, derive
from derive.network import data_from_arrays
from derive.solver import Solver

EXAMPLES, FEATURES, OUTPUTS = 20, 30, 3


def closed_form(signals: np.ndarray, alpha: float, width: int) -> np.ndarray:
    """G of one layer, all variances 1."""
    middle, unit = 1 - alpha, np.eye(OUTPUTS)
    return (middle * unit + sqrtm(middle**2 * unit + 4 * signals / width)) / 2


def main() -> None:
    """Derive, solve at several widths, and compare with the closed form."""
    generator = np.random.default_rng(4)
    inputs = generator.normal(size=(EXAMPLES, FEATURES, 1))
    teachers = generator.normal(size=(FEATURES, OUTPUTS)) / 2
    teachers[:, 1] = teachers[:, 0] + teachers[:, 1] / 4  # the first two outputs are alike
    labels = inputs[:, :, 0] @ teachers

    layers = (Embedding("N", 1.0), Readout(1.0, outputs=OUTPUTS))
    network = Network(layers, 0.0, "three outputs")
    print(derive(network))

    solver = Solver.of(network)
    data = data_from_arrays({"inputs": inputs, "labels": labels}, network)
    kernel = inputs[:, :, 0] @ inputs[:, :, 0].T / FEATURES
    signals = labels.T @ np.linalg.solve(kernel, labels)
    for width in (10, 40, 1000):
        found = solver.solve(network.with_values({"N": width}), data).bottom
        expected = closed_form(signals, EXAMPLES / width, width)
        gap = np.abs(found - expected).max()
        print(f"\nN = {width}: G, which the closed form gives to {gap:.0e}\n{found.round(3)}")
        assert gap < 1e-6 * np.abs(expected).max()


if __name__ == "__main__":
    main()
