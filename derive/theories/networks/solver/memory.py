"""The memory that solving takes, from the sizes of a problem and before anything is allocated.

Counted are arrays of numbers that are alive at one time in a generated module; what grows with no
size (modules, small vectors) is left out. benchmarks/memory.py holds the count against what is
measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from derive.memory import NUMBER, available_memory, path_text, refuse_beyond_memory
from derive.theories.networks.description import Data, Network
from derive.theories.networks.description.file_sizes import FileSizes, file_sizes, shapes_in
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.description.paths import path_count
from derive.theories.networks.description.predicted import REMEDY
from derive.theories.networks.module.runtime.curvature import MOST_NUMBERS
from derive.theories.networks.module.runtime.signature import DENSE_HESSIAN, LANCZOS_STEPS

CORRECTIONS = 65
"""Vectors that L-BFGS keeps: 30 steps and as many changes of the gradient, and a few."""
LANCZOS = 3 * LANCZOS_STEPS + 5
"""Vectors in the basis that bounds the Hessian, and the two matrices that are made of it."""
SCAN = 7 * 20_001
"""Numbers while starting points are scanned for along a ray, whatever the problem."""
ARNOLDI = 130
"""Vectors kept while the ends of the Hessian's spectrum are found: 100 of a basis, 20 found."""
KERNELS = 8
"""P x P matrices alive in a product with the Hessian: kernel, factor, resolvent and products."""
OVERLAPS = 10
"""Matrices of the size of an overlap alive there: factors, gradients, steps and their products."""


@dataclass(frozen=True)
class Sizes:
    """Sizes of a problem.

    Attributes:
        examples: P.
        tests: P_*, 0 without test examples.
        features: N_0.
        paths: M.
        distinct: m, the number of classes of identical paths.
        vectors: m_s of every stream.
    """

    examples: int
    tests: int
    features: int
    paths: int
    distinct: int
    vectors: tuple[int, ...]

    @classmethod
    def of(cls, network: Network, data: Data) -> Sizes:
        """Of a network whose symbols have values, on data."""
        examples, features, distinct = data.attended.shape
        tests = 0 if data.attended_test is None else len(data.attended_test)
        return cls(examples, tests, features, data.paths, distinct, vectors_of(network))

    @property
    def rows(self) -> int:
        """R, as many rows as the attended inputs can span."""
        return min(self.examples, self.distinct * self.features)

    @property
    def coordinates(self) -> int:
        """Entries of all overlaps, each pair once."""
        return sum(count * (count + 1) // 2 for count in self.vectors)

    def __str__(self) -> str:
        data = f"P = {self.examples}, N_0 = {self.features}"
        return f"{self.paths_text}, {data}"

    @property
    def paths_text(self) -> str:
        """The number of paths, and of those that differ, in words."""
        return path_text(self.paths, self.distinct)


def vectors_of(network: Network) -> tuple[int, ...]:
    """The number of vectors of every stream, the lowest first."""
    path_count(network)  # refuses numbers of heads that are symbols
    graph = stream_graph(network)
    heads = tuple(int(weight.heads) for weight in graph.weights)
    return tuple(graph.vectors(stream, heads) for stream in graph.streams)


def solving_bytes(sizes: Sizes, *, spectrum: bool = False) -> int:
    """What solving and predicting need at their peak, beside the data as they are given.

    Training inputs are copied with paths before features. A kernel multiplies them by a root of the
    overlaps, its adjoint by a matrix of examples and, example by example, with themselves. Test
    inputs are copied too, and multiplied by the overlaps. More examples than their inputs span are
    turned into as many rows, by their singular vectors.

    Args:
        sizes: Of the problem.
        spectrum: Whether stiff and sloppy directions are wanted too, of however many coordinates.
    """
    tests, count = sizes.tests, sizes.distinct
    inputs = sizes.examples * count * sizes.features
    rows = sizes.rows
    turned = rows * count * sizes.features
    turning = 8 * inputs if rows < sizes.examples else 0  # their decomposition, its copies and work
    projection = turned + rows * count**2
    coordinates = sizes.coordinates
    bound = LANCZOS * coordinates if coordinates > DENSE_HESSIAN else matrix_numbers(sizes)
    ends = ARNOLDI if coordinates > DENSE_HESSIAN else 4 * coordinates
    tested = 3 * tests * count * sizes.features + 3 * tests * rows
    peak = max(
        turning,
        projection + CORRECTIONS * coordinates,
        bound,
        SCAN,
        projection + ends * coordinates if spectrum else 0,
        tested,
    )
    squares = KERNELS * rows**2 + OVERLAPS * sum(count**2 for count in sizes.vectors)
    return NUMBER * (inputs + peak + squares)


def matrix_numbers(sizes: Sizes) -> int:
    """Numbers in the arrays of the Hessian's matrix: see `curvature` of the runtime.

    The inputs twice, whitened; what of them sees the labels; a block of their products, twice;
    traces over pairs of paths, and the directions.
    """
    count, short = sizes.distinct, min(sizes.rows, sizes.features)
    inputs = sizes.rows * count * sizes.features
    block = max(count**2 * short, min(MOST_NUMBERS, (count * short) ** 2))
    directions = sizes.coordinates * (sum(m**2 for m in sizes.vectors) + 2 * count**2)
    return 2 * inputs + 2 * sizes.rows * count**2 + 2 * block + count**4 + directions


def sizes_of(file: FileSizes, vectors: tuple[int, ...]) -> Sizes:
    """The sizes of the problem that a file makes."""
    shape = file.examples, file.tests, file.features
    return Sizes(*shape, file.paths, file.distinct, vectors)


def file_task_bytes(file: FileSizes, vectors: tuple[int, ...]) -> int:
    """What reading a file and solving need at their peak, from nothing.

    Args:
        file: Sizes of the data in the file.
        vectors: m_s of every stream.
    """
    return max(file.loading, file.kept + solving_bytes(sizes_of(file, vectors)))


def refuse_large(
    network: Network, data: Data, *, processes: int = 1, spectrum: bool = False
) -> None:
    """Refuse to solve what does not fit into memory.

    Args:
        network: Every number of heads has a value.
        data: Already in memory; each of several processes has its own.
        processes: That solve at once.
        spectrum: As in `solving_bytes`.

    Raises:
        SizeError: The message has the predicted number, and the number of paths.
    """
    sizes = Sizes.of(network, data)
    needed = processes * solving_bytes(sizes, spectrum=spectrum)
    if processes > 1:
        inputs = NUMBER * sizes.features * sizes.distinct * (sizes.examples + sizes.tests)
        needed += processes * inputs
    many = f" in {processes} processes" if processes > 1 else ""
    refuse_beyond_memory(needed, f"solving with {sizes}{many},", REMEDY)


def refuse_large_task(network: Network, path: str | Path) -> None:
    """Refuse to read and solve a data file where that does not fit into memory; nothing is read.

    Args:
        network: Every number of heads has a value.
        path: The .npz file.

    Raises:
        SizeError: The message has the predicted number, and the number of paths.
    """
    vectors, paths = vectors_of(network), path_count(network)
    bare = Sizes(0, 0, 0, paths, paths, vectors)  # what the overlaps take, whatever the data are
    refuse_beyond_memory(solving_bytes(bare), f"solving with {bare.paths_text}", REMEDY)
    shapes = shapes_in(path)
    for merged in (False, True):
        file = file_sizes(shapes, network, merged=merged)
        if file is None:
            return
        sizes, needed = sizes_of(file, vectors), file_task_bytes(file, vectors)
        if needed <= available_memory():
            return
    refuse_beyond_memory(needed, f"solving with {sizes},", REMEDY)
