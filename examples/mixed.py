"""A convolution, residual attention and a linear layer, each of another width.

Nothing in the derivation knows this combination: the rules act on streams and weights. The saddle
point is compared with a short run of the exact law, as all widths and the data grow together.

    python examples/mixed.py
"""

import numpy as np

from derive import Attention, Convolution, Embedding, Linear, Network, Readout, Residual, derive
from derive.network import data_from_arrays, path_labels
from derive.solver import Solver
from derive.theories.networks.samplers.overlaps import sample_overlaps

EXAMPLES, FEATURES, TOKENS = 6, 4, 3


def main() -> None:
    """Derive, solve, and follow the deviation from the exact law."""
    network = Network(
        layers=(
            Embedding(12, 1.3),
            Convolution(2, 0.8, 9),
            Residual((Attention(1, 1.1),)),
            Linear(0.9, 7),
            Readout(1.2, "mean"),
        ),
        temperature=0.3,
        name="convolution, attention, linear",
    )
    print(derive(network))

    generator = np.random.default_rng(5)
    inputs = generator.normal(size=(EXAMPLES, FEATURES, TOKENS))
    scores = np.exp(generator.normal(size=(EXAMPLES, 1, TOKENS - 1, TOKENS - 1)))
    attention = scores / scores.sum(axis=2, keepdims=True)
    labels = 2 * np.sign(inputs[:, 0, 0])
    arrays = {"inputs": inputs, "attention_1": attention, "labels": labels}
    data = data_from_arrays(arrays, network)
    solver = Solver.of(network)
    solution = solver.solve(network, data)
    print(f"\n{solution.message}\npaths (offset, head): {', '.join(path_labels(network))}")
    place = np.argmax([len(overlap) for overlap in solution.overlaps])
    print(f"G of the paths at the saddle point: diagonal {solution.bottom.diagonal().round(4)}")
    for copies in (1, 4):
        drawn = sample_overlaps(solver, network, data, draws=80, chains=2, copies=copies)
        mean = drawn.overlaps[place].mean(axis=(0, 1))
        print(f"  exact, widths and data times {copies}: diagonal {mean.diagonal().round(4)}")


if __name__ == "__main__":
    main()
