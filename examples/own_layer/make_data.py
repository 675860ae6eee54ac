"""Write data.npz for network.toml: inputs, attention matrices, and labels that need the past.

python make_data.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np

EXAMPLES, FEATURES, TOKENS, HEADS = 30, 6, 5, 2


def arrays(generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Inputs, softmax attention with random scores, and the sign of a sum over the past."""
    inputs = generator.normal(size=(EXAMPLES, FEATURES, TOKENS))
    scores = np.exp(generator.normal(size=(EXAMPLES, HEADS, TOKENS, TOKENS)))
    return {
        "inputs": inputs,
        "attention_1": scores / scores.sum(axis=2, keepdims=True),
        "labels": np.sign(inputs[:, 0, :].sum(axis=1)),
    }


def main() -> None:
    """Write the file."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    np.savez(folder / "data.npz", **arrays(np.random.default_rng(0)))


if __name__ == "__main__":
    main()
