"""What the draws of a claim have to reach, and which of them reach the most of it.

A false theorem often holds on a part of its domain: for positive determinants, below 1, at few
heads. What can be on several sides is an aspect; draws are chosen until every side of every aspect
was seen, and any two sides together as far as a few draws can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Protocol, TypeVar

from derive.evidence.numbers import Numbers

IDLE = 3
"""Draws in a row that reach nothing new, after which what is left counts as out of reach."""

Kept = TypeVar("Kept", covariant=True)
Side = tuple[int, str]
"""The number of an aspect, and one of its sides."""


@dataclass(frozen=True, eq=False)
class Aspect:
    """Something of a draw that is on one of several sides.

    Attributes:
        subject: What it is about.
        sides: As an answer names them.
        told: What an answer says where all of them were reached, with {} for the subjects.
        side: Which of them a point is on; empty for none.
        due: Whether all sides exist for certain, so that one that is not reached is told.
        sought: Whether draws go on for sides that may not exist, as long as they reach any.
    """

    subject: str
    sides: tuple[str, ...]
    told: str
    side: Callable[[Numbers], str]
    due: bool = True
    sought: bool = False


class Drawer(Protocol[Kept]):
    """Draws cases at random."""

    @property
    def aspects(self) -> Sequence[Aspect]:
        """What they have to reach."""

    def candidates(self) -> Iterable[Any]:
        """Some draws, those first that have the least in common with what was kept.

        Raises:
            Unsettled: There is none.
        """

    def beyond(self) -> Iterable[Any]:
        """Draws whose sizes are all above every number of the claim, as far as can be."""

    def points(self, drawn: Any) -> Sequence[Numbers]:
        """The numbers of a draw in float64, at each point."""

    def case(self, drawn: Any) -> Kept:
        """What is kept of a draw."""


@dataclass(eq=False)
class Coverage:
    """Which sides were reached.

    Attributes:
        aspects: What was to be reached.
        seen: Sides alone, and in pairs.
        idle: How many of the last draws in a row reached no new side.
        more: What else there is to say of the draws.
    """

    aspects: Sequence[Aspect]
    seen: set[Any] = field(default_factory=set)
    idle: int = 0
    more: Sequence[str] = ()

    def sides(self, point: Numbers) -> list[Side]:
        """The sides that a point is on."""
        sides = ((k, aspect.side(point)) for k, aspect in enumerate(self.aspects))
        return [(k, side) for k, side in sides if side]

    def gain(self, points: Sequence[list[Side]]) -> tuple[int, int]:
        """How many sides are new, alone and in pairs."""
        alone = {side for sides in points for side in sides}
        pairs = {pair for sides in points for pair in combinations(sides, 2)}
        return len(alone - self.seen), len(pairs - self.seen)

    def keep(self, points: Sequence[list[Side]]) -> None:
        """Count the sides of a draw as seen."""
        self.idle = 0 if self.gain(points)[0] else self.idle + 1
        for sides in points:
            self.seen.update(sides, combinations(sides, 2))

    @property
    def complete(self) -> bool:
        """Whether every side was reached that exists for certain, or is sought all the same."""
        return not self.missing() and all(
            (k, side) in self.seen
            for k, aspect in enumerate(self.aspects)
            for side in (aspect.sides if aspect.sought else ())
        )

    def missing(self) -> tuple[str, ...]:
        """Sides that were not reached, as text."""
        return tuple(
            f"{aspect.subject} {side}"
            for k, aspect in enumerate(self.aspects)
            for side in aspect.sides
            if aspect.due and (k, side) not in self.seen
        )

    def reached(self) -> tuple[str, ...]:
        """What was reached on all its sides, as text, what is alike in one."""
        groups: dict[str, list[str]] = {}
        for k, aspect in enumerate(self.aspects):
            if all((k, side) in self.seen for side in aspect.sides):
                groups.setdefault(aspect.told, []).append(aspect.subject)
        return tuple(
            told.format(", ".join(dict.fromkeys(subjects))) for told, subjects in groups.items()
        )

    def told(self) -> str:
        """What was reached, and what was not, in one line."""
        missing = ", ".join(self.missing())
        told = [*self.reached(), *self.more, f"not reached: {missing}" if missing else ""]
        return "; ".join(filter(None, told))


def telling(drawer: Drawer[Kept], coverage: Coverage) -> Iterator[Kept]:
    """Draws without an end, each the one of some that reaches the most that is new.

    Raises:
        Unsettled: There is none.
    """
    while True:
        gains = []
        for place, drawn in enumerate(drawer.candidates()):
            sides = [coverage.sides(point) for point in drawer.points(drawn)]
            gains.append((*coverage.gain(sides), -place, drawn, sides))
        _, _, _, drawn, sides = max(gains, key=lambda entry: entry[:3])
        coverage.keep(sides)
        yield drawer.case(drawn)


def cover(drawer: Drawer[Kept], least: int, most: int) -> tuple[list[Kept], Coverage]:
    """Draws that reach every side there is, the most telling first, and some beyond all numbers.

    Args:
        drawer: Draws them.
        least: So many at least.
        most: So many at most, unless `least` is more.

    Raises:
        Unsettled: There is none.
    """
    coverage, cases = Coverage(drawer.aspects), list[Kept]()
    for case in telling(drawer, coverage):
        cases.append(case)
        left = not coverage.complete and coverage.idle < IDLE and len(cases) < most
        if len(cases) >= least and not left:
            break
    for far in drawer.beyond():
        coverage.keep([coverage.sides(point) for point in drawer.points(far)])
        cases.append(drawer.case(far))
    return cases, coverage
