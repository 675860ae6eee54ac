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
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import attended_inputs, path_count
from derive.theories.networks.module import generate
from derive.theories.networks.solver import Solver
from derive.theories.networks.tasks.hidden_markov import hidden_markov
from derive.threads import one_blas_thread


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


def random_task(paths: int, examples: int, features: int) -> Data:
    """Random inputs, of which the first path's have more variance; labels that two paths tell."""
    generator = np.random.default_rng(0)
    attended = generator.normal(size=(examples, features, paths))
    attended[:, :, 0] += generator.normal(size=(examples, features))
    return Data(attended, np.sign(attended[:, 0, 0] + attended[:, 1, 1]))


class Counted:
    """How often a module contracts all pairs of examples: the cost of a kernel or its adjoint.

    Whitened inputs and the Hessian's matrix, about an evaluation together, are in the seconds only.
    """

    def __init__(self, module, examples: int) -> None:
        self.count, self.seconds = 0, 0.0
        self.module, self.examples = module, examples
        self.kept = module.path_kernel, module.path_projection

    def __enter__(self):
        kernel, projection = self.kept

        def counted_kernel(overlap, left, right):
            self.count += len(left) == len(right) == self.examples
            return kernel(overlap, left, right)

        def counted_projection(matrix, left, right):
            self.count += len(matrix) == self.examples
            return projection(matrix, left, right)

        self.module.path_kernel, self.module.path_projection = counted_kernel, counted_projection
        self.start = time.process_time()
        return self

    def __exit__(self, *_) -> None:
        self.seconds = time.process_time() - self.start
        self.module.path_kernel, self.module.path_projection = self.kept


def minimised(module, problem) -> float:
    """The minimiser alone, from infinite width, with a signature by products: the action."""
    dense, module.DENSE_HESSIAN = module.DENSE_HESSIAN, 100
    overlaps, _, _ = module.descend(
        module.infinite_width(problem),
        problem.widths,
        lambda g: module.action_and_gradient(g, problem),
        lambda g: module.hessian_product(g, problem),
        1e-10,
    )
    module.DENSE_HESSIAN = dense
    return module.action(overlaps, problem)


def against_minimiser(name: str, network: Network, examples: int, features: int) -> None:
    """Solving against the minimiser alone: CPU seconds, contractions, and one evaluation's floor.

    An evaluation of action and gradient contracts twice.
    """
    solver = Solver.of(network)
    data = random_task(path_count(network), examples, features)
    problem, module = solver.problem(network, data), solver.module
    with one_blas_thread():
        overlaps = module.infinite_width(problem)
        with Counted(module, examples) as floor:
            module.action_and_gradient(overlaps, problem)
        with Counted(module, examples) as ours:
            found = module.solve(
                data.attended, data.labels, widths=problem.widths, variances=problem.variances,
                temperature=problem.temperature, heads=problem.heads,
            )  # fmt: skip
        with Counted(module, examples) as theirs:
            action = minimised(module, problem)
    print(
        f"  {name}, P = {examples}, N_0 = {features}: {ours.seconds:.2f} s CPU, "
        f"{ours.count / 2:.0f} evaluations of {floor.seconds:.4f} s; the minimiser alone "
        f"{theirs.seconds:.2f} s, {theirs.count / 2:.0f} evaluations: ratios "
        f"{theirs.seconds / ours.seconds:.1f} and {theirs.count / ours.count:.1f}; actions "
        f"{found.action:.6f} and {action:.6f}",
        flush=True,
    )


def solving(*, quick: bool) -> None:
    print("solving against the minimiser alone, one thread (aim 5 in evaluations)")
    for examples in (100, 200):
        for width in (10, 1000):
            name = f"16 paths, N = {width}"
            against_minimiser(name, chain(2, 4, width, 0.1), examples, 200)
    against_minimiser("32 paths, N = 100", chain(5, 2, 100, 0.1), 100, 100)
    residual = Network(
        (Embedding(20, 1.1), *[Residual((Attention(2, 0.9),)) for _ in range(2)], Readout(1.2)), 0.1
    )
    against_minimiser("two residuals, 9 paths, N = 20", residual, 100, 100)
    if not quick:
        against_minimiser("16 paths, N = 100", chain(2, 4, 100, 0.1), 2000, 200)
        against_minimiser("256 paths, N = 300", chain(4, 4, 300, 0.1), 200, 200)


def large(layers: int, heads: int, width: int, examples: int, features: int) -> None:
    network = chain(layers, heads, width, 0.1)
    paths = heads**layers
    data, solver = random_task(paths, examples, features), Solver.of(network)
    start = time.perf_counter()
    solution = solver.solve(network, data)
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
    said = (found.stdout or found.stderr).splitlines() or [f"status {found.returncode}"]
    print(f"derive check --ladder: {spent:.0f} s (aim 300), {said[-1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the large problems")
    quick = parser.parse_args().quick
    depths()
    residuals()
    hidden_markov_chain()
    unavoidable()
    solving(quick=quick)
    if not quick:
        large(2, 4, 100, 600, 500)
        large(4, 4, 300, 200, 200)
        ladder()


if __name__ == "__main__":
    main()
