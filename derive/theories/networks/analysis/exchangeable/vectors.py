r"""The vectors of a stream one by one, for given head counts: branches, permutations, sectors.

The rule that splits expressions counts vectors; here they are listed. Certificates hold one against
the other, and solvers on data use the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.symmetry.permutations import Sector
from derive.theories.networks.description import StreamGraph

Table = NDArray[np.int64]
"""The branch, from 1, that each vector takes through each weight; 0 where it does not.

Of several outputs each adds a column, with a 1 where the vector is one of its own.
"""


def vector_tables(graph: StreamGraph, heads: Sequence[int]) -> dict[int, Table]:
    """For every weight the branches of the vectors that it makes; for weight 0, of the paths."""
    tables: dict[int, Table] = {}
    for weight in reversed(graph.weights):
        above = [tables[k] for k in weight.acts_on]
        start = np.concatenate(above) if above else _outputs(graph, weight.outputs)
        count = heads[weight.index]
        table = np.tile(start, (count, 1))
        table[:, weight.index] = np.repeat(np.arange(1, count + 1), len(start))
        tables[weight.index] = table
    return tables


def _outputs(graph: StreamGraph, outputs: int) -> Table:
    """A row for every output, before any branch is taken."""
    taken = np.zeros((outputs, len(graph.weights)), dtype=np.int64)
    return taken if outputs == 1 else np.hstack([taken, np.eye(outputs, dtype=np.int64)])


def stream_tables(graph: StreamGraph, heads: Sequence[int]) -> tuple[Table, ...]:
    """The branches of all vectors of every stream, the lowest first."""
    made = vector_tables(graph, heads)
    return tuple(np.concatenate([made[w] for w in stream.weights]) for stream in graph.streams)


def permuted(table: Table, weight: int, order: Sequence[int]) -> NDArray[np.int64]:
    """Where each vector goes when head h of a weight becomes head order[h - 1]."""
    moved = table.copy()
    passes = table[:, weight] > 0
    moved[passes, weight] = np.asarray(order)[table[passes, weight] - 1]
    place = {tuple(row): number for number, row in enumerate(table.tolist())}
    return np.array([place[tuple(row)] for row in moved.tolist()])


def group(table: Table, weights: Sequence[int], heads: Sequence[int]) -> Iterator[Any]:
    """Every permutation of the heads of some weights, as it moves the vectors."""
    choices = [list(permutations(range(1, heads[weight] + 1))) for weight in weights]
    for orders in product(*choices):
        moved = np.arange(len(table))
        for weight, order in zip(weights, orders, strict=True):
            moved = permuted(table, weight, order)[moved]
        yield moved


def helmert(count: int, root: Callable[[Any], Any]) -> Any:
    """An orthogonal matrix whose first row is constant."""
    rows = np.zeros((count, count), dtype=object)
    rows[0] = 1 / root(count)
    for k in range(1, count):
        length = root(k * (k + 1))
        rows[k, :k] = 1 / length
        rows[k, k] = -k / length
    return rows


def sector_basis(table: Table, sector: Sector, heads: Sequence[int], root: Any = np.sqrt) -> Any:
    """Orthonormal vectors that span a sector: shape (multiplicity, k_S, vectors).

    Args:
        table: Of a stream.
        sector: The weights over whose heads the vectors are orthogonal to the ones.
        heads: Of every weight.
        root: The square root of the arithmetic that is wanted.
    """
    passed = list(dict.fromkeys(tuple(row) for row in (table > 0).tolist()))
    kinds = [kind for kind in passed if all(kind[weight] for weight in sector)]
    matrices = {w: helmert(count, root) for w, count in enumerate(heads)}
    choices = [range(1, heads[weight]) for weight in sector]
    basis = []
    for numbers in product(*choices):
        chosen = dict(zip(sector, numbers, strict=True))
        basis.append([_vector(table, kind, chosen, matrices) for kind in kinds])
    return np.array(basis, dtype=object).reshape(len(basis), len(kinds), len(table))


def _vector(table: Table, kind: Any, chosen: dict[int, int], matrices: dict[int, Any]) -> Any:
    """A product over layers, on the vectors that pass just these; zero on all others."""
    vector = np.zeros(len(table), dtype=object)
    rows = np.flatnonzero(((table > 0) == np.array(kind)).all(axis=1))
    entries = np.ones(len(rows), dtype=object)
    for weight in (w for w in matrices if kind[w]):
        entries = entries * matrices[weight][chosen.get(weight, 0), table[rows, weight] - 1]
    vector[rows] = entries
    return vector
