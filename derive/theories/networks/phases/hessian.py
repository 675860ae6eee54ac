r"""The Hessian at a symmetric point, kind by kind, in whitened coordinates.

.. math:: dG_s = G_s^{1/2} X_s G_s^{1/2}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.analysis.exchangeable.vectors import Table
from derive.theories.networks.phases.representations import (
    SYMMETRIC,
    Kinds,
    describe,
    dimension,
    directions,
    kinds_of,
)


@dataclass(frozen=True)
class HessianSector:
    """What the Hessian is on all directions of one kind.

    Attributes:
        kinds: For every declared layer.
        name: The same in words.
        multiplicity: How often each eigenvalue occurs.
        eigenvalues: In whitened coordinates, the lowest first. In factor coordinates
            G = C (1 + Z) (1 + Z)^T C^T they are four times as large.
        axes: X_s along each, for one representative of its kind.
    """

    kinds: Kinds
    name: str
    multiplicity: int
    eigenvalues: np.ndarray
    axes: tuple[Overlaps, ...] = field(repr=False)

    @property
    def direction(self) -> Overlaps:
        """X_s along the lowest."""
        return self.axes[0]

    @property
    def is_symmetric(self) -> bool:
        """Whether its directions keep the symmetry."""
        return set(self.kinds) <= {SYMMETRIC}

    @property
    def lowest(self) -> float:
        """The lowest eigenvalue."""
        return float(self.eigenvalues[0])


@dataclass(frozen=True)
class Layout:
    """Where the heads are.

    Attributes:
        tables: The branches of the vectors of every stream.
        layers: Numbers of the declared layers.
        weights: Their weights.
        heads: Of every weight.
    """

    tables: tuple[Table, ...]
    layers: tuple[int, ...]
    weights: tuple[int, ...]
    heads: tuple[int, ...]

    @property
    def declared(self) -> tuple[int, ...]:
        """The head counts of the declared layers."""
        return tuple(self.heads[weight] for weight in self.weights)


Product = Callable[[Overlaps], Overlaps]


def hessian_sectors(
    overlaps: Overlaps, product: Product, layout: Layout
) -> tuple[HessianSector, ...]:
    """The Hessian on every kind of direction, the symmetric one first.

    Args:
        overlaps: G_s, symmetric under the permutations.
        product: From directions dG_s to changes of the gradient.
        layout: Where the heads are.
    """
    roots = roots_of(overlaps)
    sectors = []
    for kinds in kinds_of(layout.declared):
        sector = sector_of(roots, product, layout, kinds, (1,) * len(kinds))
        if sector is not None:
            sectors.append(sector)
    return tuple(sectors)


def sector_of(
    roots: Overlaps, product: Product, layout: Layout, kinds: Kinds, sizes: Sequence[int]
) -> HessianSector | None:
    """The Hessian on one kind; None where no stream has directions of it.

    Args:
        roots: G_s^(1/2).
        product: From directions to changes of the gradient.
        layout: Where the heads are.
        kinds: For every declared layer.
        sizes: In each, how many heads stand against the others in the representative.
    """
    units = _units(layout, kinds, sizes)
    if not units:
        return None
    columns = []
    for stream, unit in units:
        steps = [np.zeros_like(root) for root in roots]
        steps[stream] = roots[stream] @ unit @ roots[stream]
        bent = product(tuple(steps))
        white = [root @ change @ root for root, change in zip(roots, bent, strict=True)]
        columns.append([float(np.sum(other * white[s])) for s, other in units])
    matrix = np.array(columns)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    pairs = zip(kinds, layout.declared, strict=True)
    return HessianSector(
        kinds=kinds,
        name=describe(layout.layers, kinds),
        multiplicity=math.prod(dimension(kind, heads) for kind, heads in pairs),
        eigenvalues=values,
        axes=tuple(_along(units, vector, roots) for vector in vectors.T),
    )


def _units(layout: Layout, kinds: Kinds, sizes: Sequence[int]) -> list[tuple[int, np.ndarray]]:
    """(stream, X): orthonormal directions of one kind, of all streams."""
    units = []
    for stream, table in enumerate(layout.tables):
        parts = directions(table, layout.weights, layout.heads, kinds, sizes)
        units += [(stream, part) for part in parts]
    return units


def _along(
    units: Sequence[tuple[int, np.ndarray]], vector: np.ndarray, roots: Overlaps
) -> Overlaps:
    steps = [np.zeros_like(root) for root in roots]
    for (stream, unit), share in zip(units, vector, strict=True):
        steps[stream] += share * unit
    return tuple(steps)


def moved(overlaps: Overlaps, direction: Overlaps, length: float) -> Overlaps:
    """G^(1/2) exp(length X) G^(1/2): positive definite, however far."""
    displaced = []
    for root, step in zip(roots_of(overlaps), direction, strict=True):
        values, axes = np.linalg.eigh(step)
        displaced.append(root @ (axes * np.exp(length * values)) @ axes.T @ root)
    return tuple((overlap + overlap.T) / 2.0 for overlap in displaced)


def roots_of(overlaps: Overlaps) -> Overlaps:
    """G_s^(1/2), symmetric, which permutations do not change either."""
    roots = []
    for overlap in overlaps:
        values, axes = np.linalg.eigh(overlap)
        roots.append((axes * np.sqrt(values)) @ axes.T)
    return tuple(roots)
