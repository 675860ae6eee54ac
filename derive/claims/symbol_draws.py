"""Draws of declared symbols: sizes, and for every point numbers and what matrices are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np
import sympy

from derive.algebra.arithmetic import Digits, Floats
from derive.algebra.balls import Rationals
from derive.claims import aspects, beyond
from derive.claims.coverage import Aspect
from derive.claims.declared import Declared
from derive.claims.definitions import Definitions, Point
from derive.claims.draws import Draws, Entries
from derive.claims.language import value
from derive.claims.setting import Case
from derive.claims.variety import Levels, Variety, relations
from derive.claims.work import Work
from derive.errors import DeriveError
from derive.evidence.numbers import Numbers
from derive.evidence.verdict import Unsettled

CANDIDATES = 16
"""Draws from which the one is taken that reaches the most."""
MOST_SHAPE, MOST_COUNT = 12, 10**6
"""Sizes are drawn below this, those of matrices and others, where a number of the claim asks."""
FAR_SHAPE, FAR_COUNT = 40, 10**5
"""The same where all of them are above every number of the claim at once."""
MOST_EXPONENT, TAME_DRAWS = 2000, 40
"""Exponentials are of no more, if one of some draws has such: the others have too many digits."""
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
        sides = [
            *aspects.of_numbers(numbers, limits, real),
            *aspects.of_numbers_and_sizes(numbers, sizes),
            *aspects.of_sizes(sizes, limits, self._most),
        ]
        for item in items:
            sides += item.aspects if item.shape else ()
        return (*sides, *aspects.of_expressions(self.expressions))

    def candidates(self) -> Iterator[Drawn]:
        """Draws whose sizes have little in common with earlier ones come first."""
        drawn = [self._sizes() for _ in range(CANDIDATES)]
        tame = [sizes for sizes in drawn if self._is_tame(sizes)] or drawn
        for sizes in self.varied.ranked(tame):
            yield Drawn(sizes, tuple(self.values(sizes) for _ in range(self.count)))

    @cached_property
    def farthest(self) -> tuple[list[Sizes], dict[str, int]]:
        """Sizes that are above the numbers of the claim, and the bounds that they are above."""
        farthest, bounds = [dict.fromkeys(self.sizes, 1)], dict[str, int]()
        shapes = [size for size in self.sizes if self.is_shape(size)]
        counts = [size for size in self.sizes if size not in shapes]
        for sizes, most in ((shapes, FAR_SHAPE), (counts, FAR_COUNT)):
            fits = partial(self._fits, farthest[0], most)
            last = 0 if sizes is shapes else max(farthest[0].values(), default=0)
            made = beyond.made(sizes, self.expressions, most, fits, self.draws.generator, last)
            if sizes:
                bounds[", ".join(size.name for size in sizes)] = made[-1][0] if made else 0
                farthest = beyond.together(farthest, [sizes for _, sizes in made])
        return farthest, bounds

    def _fits(self, rest: Sizes, most: int, sizes: Sizes) -> bool:
        known = rest | sizes
        return max(sizes.values()) <= most and not self.work.why_not(known) and self._is_tame(known)

    def beyond(self) -> Iterator[Drawn]:
        """Values of order one at sizes that are above the numbers of the claim."""
        modest = replace(self, draws=replace(self.draws, reach=0))
        for sizes in self.farthest[0] if self.sizes else ():
            yield Drawn(sizes, tuple(modest.values(sizes) for _ in range(self.count)))

    def told(self) -> str:
        """Which bounds all sizes were above at once."""
        return beyond.told(self.farthest[1], self.expressions)

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
        """Numbers, and what matrices are made from; the first whose exponentials have few digits.

        The last of some where none have.
        """
        for _ in range(TAME_DRAWS):
            values = {
                item.symbol: self._value(item, sizes, simple)
                for item in self.declared.values()
                if not item.is_size
            }
            if not self._exponents or self._is_tame(self._point(sizes, values, Floats())):
                break
        return values

    @cached_property
    def _exponents(self) -> list[Any]:
        """What exponentials are taken of."""
        powers = {power for e in self.expressions for power in e.atoms(sympy.exp)}
        return [power.args[0] for power in sorted(powers, key=sympy.default_sort_key)]

    def _is_tame(self, point: Numbers) -> bool:
        """Whether no exponential whose symbols have values is too large."""
        for exponent in self._exponents:
            if not exponent.free_symbols <= set(point):
                continue
            try:
                if not abs(float(value(exponent, point, None))) <= MOST_EXPONENT:
                    return False
            except (DeriveError, ArithmeticError, ValueError, TypeError, np.linalg.LinAlgError):
                continue  # it has no value, for which others are drawn
        return True

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
        numbers: Numbers = dict(sizes)
        arithmetic = floats or Rationals()
        for item in self.declared.values():
            value = values.get(item.symbol)
            if isinstance(value, Entries):
                numbers[item.symbol] = arithmetic.array(item.shaped(value, arithmetic))
            elif value is not None:
                numbers[item.symbol] = arithmetic.number(value)
        return Point(numbers, self.definitions, floats or self.arithmetic)


def of_sizes(sizes: Sizes) -> Levels:
    """Sizes, their differences and ratios."""
    return list(sizes.values()), relations(list(sizes.values()))
