"""The exact law of a network's overlaps given its labels, as a function of coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.sampling.draws import Array
from derive.theories.networks.samplers.overlaps.coordinates import Coordinates

MOST_GRAMS = 2 * 10**7
"""Numbers kept of products of attended inputs; above, the kernel is made from the inputs."""


@dataclass(frozen=True, eq=False)
class Kernel:
    """The path kernel of the training examples as a linear map of the overlaps of the paths.

    Attributes:
        module: The generated module.
        problem: Of the module.
        pairs: sum_i X[mu, p, i] X[nu, p', i] of every pair p <= p' of distinct paths, both orders
            together, shape (pairs, P, P); None where they are too many.
    """

    module: Any = field(repr=False)
    problem: Any = field(repr=False)
    pairs: Array | None = field(repr=False)

    @classmethod
    def of(cls, module: Any, problem: Any) -> Kernel:
        """Keep the products where they fit in memory."""
        attended = module.inputs_of(problem.attended)
        examples, paths, _ = attended.shape
        rows, columns = np.triu_indices(paths)
        if len(rows) * examples**2 > MOST_GRAMS:
            return cls(module, problem, None)
        pairs = np.empty((len(rows), examples, examples))
        for number, (p, q) in enumerate(zip(rows, columns, strict=True)):
            product = attended[:, p] @ attended[:, q].T
            pairs[number] = product if p == q else product + product.T
        return cls(module, problem, pairs)

    def __call__(self, overlaps: tuple[Array, ...]) -> Array:
        """The path kernel, shape (P, P)."""
        bottom, attended = self.module.bottom(overlaps, self.problem), self.problem.attended
        if self.pairs is None:
            return np.asarray(self.module.path_kernel(bottom, attended, attended))
        bottom, _, _ = self.module.fold(bottom, attended, attended)
        weights = bottom[np.triu_indices(len(bottom))]
        return np.asarray(
            (weights @ self.pairs.reshape(len(weights), -1)).reshape(self.pairs.shape[1:])
        )


@dataclass(frozen=True, eq=False)
class Law:
    """ln p(overlaps | labels) in free coordinates, up to a constant.

    Attributes:
        module: The generated module.
        problem: Data, widths and parameters; the widths already multiplied by `copies`.
        copies: How many independent copies of the data there are.
        kernel: Of one copy.
        coordinates: Of the overlaps.
    """

    module: Any = field(repr=False)
    problem: Any = field(repr=False)
    copies: int
    kernel: Kernel = field(repr=False)
    coordinates: Coordinates = field(repr=False)

    def __call__(self, point: Array) -> float:
        """The log density; minus infinity where numbers give out."""
        try:
            overlaps = self.coordinates.overlaps(point)
            labels = self.module.label_law(self.kernel(overlaps), self.problem)
            prior = self.module.overlap_law(overlaps, self.problem)
        except (np.linalg.LinAlgError, FloatingPointError, ValueError):
            return -np.inf
        value = prior + self.copies * labels + self.coordinates.log_volume(point)
        return float(value) if np.isfinite(value) else -np.inf
