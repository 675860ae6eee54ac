"""Draws of declared symbols: sizes, and for every point numbers and what matrices are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from derive.algebra.arithmetic import Digits, Floats
from derive.algebra.balls import Rationals
from derive.claims import aspects
from derive.claims.coverage import Aspect
from derive.claims.declared import Declared
from derive.claims.definitions import Definitions, Point
from derive.claims.draws import Draws, Entries
from derive.claims.setting import Case
from derive.claims.variety import Levels, Variety, relations
from derive.claims.work import Work
from derive.evidence.verdict import Unsettled
from derive.theories.networks.checks.sample import Numbers

CANDIDATES = 16
"""Draws from which the one is taken that reaches the most."""
MOST_SHAPE, MOST_COUNT = 12, 10**6
"""Sizes are drawn below this, those of matrices and others, where a number of the claim asks."""
APART = 7
"""What sizes of no matrix differ by, mostly."""

Sizes = dict[Any, int]
Values = dict[Any, Fraction | Entries]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Sizes, and values at every point."""

    sizes: Sizes
    values: tuple[Values, ...]


@dataclass(frozen=True, eq=False)
class SymbolDraws:
    """Draws cases of declared symbols.

    Attributes:
        declared: By name.
        definitions: What other symbols stand for.
        draws: Of numbers and entries.
        arithmetic: Of the values.
        expressions: Of the claim, in declared symbols.
        count: Points of a case.
    """

    declared: dict[str, Declared]
    definitions: Definitions
    draws: Draws
    arithmetic: Digits
    expressions: Sequence[Any] = ()
    count: int = 1
    varied: Variety[Sizes] = field(default_factory=lambda: Variety(of_sizes))

    @property
    def sizes(self) -> list[Any]:
        """The declared sizes."""
        return [item.symbol for item in self.declared.values() if item.is_size]

    def is_shape(self, size: Any) -> bool:
        """Whether a matrix has the size among its own."""
        return any(size in s.free_symbols for d in self.declared.values() for s in d.shape)

    @cached_property
    def aspects(self) -> tuple[Aspect, ...]:
        """Signs, sides, orders and kinds of matrices."""
        items = self.declared.values()
        numbers = [(d.symbol.name, d.symbol) for d in items if not (d.is_size or d.shape)]
        sizes = [(symbol.name, symbol) for symbol in self.sizes]
        real = [d.symbol for d in items if not d.is_positive]
        limits = aspects.thresholds(self.expressions)
        found = [
            *aspects.of_numbers(numbers, limits, real),
            *aspects.of_numbers_and_sizes(numbers, sizes),
            *aspects.of_sizes(sizes, limits, self._most),
        ]
        for item in items:
            found += item.aspects if item.shape else ()
        return (*found, *aspects.of_expressions(self.expressions))

    def candidates(self) -> Iterator[Drawn]:
        """Draws whose sizes have little in common with earlier ones come first."""
        for sizes in self.varied.ranked([self._sizes() for _ in range(CANDIDATES)]):
            yield Drawn(sizes, tuple(self.values(sizes) for _ in range(self.count)))

    def points(self, drawn: Drawn) -> list[Numbers]:
        """The numbers in float64."""
        return [self._point(drawn.sizes, values, Floats()) for values in drawn.values]

    def case(self, drawn: Drawn) -> Case:
        """The exact numbers."""
        self.varied.keep(drawn.sizes)
        points = (self._point(drawn.sizes, values) for values in drawn.values)
        shown = {symbol.name: str(size) for symbol, size in drawn.sizes.items()}
        return Case(tuple(points), self.arithmetic, shown, drawn.sizes)

    def values(self, sizes: Sizes, *, simple: bool = False) -> Values:
        """Numbers, and what matrices are made from."""
        return {
            item.symbol: self._value(item, sizes, simple)
            for item in self.declared.values()
            if not item.is_size
        }

    @cached_property
    def work(self) -> Work:
        """What the expressions take to evaluate, and the declared matrices."""
        declared = [item.symbol for item in self.declared.values() if item.shape]
        return Work([*self.expressions, *declared])

    def fitting(self, sizes: Sizes) -> Sizes:
        """Sizes, halved until there is little enough to evaluate.

        Raises:
            Unsettled: There is too much at sizes of 1.
        """
        while why := self.work.why_not(sizes):
            if all(size == 1 for size in sizes.values()):
                raise Unsettled(f"the least sizes give {why}; write the claim for smaller ones")
            sizes = {symbol: max(1, size // 2) for symbol, size in sizes.items()}
        return sizes

    def distinct_sizes(self) -> Sizes:
        """Unequal sizes; what counts without being a shape, degrees of freedom say, is larger."""
        order = self.draws.generator.permutation(len(self.sizes) + 4)[: len(self.sizes)]
        return self.fitting(
            {
                size: 2 + int(k) if self.is_shape(size) else 10 + APART * int(k)
                for size, k in zip(self.sizes, order, strict=True)
            }
        )

    def _sizes(self) -> Sizes:
        """Mostly such sizes; else from 1 on, whether they are equal or not."""
        if self.draws.pick([True, True, False]):
            return self.distinct_sizes()
        return self.fitting({size: self.draws.size(self._most(size)) for size in self.sizes})

    def _most(self, size: Any) -> int:
        return MOST_SHAPE if self.is_shape(size) else MOST_COUNT

    def _value(self, item: Declared, sizes: Sizes, simple: bool) -> Fraction | Entries:
        if item.shape:
            shape = tuple(int(size.xreplace(sizes)) for size in item.shape)
            return self.draws.entries(shape, simple=simple)
        draw: Callable[..., Fraction] = self.draws.simple if simple else self.draws.number
        return draw(signed=not item.is_positive)

    def _point(self, sizes: Sizes, values: Values, floats: Floats | None = None) -> Point:
        """Numbers in float64 if so wished, else fractions."""
        found: Numbers = dict(sizes)
        arithmetic = floats or Rationals()
        for item in self.declared.values():
            value = values.get(item.symbol)
            if isinstance(value, Entries):
                found[item.symbol] = arithmetic.array(item.shaped(value, arithmetic))
            elif value is not None:
                found[item.symbol] = arithmetic.number(value)
        return Point(found, self.definitions, floats or self.arithmetic)


def of_sizes(sizes: Sizes) -> Levels:
    """Sizes, their differences and ratios."""
    return list(sizes.values()), relations(list(sizes.values()))
