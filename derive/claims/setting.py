"""What a claim is decided in: a scope of names, and cases with numbers for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from derive.algebra.arithmetic import Arithmetic
from derive.algebra.balls import Balls
from derive.claims.definitions import Point
from derive.claims.language import Scope
from derive.claims.slips.change import Words


@dataclass(frozen=True, eq=False)
class Case:
    """Numbers at several points that share their sizes; for a model, parameters and data too.

    Attributes:
        points: A number or an array for every symbol, at each point.
        arithmetic: Of the numbers.
        sizes: Sizes and parameters by name, as text.
        origin: What the setting made it from.
        error: Of the order parameters, relative to their largest entries; 0 where they are exact.
    """

    points: tuple[Point, ...]
    arithmetic: Arithmetic
    sizes: dict[str, str] = field(default_factory=dict)
    origin: Any = None
    error: float = 0.0
    enclosures: dict[int, tuple[Balls, tuple[Point, ...]]] = field(default_factory=dict, repr=False)

    def enclosed(self, digits: int) -> tuple[Balls, tuple[Point, ...]]:
        """Balls of so many digits, and the points in them; the same at each call."""
        if digits not in self.enclosures:
            balls = Balls(digits)
            with balls.working():
                points = tuple(point.enclosed(balls, self.error) for point in self.points)
            self.enclosures[digits] = balls, points
        return self.enclosures[digits]


class Setting(Protocol):
    """A model under conditions, or the symbols of a chain of its own."""

    @property
    def scope(self) -> Scope:
        """What the names mean."""

    @property
    def shown(self) -> dict[str, Any]:
        """Names whose values a counterexample lists, beside the sizes."""

    @property
    def varying(self) -> set[Any]:
        """Symbols of which a constant is free: the order parameters, or what is no size."""

    @property
    def parameters(self) -> Iterable[Any]:
        """Symbols of which a factor may consist: sizes and parameters."""

    @property
    def words(self) -> Words:
        """The names that a correction may use."""

    def expanded(self, expression: Any) -> Any:
        """An expression with what the claim's own symbols stand for in their places."""

    def looking_at(self, expressions: Sequence[Any]) -> Setting:
        """The same with draws that look at what lines compare, in expanded expressions."""

    def cases(self, points: int, instances: int) -> tuple[list[Case], Any]:
        """So many cases at least, the most telling first, and the `Coverage` that they reach.

        Raises:
            Unsettled: There is none.
        """

    def again(self, case: Case, points: int) -> Iterator[Case]:
        """Cases of the same sizes with other values; none where sizes leave nothing to draw."""

    def generic(self, points: int) -> Case:
        """A random case, in which no number is special.

        Raises:
            Unsettled: There is none.
        """

    def smallest(self, points: int) -> Iterator[Case]:
        """Cases from the smallest sizes upward, with simple numbers."""

    def wider(self, case: Case, factor: int, name: str) -> Case:
        """The same case with a size or a positive number multiplied.

        Raises:
            Unsettled: There is no such size, or a matrix has its shape.
        """
