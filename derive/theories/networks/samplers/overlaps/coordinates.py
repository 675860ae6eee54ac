r"""Free coordinates of positive definite overlaps.

.. math:: G = C T T^\top C^\top, \qquad T_{ii} = e^{t_i}

with C a factor of a reference and T lower triangular. The coordinates are t and the entries of T
below its diagonal; the measure of the upper triangle of G is

.. math:: dG = 2^m \det(C)^{m+1} \prod_{i=1}^m e^{(m - i + 2) t_i}\, dt\, dT

(Muirhead 1982, theorem 2.1.9, with the diagonal on a logarithmic scale).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from derive.sampling.draws import Array


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Coordinates of the overlaps of all streams, one after another.

    Attributes:
        factors: C of every stream.
    """

    factors: tuple[Array, ...] = field(repr=False)

    @classmethod
    def around(cls, overlaps: Sequence[Array]) -> Coordinates:
        """Coordinates that vanish at some overlaps."""
        return cls(tuple(np.linalg.cholesky(overlap) for overlap in overlaps))

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(len(c) * (len(c) + 1) // 2 for c in self.factors)

    def overlaps(self, point: Array) -> tuple[Array, ...]:
        """The overlaps at a point."""
        overlaps, start = [], 0
        for factor in self.factors:
            count = len(factor)
            size = count * (count + 1) // 2
            lower = np.zeros((count, count))
            lower[np.tril_indices(count)] = point[start : start + size]
            np.fill_diagonal(lower, np.exp(np.diagonal(lower)))
            root = factor @ lower
            overlaps.append(root @ root.T)
            start += size
        return tuple(overlaps)

    def log_volume(self, point: Array) -> float:
        """ln dG / d(coordinates), without what does not depend on the point."""
        total, start = 0.0, 0
        for factor in self.factors:
            count = len(factor)
            size = count * (count + 1) // 2
            diagonal = start + np.cumsum(np.arange(1, count + 1)) - 1
            total += float((count + 1 - np.arange(count)) @ point[diagonal])
            start += size
        return total
