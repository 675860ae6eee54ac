"""Causal moving averages over tokens, as a kind of layer for derive."""

from dataclasses import dataclass

import numpy as np

from derive import Weighted
from derive.errors import DescriptionError


@dataclass(frozen=True)
class MovingAverage(Weighted):
    r"""Averages of the past of every token, one branch per decay.

    .. math:: z_t \mapsto \sum_{k=1}^{K} V^k \sum_{s \le t} w^k_{t s} z_s / \sqrt{K N},
              \qquad w^k_{t s} \propto \gamma_k^{t - s}, \quad \sum_{s \le t} w^k_{t s} = 1

    Args:
        decays: gamma_1, ..., gamma_K, each between 0 and 1: 0 keeps the token itself, 1 is the mean
            of all up to it.
        variance: Prior variance of the entries of every V^k.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
    """

    decays: tuple[float, ...]
    variance: float | str
    width: int | str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.decays, list):  # layers are hashed
            object.__setattr__(self, "decays", tuple(self.decays))

    @property
    def branches(self) -> int:
        """K, the number of decays."""
        return len(self.decays)

    def check(self) -> None:
        """Check the decays.

        Raises:
            DescriptionError: They are no list of numbers between 0 and 1.
        """
        numbers = isinstance(self.decays, tuple) and self.decays
        if not numbers or not all(isinstance(g, int | float) and 0 <= g <= 1 for g in self.decays):
            raise DescriptionError("decays: give a list of numbers between 0 and 1")

    def operators(self, data: None, tokens: int) -> np.ndarray:
        """The averages, shape (1, K, T, T): the same for every example."""
        ages = np.arange(tokens)[None, :] - np.arange(tokens)[:, None]  # t - s
        decays = np.array(self.decays, dtype=float)[:, None, None]
        weights = np.where(ages >= 0, decays ** np.maximum(ages, 0), 0.0)
        return (weights / weights.sum(axis=1, keepdims=True))[None]
