"""Draw until the Monte Carlo errors can be relied on, keeping every round."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive.errors import SamplingError, SizeError
from derive.files.seals import Broken
from derive.sampling.draws import WEIGHTS, Draws
from derive.sampling.statistics import MOST_R_HAT, Estimate, estimates
from derive.theories.networks.samplers.files import load_draws, save_draws


@dataclass(frozen=True)
class Effort:
    """How much is drawn.

    Attributes:
        overlaps_size: Effective sample size to reach for every entry of every quantity, drawn from
            the exact law.
        weights_size: The same for sampled weights, whose draws of the overlaps are dear.
        first: Draws of each chain in the first round; every round doubles them.
        most: Draws of each chain after which it is left at that.
        chains: Number of chains.
        seed: Of the chains.
    """

    overlaps_size: float = 2000
    weights_size: float = 500
    first: int = 1000
    most: int = 16000
    chains: int = 4
    seed: int = 0

    @classmethod
    def of(cls, draws: int | None, seed: int) -> Effort:
        """That many draws of each chain, however many of them count; None leaves it to the chains.

        >>> Effort.of(500, 0).most
        500
        """
        if draws is None:
            return cls(seed=seed)
        return cls(math.inf, math.inf, min(cls.first, draws), draws, seed=seed)

    def enough(self, draws: Draws) -> bool:
        """Whether every quantity has mixed and has the effective sample size that is wanted."""
        size = self.weights_size if draws.method == WEIGHTS else self.overlaps_size
        return all(
            item.r_hat <= MOST_R_HAT and item.sample_size >= size
            for item in estimates(draws).values()
        )


Sample = Callable[[int, Draws | None], Draws]
"""From the number of draws wanted of each chain, and those that there are, to the draws."""


def draw(sample: Sample, effort: Effort, keep: Path, source: str = "") -> Draws:
    """Draws with mixed chains and small errors, or as many as the effort allows.

    Args:
        sample: A sampler of one posterior.
        effort: How much.
        keep: The file that holds the draws after every round; an earlier one is gone on with.
        source: A digest of what the draws are made from; others are not gone on with.
    """
    draws = _kept(keep, source)
    wanted = effort.first if draws is None else max(effort.first, draws.draws)
    while True:
        if draws is None or draws.draws < wanted:
            draws = sample(wanted, draws)
            save_draws(keep, draws, source)
        if draws.interrupted or wanted >= effort.most or effort.enough(draws):
            return draws
        wanted = min(2 * wanted, effort.most)


def report(title: str, draws: Draws) -> Mapping[str, Any]:
    """What was drawn, in numbers: per second too."""
    by_name: dict[str, Estimate] = estimates(draws)
    seconds = max(draws.seconds, 1e-9)
    return {
        "run": title,
        "method": draws.method,
        "chains": draws.chains,
        "draws": draws.draws,
        "seed": draws.seed,
        "seconds": round(draws.seconds, 1),
        "r_hat": {name: round(item.r_hat, 4) for name, item in by_name.items()},
        "sample_size": {name: round(item.sample_size) for name, item in by_name.items()},
        "per_second": {
            name: float(f"{item.sample_size / seconds:.3g}") for name, item in by_name.items()
        },
    }


def _kept(path: Path, source: str) -> Draws | None:
    try:
        return load_draws(path, source)
    except (SamplingError, SizeError, Broken):  # missing, damaged, or another's: drawn anew
        return None
