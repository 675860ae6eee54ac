"""Residual attention: skip and heads share one order parameter, and overlap in it.

At infinite width the paths through the skip and through the heads do not overlap; at finite width
the data make them, and the predictor uses it. The saddle point is compared with a short run of the
exact law at finite width.

    python examples/residual_attention.py
"""

import numpy as np

from derive import Attention, Embedding, Network, Readout, Residual, derive
from derive.network import data_from_arrays, path_labels
from derive.solver import Solver
from derive.theories.networks.samplers.overlaps import sample_overlaps

EXAMPLES, FEATURES, TOKENS = 8, 5, 4


def arrays(generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Random tokens; the label is a product of what the last token and the attended ones say."""
    inputs = generator.normal(size=(EXAMPLES, FEATURES, TOKENS))
    scores = np.exp(generator.normal(size=(EXAMPLES, 2, TOKENS, TOKENS)))
    attention = scores / scores.sum(axis=2, keepdims=True)
    attended = np.einsum("mis,ms->mi", inputs, attention[:, 0, :, -1])
    labels = 2 * (inputs[:, 0, -1] + attended[:, 0])
    return {"inputs": inputs, "attention_1": attention, "labels": labels}


def main() -> None:
    """Derive, solve at several widths, and draw from the exact law."""
    layers = (Embedding("N", 1.2), Residual((Attention(2, 0.9),)), Readout(1.1))
    network = Network(layers, 0.2, "residual attention")
    print(derive(network))

    data = data_from_arrays(arrays(np.random.default_rng(1)), network)
    solver = Solver.of(network)
    labels = path_labels(network)
    print(f"\noverlaps of {labels[0]} with {', '.join(labels[1:])}:")
    for width in (8, 32, 128):
        narrow = network.with_values({"N": width})
        found = solver.solve(narrow, data).bottom
        drawn = sample_overlaps(solver, narrow, data, draws=100, chains=2).overlaps[0]
        mean = drawn.mean(axis=(0, 1))
        print(
            f"  N = {width:3d}: saddle point {found[0, 1:].round(3)}, exact {mean[0, 1:].round(3)}"
        )


if __name__ == "__main__":
    main()
