"""An instance of what is checked at given order parameters, and what index loops make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from derive.evidence.numbers import Array
from derive.theories.networks.checks.numbered import with_numbers
from derive.theories.networks.checks.plain.reading import head_score_loops
from derive.theories.networks.checks.plain.theory import PlainTheory
from derive.theories.networks.checks.plain.wiring import Wiring
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.description import Data, Network

MOST_COORDINATES = 60
"""Up to so many the whole Hessian is made in loops; above, it is compared along directions."""
BESIDE = 1.25
"""Factor of the overlaps, stream by stream, at the point that stands for another minimum."""
FACTORS = (1.0, 0.25, 4.0, 16.0)
"""Of the random overlaps, until some direction leads downhill."""


@dataclass(frozen=True, eq=False)
class Point:
    """An instance at given order parameters, and what loops make of it.

    Attributes:
        subject: What is checked.
        sample: Numbers and data.
        overlaps: G_s.
    """

    subject: Subject
    sample: Sample
    overlaps: tuple[Array, ...]

    @cached_property
    def plain(self) -> PlainTheory:
        """The definitions, on the numbers of the sample."""
        sample = self.sample
        return PlainTheory(
            Wiring(self.subject.network, sample.heads), sample.widths, sample.variances,
            float(sample.temperature), sample.attended, sample.labels, sample.notation.has_mean,
        )  # fmt: skip

    @cached_property
    def hessian(self) -> Array:
        """In whitened coordinates."""
        return self.plain.hessian(self.overlaps)

    @cached_property
    def gradient(self) -> tuple[Array, ...]:
        """dS/dG_s."""
        return self.plain.gradient(self.overlaps)

    @property
    def downhill(self) -> int:
        """How many directions lead downhill."""
        return int(np.sum(np.linalg.eigvalsh(self.hessian) < 0))

    @property
    def is_large(self) -> bool:
        """Whether the whole Hessian would take too long."""
        return sum(len(g) * (len(g) + 1) // 2 for g in self.overlaps) > MOST_COORDINATES

    def directions(self, count: int, seed: int = 0) -> list[tuple[Array, ...]]:
        """Random X_s, symmetric, of length 1 together."""
        generator, directions = np.random.default_rng(seed), []
        for _ in range(count):
            parts = [generator.normal(size=g.shape) for g in self.overlaps]
            length = np.sqrt(sum(np.sum((part + part.T) ** 2) for part in parts))
            directions.append(tuple((part + part.T) / length for part in parts))
        return directions

    def bend(self, first: Any, second: Any) -> float:
        """The Hessian between two directions X_s."""
        steps = (self.plain.steps(self.overlaps, matrices) for matrices in (first, second))
        return self.plain.bend(self.overlaps, *steps)

    @cached_property
    def network(self) -> Network:
        """The network with the numbers of the sample."""
        return with_numbers(self.subject.network, self.sample)

    @cached_property
    def data(self) -> Data:
        """The data of the sample, a row each."""
        sample = self.sample
        labels = sample.labels[: len(sample.attended_test)]
        return Data(sample.attended, sample.labels, sample.attended_test, labels, **sample.mean())

    @property
    def problem(self) -> Any:
        """For the functions of the module."""
        return self.sample.problem(self.subject.module)

    def is_read(self, stream: int) -> bool:
        """Whether the readout reads a stream."""
        return self.plain.wiring.tensors[-1].below is self.plain.wiring.streams[stream]

    @property
    def branched(self) -> list[Any]:
        """The weights with branches."""
        return [t for t in self.plain.wiring.tensors if getattr(t.layer, "branched", False)]

    @property
    def head_table(self) -> list[list[int]]:
        """For every path the branch in every weight that has some; 0 for a skip."""
        numbers = [tensor.number for tensor in self.branched]
        return [[v.path.get(number, 0) for number in numbers] for v in self.plain.wiring.paths]

    def head_scores(self) -> list[float]:
        """One per head, the lowest layer first."""
        heads = [tensor.heads for tensor in self.branched]
        return head_score_loops(self.plain.bottom(self.overlaps), self.head_table, heads)

    def chain_overlaps(self) -> list[Array]:
        """U_l = (H_l ... H_L) G_l, the lowest first (docs/formulas.md 2)."""
        overlaps = []
        for stream in range(len(self.overlaps)):
            factor = 1
            for tensor in self.plain.wiring.tensors[1:]:
                if self.plain.number_of(tensor.below) >= stream:
                    factor *= tensor.heads
            overlaps.append(factor * self.overlaps[stream])
        return overlaps

    def chain_action(self) -> float:
        """The action in docs/formulas.md 1.2, from U_l."""
        overlaps = self.chain_overlaps()
        total = float(self.plain.energy(self.overlaps) + self.plain.added(self.overlaps))
        for tensor in self.plain.wiring.tensors[1:]:
            stream = self.plain.number_of(tensor.below)
            below, heads = overlaps[stream], tensor.heads
            above = np.eye(len(below) // heads)
            if tensor.above is not None:
                above = overlaps[self.plain.number_of(tensor.above)]
            blocks = below.reshape(heads, len(above), heads, len(above))
            traced = sum(blocks[h, :, h] for h in range(heads))
            variance = self.plain.variances[tensor.number]
            terms = np.trace(np.linalg.inv(above) @ traced) / variance
            terms += heads * np.log(np.linalg.det(above)) - np.log(np.linalg.det(below))
            total += self.plain.widths[stream] * float(terms)
        return total

    def condition_number(self) -> float:
        """Of the labels' covariance: the ratio of its extreme singular values."""
        attended = self.sample.attended
        covariance = self.plain.kernel(attended, attended, self.overlaps)
        covariance += float(self.sample.temperature) * np.eye(len(covariance))
        values = np.linalg.svd(covariance, compute_uv=False)
        return float(values[0] / values[-1])

    @property
    def beside(self) -> Point:
        """Another point, which stands for another minimum."""
        factors = (BESIDE**k for k in range(1, len(self.overlaps) + 1))
        return replace(self, overlaps=tuple(f * g for f, g in zip(factors, self.overlaps)))  # noqa: B905

    def solution(self) -> Any:
        """What the solver says of these order parameters, as of those that it finds itself."""
        module = self.subject.module
        stopped = SimpleNamespace(**vars(module))
        beside = self.beside

        def solve(*_: Any, **__: Any) -> Any:
            others = (module.at(beside.overlaps, beside.problem),)
            return module.at(self.overlaps, self.problem)._replace(others=others)

        stopped.solve = solve
        return replace(self.subject.solver, module=stopped).solve(self.network, self.data)


@lru_cache(maxsize=1)
def random_point(subject: Subject) -> Point:
    """The point of a subject at which loops are compared."""
    draw = subject.draw(41)
    sample = draw.sample()
    overlaps = draw.overlaps(sample)
    points = [Point(subject, sample, tuple(f * g for g in overlaps)) for f in FACTORS]
    if points[0].is_large:
        return points[0]
    return next((point for point in points if point.downhill), points[0])
