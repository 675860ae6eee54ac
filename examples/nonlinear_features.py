"""A hidden layer of erf or ReLU features: the saddle point against the sampled nonlinear network.

The theory replaces the features by Gaussian ones. Three numbers for the overlap of the readout,
u_a = |a|^2 / N, on random data with as many inputs as examples and P/N = 3/4:

- the saddle point of the derived action, leading order as N, P -> infinity;
- the posterior mean of a network of Gaussian features, exact at width N, by quadrature of the law
  in the generated module;
- the posterior mean of the nonlinear network itself, by elliptical slice sampling, with its
  Monte Carlo error; nothing of the theory is in it.

The first two differ by what the saddle point leaves out, the last two by the nonlinearity. About
a minute:

    python examples/nonlinear_features.py [--draws 1000]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from derive import Network, Readout
from derive.network import Features, data_from_arrays
from derive.sampling.features import sample_features
from derive.sampling.statistics import estimates
from derive.solver import Solver

KERNELS = {"erf": "arc-sine", "ReLU": "arc-cosine-1"}
WIDTHS = (20, 40, 80)
TEMPERATURE = 0.2
TITLES = ("phi", "N", "P", "saddle", "Gaussian", "sampled", "off saddle", "R-hat")


def network(kernel: str, width: int) -> Network:
    """One hidden layer."""
    return Network((Features(width, kernel, 1.3), Readout(1.2)), TEMPERATURE)


def task(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs (P, P, 1) and labels (P,)."""
    generator = np.random.default_rng(width)
    examples = 3 * width // 4
    inputs = generator.normal(size=(examples, examples, 1))
    return inputs, 1.5 * generator.normal(size=examples)


def gaussian_mean(solver: Solver, described: Network, data: Any) -> float:
    """The posterior mean of u_a for Gaussian features, by the trapezoidal rule in ln u."""
    module, problem = solver.module, solver.problem(described, data)
    attended = problem.attended
    unit = np.asarray(module.path_kernel(np.eye(1), attended, attended))
    points = np.exp(np.linspace(-2, 3, 400))
    logs = np.array([
        module.overlap_law((np.array([[u]]),), problem)
        + module.label_law(u * unit, problem)
        + np.log(u)
        for u in points
    ])  # fmt: skip
    weights = np.exp(logs - logs.max())
    return float(weights @ points / weights.sum())


def row(name: str, solver: Solver, width: int, draws: int) -> str:
    """One line of the table."""
    described = network(KERNELS[name], width)
    inputs, labels = task(width)
    data = data_from_arrays({"inputs": inputs, "labels": labels}, described)
    saddle = float(solver.solve(described, data).overlaps[0][0, 0])
    gaussian = gaussian_mean(solver, described, data)
    found = sample_features(described, inputs, labels, draws=draws, chains=2, seed=1)
    mean = estimates(found)["overlaps"]
    value, error = float(mean.value[0]), float(mean.error[0])
    off, noise = 100 * (value - saddle) / saddle, 100 * error / saddle
    cells = (
        name, width, len(labels), f"{saddle:.4f}", f"{gaussian:.4f}",
        f"{value:.4f} ± {error:.4f}", f"{off:+.2f} ± {noise:.2f} %", f"{mean.r_hat:.3f}",
    )  # fmt: skip
    return line(*map(str, cells))


def line(*cells: str) -> str:
    """Cells side by side."""
    widths = (5, 4, 4, 8, 9, 17, 16, 6)
    return " ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000, help="of each of two chains at N = 40")
    draws = parser.parse_args().draws
    print(line(*TITLES))
    for name, kernel in KERNELS.items():
        solver = Solver.of(network(kernel, 20))
        for width in WIDTHS:
            print(row(name, solver, width, max(4, draws * 40 // width)), flush=True)


if __name__ == "__main__":
    main()
