"""Print predicted and measured peaks of memory, each measured in a process of its own.

Run with ``python benchmarks/memory.py [NAME ...]``; all of them take some minutes. What is measured
is the largest resident size less that before the data are made, the solver having been warmed up on
a small problem; the aim is a ratio between 1/2 and 2.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from derive import Attention, Convolution, Data, Embedding, Network, Readout, load_data
from derive.theories.networks.description import data_from_arrays
from derive.theories.networks.description.file_sizes import file_sizes, shapes_in
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.memory import Sizes, file_task_bytes, solving_bytes, vectors_of

WIDTH = 10**6
"""So wide that few steps are taken: the peak does not grow with their number, or with the width."""


@dataclass(frozen=True)
class Case:
    """A network and sizes of data; with tokens they are inputs, else attended inputs."""

    network: Network
    examples: int
    features: int
    tokens: int = 0
    tests: int = 0


def attention(layers: int, heads: int) -> Network:
    inner = [Attention(heads, 1.0, WIDTH) for _ in range(layers)]
    return Network((Embedding(WIDTH, 1.0), *inner, Readout(1.0)), 0.1)


def convolutions(layers: int, size: int) -> Network:
    inner = [Convolution(size, 1.0, WIDTH, padding=size // 2) for _ in range(layers)]
    return Network((Embedding(WIDTH, 1.0), *inner, Readout(1.0)), 0.1)


CASES = {
    "16 paths": Case(attention(2, 4), 600, 500),
    "256 paths": Case(attention(4, 4), 200, 300),
    "64 paths": Case(attention(3, 4), 1500, 100),
    "16 paths, tested": Case(attention(2, 4), 200, 200, tests=2000),
    "merged": Case(convolutions(5, 3), 300, 100, tokens=40),
    "merged, file": Case(convolutions(4, 3), 300, 100, tokens=40, tests=100),
    "attention, file": Case(attention(2, 4), 200, 60, tokens=40, tests=100),
}


def arrays_of(case: Case, generator: np.random.Generator) -> dict[str, np.ndarray]:
    found = {"labels": generator.normal(size=case.examples)}
    layers = case.network.layers
    for end, count in (("", case.examples), ("_test", case.tests)):
        if not count:
            continue
        found[f"inputs{end}"] = generator.random((count, case.features, case.tokens)) - 0.5
        for number, layer in enumerate([x for x in layers if isinstance(x, Attention)], start=1):
            shape = (count, int(layer.heads), case.tokens, case.tokens)
            found[f"attention_{number}{end}"] = generator.random(shape) / case.tokens
    return found


def plain_data(case: Case, generator: np.random.Generator) -> Data:
    paths = vectors_of(case.network)[0]
    attended, tests = (
        generator.random((count, case.features, paths)) - 0.5
        for count in (case.examples, case.tests)
    )
    return Data(attended, generator.normal(size=case.examples), tests if case.tests else None)


def peak() -> int:
    """The largest resident size so far, in bytes."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def measure(name: str) -> None:
    """Print predicted and measured bytes of a case."""
    case, generator = CASES[name], np.random.default_rng(0)
    solver = Solver.of(case.network)
    small = Case(attention(1, 2), 30, 3)
    Solver.of(small.network).solve(small.network, plain_data(small, generator))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.npz"
        if name.endswith("file"):
            command = [sys.executable, __file__, "--write", name, str(file)]
            subprocess.run(command, check=True)
        before = peak()
        if name.endswith("file"):
            sizes = file_sizes(shapes_in(file), case.network, merged=True)
            assert sizes is not None
            needed = file_task_bytes(sizes, vectors_of(case.network))
            data = load_data(file, case.network)
        else:
            data = (
                data_from_arrays(arrays_of(case, generator), case.network)
                if case.tokens
                else plain_data(case, generator)
            )
            kept = data.attended.nbytes
            kept += 0 if data.attended_test is None else data.attended_test.nbytes
            kept += 8 * case.examples * case.features * case.tokens
            needed = kept + solving_bytes(Sizes.of(case.network, data))
        solver.solve(case.network, data)
    print(needed, peak() - before, data.paths, data.attended.shape[2])


def write(name: str, path: str) -> None:
    np.savez(path, **arrays_of(CASES[name], np.random.default_rng(0)))


def report(names: list[str], show: Callable[[str], None] = print) -> None:
    show(f"{'':<18}{'paths':>7}{'distinct':>10}{'predicted':>12}{'measured':>12}{'ratio':>8}")
    for name in names:
        command = [sys.executable, __file__, "--measure", name]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        found = subprocess.run(
            command, capture_output=True, text=True, check=True, env=environment
        ).stdout.split()
        needed, used, paths, distinct = map(int, found)
        show(
            f"{name:<18}{paths:>7}{distinct:>10}{needed / 1e6:>9.0f} MB{used / 1e6:>9.0f} MB"
            f"{needed / used:>8.2f}"
        )


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    elif sys.argv[1:2] == ["--write"]:
        write(*sys.argv[2:])
    else:
        report(sys.argv[1:] or list(CASES))


if __name__ == "__main__":
    main()
