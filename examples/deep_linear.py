"""A deep linear network at zero temperature, against the equation of Li and Sompolinsky.

The order parameters are numbers. At equal widths and variances 1 each stage scales the kernel by
the same factor v = u^(1/n), and with alpha = P/N, s = y^T K^-1 y,

    1 - v = alpha (1 - v^-n s/P)          (Li and Sompolinsky, PRX 2021)

    python examples/deep_linear.py
"""

import numpy as np
from scipy.optimize import brentq

from derive import Data, Embedding, Linear, Network, Readout, derive
from derive.solver import Solver

STAGES, EXAMPLES, FEATURES = 3, 20, 40


def published(alpha: float, signal: float) -> float:
    """v, the root of the published equation that is continuous with v = 1 at alpha = 0."""
    return brentq(lambda v: 1 - v - alpha * (1 - v**-STAGES * signal), 1e-2, 1e2)


def main() -> None:
    """Derive, solve at several widths, and compare."""
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(EXAMPLES, FEATURES))
    labels = inputs @ generator.normal(size=FEATURES) / 2
    data = Data(inputs[:, :, None], labels)
    signal = labels @ np.linalg.solve(inputs @ inputs.T / FEATURES, labels) / EXAMPLES

    hidden = tuple(Linear(1.0, "N") for _ in range(STAGES - 1))
    network = Network((Embedding("N", 1.0), *hidden, Readout(1.0)), 0.0, "deep linear")
    derivation = derive(network)
    print(derivation)

    solver = Solver.of(network)
    print("\n    N    u of the saddle    u published")
    for width in (20, 40, 100, 1000):
        found = solver.solve(network.with_values({"N": width}), data).bottom[0, 0]
        expected = published(EXAMPLES / width, signal) ** STAGES
        print(f"{width:5d}    {found:.10f}       {expected:.10f}")
        assert abs(found / expected - 1) < 1e-7


if __name__ == "__main__":
    main()
