"""First-order transitions along the axes of a sweep, between points that are neighbours."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from derive.errors import SizeError, SolveError
from derive.escaping import csv_table
from derive.theories.networks.description import Data, Network
from derive.theories.networks.solver import Solver, Transition
from derive.theories.networks.solver.transition import Search
from derive.theories.networks.sweeps.grid import Axes, Point
from derive.theories.networks.sweeps.solving import solver_at
from derive.theories.networks.sweeps.subject import Subject
from derive.theories.networks.sweeps.table import Row
from derive.threads import one_blas_thread

CHANGED = 2.0
"""Factor of tr G_bottom between two neighbours from which a jump is looked for."""
COLUMNS = ("parameter", "value", "below", "above", "overlap_below", "overlap_above", "elsewhere")


@dataclass(frozen=True)
class Found:
    """A transition, and where the other parameters are.

    Attributes:
        transition: Along one axis.
        elsewhere: The other parameters.
    """

    transition: Transition
    elsewhere: str

    def __str__(self) -> str:
        place = f" (at {self.elsewhere})" if self.elsewhere else ""
        return f"{self.transition}{place}"


def transitions_of(
    subject: Subject, axes: Axes, points: Sequence[Point], rows: Sequence[Row], solver: Solver
) -> list[Found]:
    """Transitions between neighbours on an axis whose other parameters are equal.

    They are looked for where a neighbour has several minima, or where the overlaps change by more
    than a factor of two. Examples that are drawn anew for each number of them are no axis.
    """
    transitions: list[Found] = []
    for name in axes.swept():
        if name in dict(axes.depths) or (name == "examples" and subject.data is None):
            continue
        for left, right, suspect in _neighbours(name, points, rows):
            if not suspect:
                continue
            low, high = (float(point.parameters()[name] or 0.0) for point in (left, right))
            search = Search(solver_at(left, solver), _settings(subject, left, name), name)
            try:
                with one_blas_thread():
                    between = search.between(low, high)
            except (SizeError, SolveError):  # a point between that has no solution tells nothing
                continue
            transitions += [Found(transition, _elsewhere(left, name)) for transition in between]
    return transitions


def _neighbours(
    name: str, points: Sequence[Point], rows: Sequence[Row]
) -> list[tuple[Point, Point, bool]]:
    """Pairs next to each other on an axis, and whether a transition may lie between them."""

    def others(pair: tuple[Point, Row]) -> str:
        return _elsewhere(pair[0], name)

    pairs = [pair for pair in zip(points, rows, strict=True) if _is_usable(*pair)]
    neighbours = []
    for _, group in groupby(sorted(pairs, key=others), key=others):
        line = sorted(group, key=lambda pair: float(pair[0].parameters()[name] or 0.0))
        for (left, here), (right, there) in pairwise(line):
            several = max(here["minima"], there["minima"]) > 1
            change = abs(math.log(there["overlap"] / here["overlap"]))
            neighbours.append((left, right, several or change > math.log(CHANGED)))
    return neighbours


def _is_usable(point: Point, row: Row) -> bool:
    return bool(row["converged"] and math.isfinite(point.width) and row.get("overlap"))


def _elsewhere(point: Point, name: str) -> str:
    given = point.parameters().items()
    return ", ".join(
        f"{key} = {value:g}" for key, value in given if key != name and value is not None
    )


def _settings(subject: Subject, point: Point, name: str) -> Callable[[float], tuple[Network, Data]]:
    """Network and data at a value of one parameter, the others as at a point."""

    def at(value: float) -> tuple[Network, Data]:
        (moved,) = subject.grid(_axes_at(point, name, value))
        return moved.network, subject.with_data((moved,)).data_at(moved)

    return at


def _axes_at(point: Point, name: str, value: float) -> Axes:
    axes = Axes(
        widths=() if point.parameters()["width"] is None else (point.width,),
        temperatures=(point.temperature,),
        variances=tuple((key, (given,)) for key, given in point.variances),
        examples=(point.examples,),
        seeds=() if point.seed is None else (point.seed,),
        depths=tuple((key, (given,)) for key, given in point.depths),
    )
    if name == "width":
        return replace(axes, widths=(value,))
    if name == "temperature":
        return replace(axes, temperatures=(value,))
    if name == "examples":
        return replace(axes, examples=(int(value),))
    moved = tuple((key, (value,) if key == name else given) for key, given in axes.variances)
    return replace(axes, variances=moved)


def transitions_csv(transitions: Sequence[Found]) -> str:
    """The transitions as CSV, a row each."""
    rows = []
    for one in transitions:
        there = one.transition
        ends = there.below, there.above, *there.scales
        rows.append((there.parameter, there.value, *ends, one.elsewhere))
    return csv_table(list(COLUMNS), rows)
