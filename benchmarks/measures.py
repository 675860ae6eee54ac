"""Print the measures that the project holds itself to: times as ratios where machines are noisy.

Run with ``python benchmarks/measures.py [--quick]``; the large problems take a minute or two.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
from scipy import linalg

from derive import Attention, Data, Embedding, Network, Readout, Residual
from derive.codegen import generate
from derive.derivation import derive
from derive.network import attended_inputs
from derive.solver import Solver
from derive.tasks.hidden_markov import hidden_markov


def chain(layers: int, heads: int, width: int, temperature: float) -> Network:
    inner = [Attention(heads, 1.0, width) for _ in range(layers)]
    return Network((Embedding(width, 1.0), *inner, Readout(1.0)), temperature)


def stack(layers: int) -> Network:
    """Residuals one on the other: a single stream with 2^L sets of vectors and more."""
    inner = [Residual((Attention(f"H_{k}", 0.9),)) for k in range(layers)]
    return Network((Embedding("N", 1.1), *inner, Readout(1.2)), "T")


def median(function, repeats: int) -> float:
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def depths() -> None:
    print("derive + generate, certificates apart (s), and per layer")
    derive(chain(1, 2, 10, 0.1))
    for layers in (1, 2, 4, 8, 16):
        network = chain(layers, 2, 10, 0.1)
        start = time.perf_counter()
        generate(derive(network))
        spent = time.perf_counter() - start
        print(f"  depth {layers:>2}: {spent:6.2f}   {spent / layers:5.2f}")
    for heads in (2, 50):
        network = chain(2, heads, 1000, 0.1)
        print(f"  depth  2, {heads} heads: {median(lambda n=network: generate(derive(n)), 3):6.2f}")


def residuals() -> None:
    print(
        "stacked residuals: derive + generate (s, aim 10 for 12 layers), characters of the module"
    )
    for layers in (3, 6, 12, 24):
        network = stack(layers)
        start = time.perf_counter()
        text = generate(derive(network)).source
        print(f"  {layers:>2} layers: {time.perf_counter() - start:6.2f} {len(text):>8}")


def hidden_markov_chain() -> None:
    arrays = hidden_markov(0)
    network = chain(2, 2, 10, 0.01)
    attention = [arrays["attention_1"], arrays["attention_2"]]
    attended = attended_inputs(network, arrays["inputs"], attention)
    data, solver = Data(attended, arrays["labels"]), Solver.of(network)
    solver.solve(network, data)
    start = time.perf_counter()
    solution = solver.solve(network, data)
    spent = time.perf_counter() - start
    print(f"hidden Markov, N = 10: {spent:.2f} s, gradient_norm {solution.gradient_norm:.1e}")


def large(layers: int, heads: int, width: int, examples: int, features: int) -> None:
    network = chain(layers, heads, width, 0.1)
    generator = np.random.default_rng(0)
    paths = heads**layers
    attended = generator.normal(size=(examples, features, paths))
    attended[:, :, 0] += generator.normal(size=(examples, features))
    labels = np.sign(attended[:, 0, 0] + attended[:, 1, 1])
    solver = Solver.of(network)
    start = time.perf_counter()
    solution = solver.solve(network, Data(attended, labels))
    spent = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{paths} paths, P = {examples}, N_0 = {features}, N = {width}: {spent:.1f} s, peak "
        f"{memory:.2f} GB, gradient_norm {solution.gradient_norm:.1e}: {solution.message}"
    )


def unavoidable(examples: int = 600, features: int = 500) -> None:
    """One action-plus-gradient against the BLAS and LAPACK calls that it cannot avoid."""
    network = chain(2, 4, 100, 0.1)
    generator = np.random.default_rng(0)
    data = Data(generator.normal(size=(examples, features, 16)), generator.normal(size=examples))
    solver = Solver.of(network)
    problem = solver.problem(network, data)
    overlaps = solver.module.infinite_width(problem)
    flat = problem.attended.reshape(examples, -1)
    covariance = solver.module.kernel(overlaps, problem.attended, problem) + 0.1 * np.eye(examples)

    def bare() -> None:
        root = np.linalg.cholesky(overlaps[0]).T
        square = np.matmul(root, problem.attended).reshape(examples, -1)
        linalg.blas.dsyrk(1.0, square.T, trans=True, lower=True)
        factor = linalg.cholesky(covariance, lower=True, check_finite=False)
        inverse, _ = linalg.lapack.dpotri(factor, lower=True)
        seen = linalg.blas.dgemm(1.0, flat.T, inverse).T.reshape(problem.attended.shape)
        np.matmul(problem.attended, seen.transpose(0, 2, 1)).sum(axis=0)

    ours = median(lambda: solver.module.action_and_gradient(overlaps, problem), 7)
    least = median(bare, 7)
    print(f"action and gradient, P = {examples}, 16 paths: {ours:.3f} s, bare calls {least:.3f} s,")
    print(f"  ratio {ours / least:.2f} (aim 1.3)")


def ladder() -> None:
    """All the evidence for the packaged task, from the command line, in two processes."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "derive", "check", "--ladder", "--jobs", "2"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - start
    print(f"derive check --ladder: {spent:.0f} s (aim 300), {found.stdout.splitlines()[-1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the large problems")
    quick = parser.parse_args().quick
    depths()
    residuals()
    hidden_markov_chain()
    unavoidable()
    if not quick:
        large(2, 4, 100, 600, 500)
        large(4, 4, 300, 200, 200)
        ladder()


if __name__ == "__main__":
    main()
