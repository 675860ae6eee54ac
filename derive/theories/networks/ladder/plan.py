"""Which samples a ladder needs, as jobs for processes of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derive.files.seals import made_from
from derive.sampling.draws import OVERLAPS, WEIGHTS, Draws
from derive.theories.networks.description.graph import without_density
from derive.theories.networks.ladder.effort import Effort, draw
from derive.theories.networks.ladder.instance import Instance
from derive.theories.networks.solver import Solver

COPIES = (1, 2, 4)
"""Factors of widths and examples on which the saddle's deviation is followed."""


@dataclass(frozen=True, eq=False)
class Run:
    """One sampler on one instance.

    Attributes:
        key: A name for its file.
        instance: What it is run on.
        method: WEIGHTS or OVERLAPS.
        copies: The factor of widths and examples.
        effort: How much is drawn.
    """

    key: str
    instance: Instance
    method: str
    copies: int
    effort: Effort = field(default_factory=Effort)

    @property
    def title(self) -> str:
        """What it is called in a report."""
        where = "weights" if self.method == WEIGHTS else "exact law"
        times = f", {self.copies} copies" if self.copies > 1 else ""
        return f"{self.instance.title}, {where}{times}"

    @property
    def narrowest(self) -> int:
        """The smallest width of a stream."""
        return min(self.instance.wider(self.copies))

    def file(self, folder: Path) -> Path:
        """Where the draws are kept."""
        return folder / f"{self.key}.npz"

    def __call__(self, folder: Path, source: str = "") -> None:
        """Draw, and keep the draws; `source` is a digest of what all runs are made from."""
        draw(self._sample, self.effort, self.file(folder), self.source(source))

    def source(self, source: str) -> str:
        """A digest of what these draws are made from; empty where there is none of all runs."""
        return made_from(source, self.key, self.method, self.copies) if source else ""

    def _sample(self, wanted: int, earlier: Draws | None) -> Draws:
        from derive.theories.networks.samplers.overlaps import sample_overlaps
        from derive.theories.networks.samplers.weights import sample_weights

        network, data, effort = self.instance.network, self.instance.data, self.effort
        if self.method == WEIGHTS:
            return sample_weights(
                network, data, draws=wanted, chains=effort.chains, seed=effort.seed, resume=earlier
            )
        return sample_overlaps(
            Solver.of(network), network, data, draws=wanted, chains=effort.chains,
            seed=effort.seed, copies=self.copies, resume=earlier,
        )  # fmt: skip


def runs_for(instances: Sequence[Instance], effort: Effort) -> tuple[Run, ...]:
    """Weights and overlaps of every instance; the first also at growing widths."""
    runs = []
    for number, instance in enumerate(instances, start=1):
        runs.append(Run(f"weights-{number}", instance, WEIGHTS, 1, effort))
        if without_density(instance.network):
            continue
        for copies in COPIES if number == 1 else COPIES[:1]:
            runs.append(Run(f"overlaps-{number}-{copies}", instance, OVERLAPS, copies, effort))
    return tuple(runs)
