"""A gated deep linear network: gates decide where a linear network is the same.

The gates g_h(x) are fixed functions of the input. The order parameter U has a row for every gate
and the kernel is that of gates times inputs (Li and Sompolinsky 2022),

    K(x, x') = s_0/(N_0 H) sum_hk U_hk g_h(x) g_k(x') x . x'

so that the theory says which gates are used together. Gates here are half-spaces.

    python examples/gated_linear.py
"""

import numpy as np

from derive import Embedding, Gated, Network, Readout, derive
from derive.network import data_from_arrays
from derive.solver import Solver
from derive.theories.networks.samplers.overlaps import sample_overlaps

EXAMPLES, FEATURES, GATES = 24, 5, 3


def gates(inputs: np.ndarray, planes: np.ndarray) -> np.ndarray:
    """1 on one side of a plane through the origin, 0 on the other: shape (examples, GATES)."""
    return (inputs @ planes.T > 0).astype(float)


def main() -> None:
    """Derive, solve at several widths, and draw from the exact law at the narrowest."""
    generator = np.random.default_rng(3)
    planes = generator.normal(size=(GATES, FEATURES))
    inputs = generator.normal(size=(2 * EXAMPLES, FEATURES))
    labels = 2 * np.maximum(inputs @ planes[0], 0.0)  # linear where the first gate is open
    arrays = {
        "inputs": inputs[:EXAMPLES, :, None],
        "gates_1": gates(inputs[:EXAMPLES], planes),
        "labels": labels[:EXAMPLES],
        "inputs_test": inputs[EXAMPLES:, :, None],
        "gates_1_test": gates(inputs[EXAMPLES:], planes),
        "labels_test": labels[EXAMPLES:],
    }
    layers = (Embedding("N", 1.0), Gated(GATES, 1.0, "N"), Readout(1.0))
    network = Network(layers, 0.05, "gated linear")
    print(derive(network))

    solver = Solver.of(network)
    data = data_from_arrays(arrays, network)
    print("\n    N    diagonal of U               test error")
    for width in (5, 20, 100, 1000):
        solution = solver.solve(network.with_values({"N": width}), data)
        error = np.mean((solution.mean - labels[EXAMPLES:]) ** 2)
        print(f"{width:5d}    {solution.chain_overlaps[0].diagonal().round(3)}    {error:.3f}")
    narrow = network.with_values({"N": 5})
    drawn = sample_overlaps(solver, narrow, data, draws=100, chains=2)
    mean = GATES * drawn.overlaps[0].mean(axis=(0, 1)).diagonal()
    error = np.mean((drawn.means.mean(axis=(0, 1)) - labels[EXAMPLES:]) ** 2)
    print(f"exact at N = 5, a short run: {mean.round(3)}    {error:.3f}")


if __name__ == "__main__":
    main()
