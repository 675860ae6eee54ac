"""A network of one's own, from ten lines of description to a solved theory.

Two attention layers with a skip around the second, on random data:

    python examples/own_network.py
"""

import numpy as np

from derive import Attention, Embedding, Network, Readout, Residual, derive, generate
from derive.network import data_from_arrays
from derive.solver import Solver


def random_attention(generator: np.random.Generator, examples: int, heads: int, tokens: int):
    """Softmax attention with random scores: shape (examples, heads, key, query)."""
    scores = np.exp(generator.normal(size=(examples, heads, tokens, tokens)))
    return scores / scores.sum(axis=2, keepdims=True)


def main() -> None:
    """Describe, derive, certify, generate, solve."""
    network = Network(
        layers=(
            Embedding(width=20, variance=1.2),
            Attention(heads=2, variance=0.9, width=30),
            Residual((Attention(heads=3, variance=1.1),)),
            Readout(variance=0.8, token="last"),
        ),
        temperature=0.05,
        name="attention, then attention with a skip",
    )
    derivation = derive(network)
    derivation.certify(digits=20)
    print(derivation)

    module = generate(derivation)
    print(f"\nthe generated module has {len(module.source.splitlines())} lines; it begins:\n")
    print("\n".join(module.source.splitlines()[:12]))

    generator = np.random.default_rng(0)
    examples, features, tokens = 40, 6, 5
    inputs = generator.normal(size=(examples, features, tokens))
    arrays = {
        "inputs": inputs,
        "attention_1": random_attention(generator, examples, 2, tokens),
        "attention_2": random_attention(generator, examples, 3, tokens),
        "labels": np.sign(inputs[:, 0, -1]),
    }
    data = data_from_arrays(arrays, network)
    solver = Solver.of(network)
    for width in (10, 100, 1000):
        solution = solver.solve(network.with_width(width), data)
        print(f"\nN = {width}: {solution.message}")
        print(f"  ln evidence {solution.log_evidence:.3f}, gradient {solution.gradient_norm:.1e}")
        print(f"  head scores {np.round(solution.head_scores, 3)}")


if __name__ == "__main__":
    main()
