"""What a sampler returns: chains of overlaps and of the predictor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WEIGHTS = "weights"
OVERLAPS = "overlaps"
FEATURES = "features"


@dataclass(frozen=True, eq=False)
class Draws:
    r"""Draws from a posterior, several chains side by side.

    Attributes:
        method: WEIGHTS, OVERLAPS or FEATURES: what the chains walked through.
        overlaps: G_s of every stream, in the normalisation of streams, the lowest first; each of
            shape (chains, draws, m_s, m_s). Of draws of features their mean given the draw.
        means: The predictor's mean given the draw, shape (chains, draws, P_*); for draws of the
            weights the output f itself.
        variances: The predictor's variance given the draw, the same shape; zero for draws of the
            weights.
        seed: Of the random generators.
        seconds: Time spent.
        interrupted: Whether there are fewer draws than were asked for.
        note: Which law they are of, where it is not the model's own.
        state: What the chains go on from; it belongs to the sampler.
        projections: Of draws of features, b: the projections g 1 / sqrt(N) of the readout on the
            all-ones direction, their mean given the draw, shape (chains, draws, 1).
    """

    method: str
    overlaps: tuple[Array, ...] = field(repr=False)
    means: Array = field(repr=False)
    variances: Array = field(repr=False)
    seed: int
    seconds: float
    interrupted: bool = False
    note: str = ""
    state: Any = field(default=None, repr=False)
    projections: Array | None = field(default=None, repr=False)

    @property
    def chains(self) -> int:
        """The number of chains."""
        return int(self.means.shape[0])

    @property
    def draws(self) -> int:
        """The number of draws of each chain."""
        return int(self.means.shape[1])

    def quantities(self) -> dict[str, Array]:
        """What is estimated: the entries of every overlap, the predictor's mean and variance.

        The posterior variance is the mean of the variance given the draw plus the squared
        deviation of the mean given the draw: fluctuations of the overlaps are in it.

        Returns:
            Name to shape (chains, draws, entries): `overlaps` (upper triangles, the lowest stream
            first), `mean`, `variance`, and `projections` where there are some.
        """
        rows = []
        for overlap in self.overlaps:
            upper = np.triu_indices(overlap.shape[-1])
            rows.append(overlap[..., upper[0], upper[1]])
        centre = self.means.mean(axis=(0, 1))
        spread = self.variances + (self.means - centre) ** 2
        arrays = {"overlaps": np.concatenate(rows, axis=-1), "mean": self.means, "variance": spread}
        return arrays if self.projections is None else arrays | {"projections": self.projections}
