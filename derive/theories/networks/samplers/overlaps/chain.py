"""One chain in the space of the overlaps: generalised elliptical slices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.sampling.draws import Array
from derive.sampling.recording import Reading
from derive.theories.networks.samplers.overlaps.law import Law
from derive.theories.networks.samplers.overlaps.reference import FREEDOM, Reference


@dataclass(eq=False)
class Chain:
    r"""The state of one chain.

    A step draws the scale s of the Student-t reference given z, a second point of N(0, s) with it,
    and a point on the ellipse through both at which the ratio of law and reference lies above a
    level drawn below its present value (Nishihara, Murray and Adams, JMLR 15 (2014) 2087). The
    law is left as it is, whatever the reference; nothing is tuned.

    Attributes:
        law: The log density.
        reference: Of the ellipses.
        generator: Its own.
        point: Where it is.
        predict: From overlaps to the predictor's mean and variance.
        steps: Slices between two draws.
    """

    law: Law = field(repr=False)
    reference: Reference = field(repr=False)
    generator: np.random.Generator = field(repr=False)
    point: Array = field(repr=False)
    predict: Callable[[tuple[Array, ...]], tuple[Array, Array]] = field(repr=False)
    steps: int = 1

    def __post_init__(self) -> None:
        self.value = self.law(self.point)

    def sweep(self) -> None:
        """Some slices."""
        for _ in range(self.steps):
            self._slice()

    def _slice(self) -> None:
        generator, reference = self.generator, self.reference
        z = reference.whiten(self.point)
        shape = (FREEDOM + len(z)) / 2
        scale = (FREEDOM + z @ z) / 2 / generator.gamma(shape)
        other = np.sqrt(scale) * generator.normal(size=len(z))
        level = self.value - reference.log_density(z) - generator.exponential()
        angle = generator.uniform(0, 2 * np.pi)
        low, high = angle - 2 * np.pi, angle
        while True:
            trial = np.cos(angle) * z + np.sin(angle) * other
            point = reference.place(trial)
            value = self.law(point)
            if value - reference.log_density(trial) > level:
                self.point, self.value = point, value
                return
            if high - low < 1e-12:  # back at the present point, to rounding
                return
            low, high = (angle, high) if angle < 0 else (low, angle)
            angle = generator.uniform(low, high)

    def reading(self) -> Reading:
        """Overlaps, and the predictor given them."""
        overlaps = self.law.coordinates.overlaps(self.point)
        return (overlaps, *self.predict(overlaps))

    def state(self) -> dict[str, Any]:
        """What the chain goes on from; the reference belongs to it."""
        return {
            "point": [self.point.copy()],
            "reference": [self.reference.centre, self.reference.root],
            "factors": list(self.law.coordinates.factors),
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same law."""
        self.reference = Reference(*state["reference"])
        self.point = state["point"][0].copy()
        self.value = self.law(self.point)
        self.generator.bit_generator.state = state["generator"]
