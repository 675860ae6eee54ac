"""What a report shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from derive.running.journal import Record
from derive.theories.disorder.derivation import Derivation

Branch = tuple[Record | None, ...]
"""A state, with `converged` and `message`, for every value of the parameter where it is."""


@dataclass(frozen=True, eq=False)
class Results:
    """Everything that a run found.

    Attributes:
        derivation: Of the model.
        values: Of the parameters, for the solution.
        states: At these values, the one that dominates first.
        over: The parameter of the table.
        grid: Its values.
        branches: Of each branch, a record for every value of the grid, or None where it is not,
            or is one that stands before it.
        certificates: As in certificates.json; None where they were left out.
        checks: As in checks.json; None where they were left out.
        provenance: Names and values for the report's last section.
    """

    derivation: Derivation
    values: dict[str, float]
    states: tuple[Record, ...]
    over: str
    grid: tuple[float, ...]
    branches: tuple[Branch, ...]
    certificates: Any
    checks: Any
    provenance: tuple[tuple[str, str], ...] = ()

    @property
    def order_parameters(self) -> tuple[str, ...]:
        """Those that are not fixed."""
        fixed = {symbol.name for symbol in self.derivation.theory.fixed}
        names = [symbol.name for symbol in self.derivation.theory.overlaps.parameters]
        return tuple(name for name in names if name not in fixed)

    @property
    def observables(self) -> tuple[str, ...]:
        """The model's, and the energy where it has one."""
        energy = () if self.derivation.theory.energy is None else ("energy",)
        return (*self.derivation.theory.observables, *energy)

    @property
    def known_replicon(self) -> bool:
        """Whether the leading states have one, wherever there is a state."""
        pairs = [(place, number) for place, number in enumerate(self.leading) if number is not None]
        records = [self.branches[number][place] for place, number in pairs]
        return all(record is not None and record["replicon"] is not None for record in records)

    @property
    def leading(self) -> list[int | None]:
        """At each value, the branch of largest free entropy."""
        return [self._leading(place) for place in range(len(self.grid))]

    def _leading(self, place: int) -> int | None:
        present = [
            (record["free_entropy"], -number)
            for number, branch in enumerate(self.branches)
            if (record := branch[place]) is not None
        ]
        return -max(present)[1] if present else None

    @property
    def unstable(self) -> list[tuple[float, float]]:
        """Intervals of the parameter in which the leading state has a negative replicon.

        Ends are half-way to the next value where it has not.
        """
        marks = []
        for place, number in enumerate(self.leading):
            record = None if number is None else self.branches[number][place]
            marks.append(record is not None and (record["replicon"] or 0.0) < 0.0)
        return spans(self.grid, marks)

    @property
    def crossings(self) -> list[float]:
        """Where the free entropies of two branches cross, and so the leading state changes."""
        found = []
        for place, (one, other) in enumerate(pairwise(self.leading)):
            if one is None or other is None or one == other:
                continue
            gaps = [self._gap(one, other, at) for at in (place, place + 1)]
            if gaps[0] is None or gaps[1] is None:
                continue
            share = gaps[0] / (gaps[0] - gaps[1])
            low, high = self.grid[place], self.grid[place + 1]
            found.append(low + share * (high - low))
        return found

    def _gap(self, one: int, other: int, place: int) -> float | None:
        """The free entropy of one branch less that of another, where both are."""
        first, second = self.branches[one][place], self.branches[other][place]
        if first is None or second is None:
            return None
        return float(first["free_entropy"] - second["free_entropy"])


def spans(grid: Sequence[float], marks: Sequence[bool]) -> list[tuple[float, float]]:
    """The intervals of marked values; an end is half-way to the next value.

    >>> spans((0.0, 1.0, 2.0, 3.0), (False, True, True, False))
    [(0.5, 2.5)]
    """
    edges = [grid[0], *((a + b) / 2 for a, b in pairwise(grid)), grid[-1]]
    found: list[tuple[float, float]] = []
    for place, marked in enumerate(marks):
        if marked and found and found[-1][1] == edges[place]:
            found[-1] = (found[-1][0], edges[place + 1])
        elif marked:
            found.append((edges[place], edges[place + 1]))
    return found
