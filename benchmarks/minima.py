"""Whether the default solution is the lowest minimum, on random settings.

Run with ``python benchmarks/minima.py chains --settings 1000`` for chains with one head per layer,
held against every root of the scalar equation; with ``python benchmarks/minima.py several
--settings 200 --starts 64`` for several heads, skips, gates, convolutions and outputs, held against
random starts. What is missed is printed with its number, which ``--first`` repeats.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from derive.errors import SolveError
from derive.programs.runtime.minima import is_near, runs_into
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Data,
    Embedding,
    Gated,
    Linear,
    Network,
    Parallel,
    Readout,
    Residual,
    Serial,
    path_count,
)
from derive.theories.networks.solver import Solution, Solver
from derive.theories.networks.solver.starts import random_overlap
from derive.threads import one_blas_thread

KINDS = (
    "one attention", "two attentions", "three attentions", "residual", "two residuals", "gated",
    "two gated", "convolution", "two convolutions", "outputs", "parallel", "residual on attention",
    "linear between",
)  # fmt: skip


class Draw:
    """Random sizes, variances and labels of one setting."""

    def __init__(self, number: int) -> None:
        self.random = np.random.default_rng([1414, number])

    def between(self, low: float, high: float) -> float:
        """Uniform in the logarithm."""
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def width(self, low: int, high: int) -> int:
        """A whole number, uniform in the logarithm."""
        return round(self.between(low, high))

    def variance(self) -> float:
        """From 0.01 to 1."""
        return round(self.between(0.01, 1.0), 5)

    def labels(self, shape: tuple[int, ...], scale: float) -> np.ndarray:
        """Signs or normal numbers."""
        drawn = self.random.normal(size=shape)
        return scale * (np.sign(drawn) if self.random.uniform() < 0.5 else drawn)


def chain(number: int) -> tuple[Network, Data]:
    """1 to 5 stages, widths 2 to 300, variances 1 to 0.01, T 0 to 10, P below and above N_0."""
    draw = Draw(number)
    stages = int(draw.random.integers(1, 6))
    examples, features = int(draw.random.integers(3, 30)), int(draw.random.integers(2, 40))
    layers: list[Any] = [Embedding(width=draw.width(2, 300), variance=1.3)]
    for _ in range(stages - 1):
        layers.append(Linear(variance=draw.variance(), width=draw.width(2, 300)))
    layers.append(Readout(variance=draw.variance()))
    temperatures = (0.0, 1e-4, 1e-2, 0.1, 1.0, 10.0)[0 if features >= examples else 1 :]
    network = Network(tuple(layers), float(draw.random.choice(temperatures)))
    inputs = draw.random.normal(size=(examples, features))
    if draw.random.uniform() < 0.3:
        inputs = inputs * np.exp(draw.random.normal(size=features))
    return network, Data(inputs[:, :, None], draw.labels((examples,), draw.between(0.03, 30.0)))


@cache
def theories(stages: int) -> tuple[Solver, Any]:
    """Solver and scalar theory of so many stages."""
    inner = [Linear(variance=0.9, width=5 + k) for k in range(stages - 1)]
    network = Network((Embedding(width=7, variance=1.3), *inner, Readout(variance=1.2)), 0.3)
    return Solver.of(network), scalar_theory(network)


def roots(network: Network, data: Data) -> tuple[Any, ...]:
    """Every stationary point of a chain, the lowest action first, in mpmath."""
    inputs = data.attended[:, :, 0]
    kernel = network.layers[0].variance * inputs @ inputs.T / inputs.shape[1]
    found, axes = np.linalg.eigh(kernel)
    widths = [float(layer.width) for layer in network.layers[:-1]]
    names = [*(f"N_{k}" for k in range(1, len(widths))), "N_a"]
    given: dict[str, Any] = dict(zip(names, widths, strict=True))
    given["c"] = float(np.prod([layer.variance for layer in network.layers[1:]]))
    if network.temperature:
        kept = np.where(found > 1e-13 * found[-1], found, 0.0)
        given |= {"temperature": network.temperature, "eigenvalues": kept.tolist()}
        given["projections"] = (axes.T @ data.labels).tolist()
    else:
        signal = data.labels @ np.linalg.solve(kernel, data.labels)
        given |= {"P": len(data.labels), "s": float(signal)}
    return theories(len(widths))[1].solve(given, 15).roots


def chain_gap(number: int) -> tuple[int, float, str]:
    """How many roots there are, how far above the lowest the solution is, and what it says."""
    network, data = chain(number)
    known = roots(network, data)
    solution = theories(len(network.layers) - 1)[0].solve(network, data)
    here = np.log(solution.bottom[0, 0])
    nearest = min(known, key=lambda root: abs(np.log(float(root.overlap)) - here))
    size = max(1.0, abs(float(known[0].action)))
    return len(known), float(nearest.action - known[0].action) / size, solution.message


def several(number: int) -> tuple[str, Network, Data]:
    """Several heads, skips, gates, convolutions or outputs."""
    draw = Draw(number)
    kind = KINDS[number % len(KINDS)]

    def sized() -> dict[str, Any]:
        return {"variance": draw.variance(), "width": draw.width(3, 40)}

    def heads() -> int:
        return int(draw.random.integers(2, 4))

    def inner() -> Residual:
        return Residual((Attention(heads=heads(), variance=draw.variance()),))

    last = draw.width(3, 40)
    body: dict[str, Any] = {
        "one attention": lambda: (Attention(heads=heads(), **sized()),),
        "two attentions": lambda: [Attention(heads=heads(), **sized()) for _ in range(2)],
        "three attentions": lambda: [Attention(heads=2, **sized()) for _ in range(3)],
        "residual": lambda: (inner(),),
        "two residuals": lambda: (inner(), inner()),
        "gated": lambda: (Gated(gates=heads(), **sized()),),
        "two gated": lambda: (
            Gated(gates=heads(), **sized()), Linear(**sized()), Gated(gates=heads(), **sized()),
        ),
        "convolution": lambda: (Convolution(size=3, **sized()),),
        "two convolutions": lambda: [Convolution(size=3, **sized()) for _ in range(2)],
        "outputs": lambda: (Attention(heads=heads(), **sized()), Linear(**sized())),
        "parallel": lambda: (
            Parallel((
                Serial((Linear(**sized()), Linear(variance=draw.variance(), width=last))),
                Attention(heads=2, variance=draw.variance(), width=last),
            )),
        ),
        "residual on attention": lambda: (Attention(heads=heads(), **sized()), inner()),
        "linear between": lambda: (
            Attention(heads=heads(), **sized()), Linear(**sized()),
            Attention(heads=heads(), **sized()),
        ),
    }  # fmt: skip
    outputs = 2 if kind == "outputs" else 1
    network = Network(
        (
            Embedding(width=draw.width(3, 40), variance=1.1),
            *body[kind](),
            Readout(variance=draw.variance(), outputs=outputs),
        ),
        float(draw.random.choice([1e-3, 1e-2, 0.1, 1.0])),
    )
    examples, features = int(draw.random.integers(4, 16)), int(draw.random.integers(3, 20))
    paths = path_count(network) // outputs
    attended = draw.random.normal(size=(examples, features, paths))
    attended *= np.exp(draw.random.normal(size=paths) * draw.random.integers(0, 2))
    labels = draw.labels((examples, outputs), draw.between(0.5, 30.0))
    return kind, network, Data(attended, labels if outputs > 1 else labels[:, 0])


@cache
def solver_of(kind: str, layers: int) -> Solver:
    """Derived once for networks of one form; sizes are symbols in the module."""
    found = next(several(k) for k in range(1000) if several(k)[0] == kind)
    return Solver.of(found[1])


def several_gap(number: int, starts: int) -> tuple[str, int, float, str]:
    """How many minima were told, how far the best random start is below, and the message."""
    kind, network, data = several(number)
    solver = solver_of(kind, len(network.layers))
    solution = solver.solve(network, data)
    module, generator = solver.module, np.random.default_rng(number)
    problem = solver.problem(network, data)
    lowest = best = module.height(solution.overlaps, problem)
    centre = module.infinite_width(problem)
    for _ in range(starts):
        start = tuple(random_overlap(point, generator) for point in centre)
        with suppress(SolveError, np.linalg.LinAlgError), one_blas_thread():
            near = downhill(module, problem, start, solution)
            if near is not None:
                other = solver.solve(network, data, start=near)
                if other.converged:
                    best = min(best, module.height(other.overlaps, problem))
    size = max(1.0, abs(lowest))
    return kind, 1 + len(solution.others), (lowest - best) / size, solution.message


def downhill(module: Any, problem: Any, start: Any, solution: Solution) -> Any:
    """A point near a minimum that may be lower than the solution, or None.

    The descent ends where it runs into a minimum that is told; what is left of it at a relative
    gradient of a hundredth lowers the action by no more than a part in a thousand of the widths.
    """
    inner, told = module.inside(problem), [solution, *solution.others]
    minima = [(one.overlaps[0], module.action(one.overlaps, inner)) for one in told]
    near = module.quasi_newton(
        start, *module._functions(inner)[:2], 1e-2,
        until=lambda point, value: runs_into(point, value, minima, min(problem.widths)),
    )  # fmt: skip
    above = module.action(near, inner) - module.action(solution.overlaps, inner)
    known = is_near(near, told) or above > 1e-3 * sum(problem.widths)
    return None if known else near


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("chains", "several"))
    parser.add_argument("--settings", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--starts", type=int, default=64)
    options = parser.parse_args()
    missed = multiple = done = unconverged = 0
    for number in range(options.first, options.first + options.settings):
        try:
            if options.what == "chains":
                count, gap, message = chain_gap(number)
                kind = "chain"
            else:
                kind, count, gap, message = several_gap(number, options.starts)
        except SolveError as error:
            print(f"{number}: {error}", flush=True)
            continue
        if not message.startswith("converged"):
            unconverged += 1
            continue
        done, multiple = done + 1, multiple + (count > 1)
        if gap > 1e-8:
            missed += 1
            print(f"{number} {kind}: {gap:.2e} above the lowest; {message}", flush=True)
    print(
        f"{options.what}: {done} settings converged, {multiple} of them with several minima and "
        f"{missed} missed; {unconverged} not converged, which count as neither"
    )


if __name__ == "__main__":
    main()
