"""What a report shows, as data: solutions by case, width and seed, and their averages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.theories.networks.derivation import Derivation
from derive.theories.networks.description import Network
from derive.theories.networks.ladder import Ladder
from derive.typeset.media import SUBSCRIPTS

AS_DESCRIBED = 0.0
"""Stands in the place of a width for the widths of the description."""


def width_label(width: float) -> str:
    """How a width is called.

    >>> width_label(10), width_label(math.inf), width_label(AS_DESCRIBED)
    ('N = 10', 'infinite width', 'the widths of the description')
    """
    if width == AS_DESCRIBED:
        return "the widths of the description"
    return "infinite width" if math.isinf(width) else f"N = {int(width)}"


def width_entry(width: float) -> int | str:
    """A width as tables and files have it."""
    if width == AS_DESCRIBED:
        return "as described"
    return "infinite" if math.isinf(width) else int(width)


@dataclass(frozen=True, eq=False)
class Point:
    """One solution.

    Attributes:
        width: N of every stream; infinite, or `AS_DESCRIBED`.
        seed: Of the data, where they were drawn.
        arrays: The contents of its file.
    """

    width: float
    seed: int | None
    arrays: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, eq=False)
class CaseResults:
    """The solutions of one network on one kind of data.

    Attributes:
        title: What the case is called.
        network: Numbers for everything but the widths.
        path_names: One per path, in data order.
        head_names: By layer with branches, the lowest first.
        selections: Names of the kernels of selected paths, and the paths of each.
        points: The solutions.
        baselines: Names of predictors without a network.
    """

    title: str
    network: Network
    path_names: tuple[str, ...]
    head_names: tuple[tuple[str, ...], ...]
    selections: tuple[tuple[str, tuple[int, ...]], ...]
    points: tuple[Point, ...]
    baselines: tuple[str, ...] = ()

    @property
    def widths(self) -> tuple[float, ...]:
        """All widths, the narrowest first."""
        return tuple(sorted({point.width for point in self.points}))

    @property
    def narrowest(self) -> float:
        """The smallest width."""
        return self.widths[0]

    @property
    def seeds(self) -> int:
        """The number of draws."""
        return len({point.seed for point in self.points})

    @property
    def overlap_name(self) -> str:
        """U_1 for chains of layers, G_bottom for other networks."""
        return "U_1" if "U_1" in self.points[0].arrays else "G_bottom"

    def symbol(self, name: str) -> str:
        """How G_1, ..., G_a of streams are called: U₁, ..., uₐ for chains of layers.

        uₐ is a number, Uₐ a matrix.
        """
        letter, place = name.split("_")
        if self.overlap_name == "U_1":
            letter = "u" if place == "a" and "U_a" not in self.points[0].arrays else "U"
        return letter + place.translate(SUBSCRIPTS)

    def has(self, key: str) -> bool:
        """Whether every solution holds an array."""
        return all(key in point.arrays for point in self.points)

    def values(self, key: str, width: float) -> np.ndarray:
        """An array of every seed's solution at a width, the seed first."""
        return np.array([point.arrays[key] for point in self.points if point.width == width])

    def average(self, key: str, width: float) -> np.ndarray:
        """The mean over seeds."""
        return np.asarray(self.values(key, width).mean(axis=0))

    def eigenvalues(self, width: float) -> np.ndarray | None:
        """Of every draw's Hessian, shape (draws, number); None unless all are there, converged."""
        points = [point.arrays for point in self.points if point.width == width]
        spectra = [arrays.get("hessian_eigenvalues", np.zeros(0)) for arrays in points]
        sizes = {len(values) for values in spectra}
        if len(sizes) != 1 or 0 in sizes or not all(arrays["converged"] for arrays in points):
            return None
        return np.array(spectra)

    def selected(self, number: int) -> np.ndarray:
        """The scores of the kernel of selected paths, one per seed."""
        return np.asarray(self.values("selected_scores", math.inf)[:, number])

    def baseline(self, name: str) -> np.ndarray:
        """The scores of a predictor without a network, one per seed."""
        scores = self.values("baseline_scores", math.inf)
        return np.asarray(scores[:, self.baselines.index(name)])

    def score_name(self) -> str:
        """What the scores are; empty without test labels."""
        return str(self.points[0].arrays["score_name"]) if self.has("score_name") else ""


@dataclass(frozen=True, eq=False)
class Results:
    """Everything in a report.

    Attributes:
        title: Of the page.
        subject: What the task is, in a sentence or two; may be empty.
        cases: The solutions.
        derivation: The theory behind them.
        certificates: The contents of certificates.json, where they were computed.
        checks: The contents of checks.json, where they were computed.
        provenance: Names and values: versions, command, seeds.
        ladder: The verification ladder, where it was climbed.
        legend: Names in the report, and what they mean.
    """

    title: str
    subject: str
    cases: tuple[CaseResults, ...]
    derivation: Derivation
    certificates: Mapping[str, Any] | None
    checks: list[Mapping[str, Any]] | None
    provenance: tuple[tuple[str, str], ...]
    ladder: Ladder | None = None
    legend: tuple[tuple[str, str], ...] = ()


def spread(values: np.ndarray) -> float:
    """The standard deviation between seeds; zero for one seed."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def is_share(name: str) -> bool:
    """Whether a score is a share, shown in percent."""
    return "accuracy" in name


def bracketed(path: str) -> str:
    """The name of a path in brackets."""
    return path if path.startswith("(") else f"({path})"
