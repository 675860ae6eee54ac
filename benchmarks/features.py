"""Effective draws per second of the sampler of a nonlinear hidden layer, by group size.

Run with ``python benchmarks/features.py [--width 40] [--draws 400]``. P = N_x = 3 N / 4, labels of
standard deviation 1.5. The smallest effective sample size of the readout's overlap and of the
predictor is divided by the seconds of processor time that draws and warming up took. A group is
the number of neurons that one elliptical slice moves: all of them at once, or some.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from derive.sampling.statistics import estimates
from derive.theories.networks.description import Features, Network, Readout
from derive.theories.networks.samplers.features import chain, sample_features

KERNELS = ("arc-sine", "arc-cosine-1")
TEMPERATURES = (0.1, 0.3)
GROUPS = (1, 4, 16)


def rate(network: Network, data: tuple[np.ndarray, ...], draws: int) -> tuple[float, float]:
    inputs, labels, tests = data
    started = time.process_time()
    found = sample_features(network, inputs, labels, inputs_test=tests, draws=draws, chains=2)
    seconds = time.process_time() - started
    by_name = estimates(found)
    sizes = [by_name[name].sample_size for name in ("overlaps", "mean")]
    return min(sizes) / seconds, max(by_name[name].r_hat for name in ("overlaps", "mean"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=40)
    parser.add_argument("--draws", type=int, default=400)
    options = parser.parse_args()
    examples = 3 * options.width // 4
    generator = np.random.default_rng(5)
    inputs = generator.normal(size=(examples + 5, examples, 1))
    data = inputs[:examples], 1.5 * generator.normal(size=examples), inputs[examples:]
    print(f"N = {options.width}, P = {examples}, {options.draws} draws of each of two chains")
    for kernel in KERNELS:
        for temperature in TEMPERATURES:
            network = Network((Features(options.width, kernel, 1.3), Readout(1.2)), temperature)
            for group in (*GROUPS, options.width):
                chain.NEURONS = group
                found, r_hat = rate(network, data, options.draws)
                print(
                    f"  {kernel:<13} T = {temperature:<4} {group:>3} neurons a slice: "
                    f"{found:8.1f} effective draws a second, R-hat {r_hat:.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
