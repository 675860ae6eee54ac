"""A hidden layer of erf or ReLU features: the saddle point against the sampled nonlinear network.

The theory replaces the features by Gaussian ones. Three numbers for the overlap of the readout,
u_a = |a|^2 / N, on random data with as many inputs as examples and P/N = 3/4:

- the saddle point of the derived action, leading order as N, P -> infinity;
- the posterior mean of a network of Gaussian features, exact at width N, by quadrature of its law
  over u_a and b, the projection of the readout on the mean of the features;
- the posterior mean of the nonlinear network itself, by elliptical slice sampling, with its
  Monte Carlo error; nothing of the theory is in it.

The first two differ by what the saddle point leaves out, the last two by the nonlinearity. ReLU
features have a mean, and the labels have one too in the last rows: as many times sqrt(N) as the
table says. About two minutes:

    python examples/nonlinear_features.py [--draws 1000]
"""

from __future__ import annotations

import argparse

import numpy as np

from derive import Network, Readout
from derive.network import Features, data_from_arrays
from derive.sampling.statistics import estimates
from derive.solver import Solver
from derive.theories.networks.description.feature_maps import has_mean, kernel_matrix, kernel_mean
from derive.theories.networks.samplers.features import sample_features

CASES = (("erf", "arc-sine", 0.0), ("ReLU", "arc-cosine-1", 0.0), ("ReLU", "arc-cosine-1", 0.5))
"""Name, kernel, and the mean of the labels over sqrt(N)."""
WIDTHS = (20, 40, 80)
BELOW, ABOVE, TEMPERATURE = 1.3, 1.2, 0.2
"""Variances of the two weights, and the temperature."""
TITLES = ("phi", "mean", "N", "P", "saddle", "Gaussian", "sampled", "off saddle", "R-hat")


def network(kernel: str, width: int) -> Network:
    """One hidden layer."""
    return Network((Features(width, kernel, BELOW), Readout(ABOVE)), TEMPERATURE)


def task(width: int, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs (P, P, 1) and labels (P,)."""
    generator = np.random.default_rng(width)
    examples = 3 * width // 4
    inputs = generator.normal(size=(examples, examples, 1))
    return inputs, mean * np.sqrt(width) + 1.5 * generator.normal(size=examples)


def gaussian_mean(kernel: str, width: int, inputs: np.ndarray, labels: np.ndarray) -> float:
    """The posterior mean of u_a = v + b^2/N for Gaussian features, by the trapezoidal rule.

    N v / sigma_a^2 is chi-squared with N - 1 degrees of freedom, b is normal of variance sigma_a^2,
    and the labels are normal of mean m b and covariance u_a (kappa - m m^T) + T.
    """
    flat = inputs[:, :, 0]
    mean = kernel_mean(kernel, flat, BELOW) if has_mean(kernel) else np.zeros(len(flat))
    covariance = kernel_matrix(kernel, flat, flat, BELOW) - np.outer(mean, mean)
    values, axes = np.linalg.eigh(covariance)
    target, along = axes.T @ labels, axes.T @ mean
    across = np.exp(np.linspace(-3, 3, 300))[:, None, None]
    b = np.linspace(-8, 8 + 2 * np.sqrt(width), 600)[None, :, None]
    overlap = across + b**2 / width
    spread = overlap * values + TEMPERATURE
    logs = -0.5 * (np.log(spread) + (target - b * along) ** 2 / spread).sum(axis=2)
    prior = (width - 1) / 2 * np.log(across) - width * across / (2 * ABOVE) - b**2 / (2 * ABOVE)
    logs += prior[:, :, 0]
    weights = np.exp(logs - logs.max())
    return float((weights * overlap[:, :, 0]).sum() / weights.sum())


def row(case: tuple[str, str, float], solver: Solver, width: int, draws: int) -> str:
    """One line of the table."""
    name, kernel, shift = case
    described = network(kernel, width)
    inputs, labels = task(width, shift)
    data = data_from_arrays({"inputs": inputs, "labels": labels}, described)
    saddle = float(solver.solve(described, data).overlaps[0][0, 0])
    gaussian = gaussian_mean(kernel, width, inputs, labels)
    found = sample_features(described, inputs, labels, draws=draws, chains=2, seed=1)
    mean = estimates(found)["overlaps"]
    value, error = float(mean.value[0]), float(mean.error[0])
    off, noise = 100 * (value - saddle) / saddle, 100 * error / saddle
    cells = (
        name, shift, width, len(labels), f"{saddle:.4f}", f"{gaussian:.4f}",
        f"{value:.4f} ± {error:.4f}", f"{off:+.2f} ± {noise:.2f} %", f"{mean.r_hat:.3f}",
    )  # fmt: skip
    return line(*map(str, cells))


def line(*cells: str) -> str:
    """Cells side by side."""
    widths = (5, 4, 4, 4, 8, 9, 17, 16, 6)
    return " ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000, help="of each of two chains at N = 40")
    draws = parser.parse_args().draws
    print(line(*TITLES))
    for case in CASES:
        solver = Solver.of(network(case[1], 20))
        for width in WIDTHS:
            print(row(case, solver, width, max(4, draws * 40 // width)), flush=True)


if __name__ == "__main__":
    main()
