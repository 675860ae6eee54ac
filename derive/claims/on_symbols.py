"""A chain of its own: declared symbols, drawn at random in their domains, as a setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.checks.sample import Array, Numbers
from derive.checks.verdict import Unsettled
from derive.claims.claim import Claim
from derive.claims.declared import Declared, declarations
from derive.claims.definitions import Definitions, Point, expanded, with_symbols
from derive.claims.language import Scope
from derive.claims.maker import CANDIDATES, EIGHTHS, SMALL
from derive.claims.setting import Case
from derive.claims.slips.change import Words
from derive.claims.variety import Levels, Variety, relations
from derive.network.wording import shown

MOST_EXCESS = 4
"""Sizes of a counterexample exceed 1 by this much together."""
DRAWS = 4
"""Values that are tried at every size."""
WIDER = 4
"""Values that sizes are drawn from, beyond their number."""
APART = 7
"""What sizes of no matrix differ by."""
SIMPLE = [Fraction(1), Fraction(2), Fraction(3), Fraction(1, 2)]

Sizes = dict[Any, int]


@dataclass(frozen=True, eq=False)
class OnSymbols:
    """Declared symbols.

    Attributes:
        declared: By name; sizes that only occur in shapes are among them.
        scope: Their names, and those defined by them.
        definitions: What the latter stand for.
        arithmetic: Of all values.
        generator: Of everything random.
        varied: Chooses sizes.
    """

    declared: dict[str, Declared]
    scope: Scope
    definitions: Definitions
    arithmetic: Digits
    generator: np.random.Generator
    varied: Variety[Sizes] = field(default_factory=lambda: Variety(_of_sizes))

    @classmethod
    def of(cls, claim: Claim, digits: int, seed: int) -> OnSymbols:
        """The setting of a chain of its own.

        Raises:
            ClaimError: A declaration or a symbol cannot be read.
        """
        declared = declarations(claim.declare)
        names = {name: item.symbol for name, item in declared.items()}
        scope, definitions = with_symbols(Scope(names=names), claim.symbols)
        return cls(declared, scope, definitions, Digits(digits), np.random.default_rng(seed))

    @property
    def _sizes(self) -> list[Any]:
        return [item.symbol for item in self.declared.values() if item.is_size]

    def _is_shape(self, size: Any) -> bool:
        return any(size in s.free_symbols for d in self.declared.values() for s in d.shape)

    @property
    def shown(self) -> dict[str, Any]:
        """What is declared and is no size."""
        return {name: d.symbol for name, d in self.declared.items() if not d.is_size}

    @property
    def varying(self) -> set[Any]:
        """What is declared and is no size."""
        return set(self.shown.values())

    def expanded(self, expression: Any) -> Any:
        """An expression in declared symbols alone."""
        return expanded(expression, self.definitions)

    @property
    def parameters(self) -> tuple[Any, ...]:
        """Sizes and numbers."""
        return tuple(item.symbol for item in self.declared.values() if not item.shape)

    @property
    def words(self) -> Words:
        """Sizes count degrees of freedom; numbers may be forgotten."""
        declared = self.declared.items()
        return Words(
            widths=tuple(name for name, d in declared if d.is_size),
            numbers=tuple(name for name, d in declared if not d.is_size and not d.shape),
            matrices=tuple(name for name, d in declared if d.is_definite),
            names=tuple(self.scope.names),
        )

    @property
    def least(self) -> int:
        """One instance shows every symbol."""
        return 1

    def generic(self, points: int) -> Case:
        """Unequal random sizes, and random values."""
        drawn = self.varied.ranked(self._drawn_sizes() for _ in range(CANDIDATES))[0]
        self.varied.keep(drawn)
        return self._case(drawn, points, simple=False)

    def _drawn_sizes(self) -> Sizes:
        sizes = self._sizes
        order = self.generator.permutation(len(sizes) + WIDER)[: len(sizes)]
        # What counts without being a shape, degrees of freedom say, is above what is a shape, and
        # far from others of its kind: N - m - 1 must not vanish.
        return {
            size: 2 + int(k) if self._is_shape(size) else 10 + APART * int(k)
            for size, k in zip(sizes, order, strict=True)
        }

    def smallest(self, points: int) -> Iterator[Case]:
        """Simple values, from sizes of 1 upward."""
        sizes = self._sizes
        for excess in range(MOST_EXCESS + 1):
            for raised in combinations_with_replacement(range(len(sizes)), excess if sizes else 0):
                drawn = {size: 1 + raised.count(k) for k, size in enumerate(sizes)}
                # One draw may hide what another shows at the same sizes.
                for _ in range(DRAWS):
                    yield self._case(drawn, points, simple=True)

    def wider(self, case: Case, factor: int, name: str) -> Case:
        """One size or number multiplied, all others as they are."""
        item = self.declared.get(name)
        if item is None or item.shape:
            raise Unsettled(f"leading {name}: {shown(name)} is no declared size or number")
        if any(
            item.symbol in size.free_symbols for d in self.declared.values() for size in d.shape
        ):
            raise Unsettled(
                f"leading {name}: a matrix has it as its size; give it a size of its own"
            )
        grown = tuple(p.with_numbers({item.symbol: p[item.symbol] * factor}) for p in case.points)
        return Case(grown, case.arithmetic, case.sizes, case.origin)

    def _case(self, sizes: Sizes, points: int, *, simple: bool) -> Case:
        signs = {d.symbol: int(self.generator.choice([-1, 1])) for d in self.declared.values()}
        drawn = []
        for _ in range(points):
            drawn.append(self._point(sizes, simple, signs))
            signs = {symbol: -sign for symbol, sign in signs.items()}  # both, whatever is drawn
        shown_sizes = {symbol.name: str(size) for symbol, size in sizes.items()}
        return Case(tuple(drawn), self.arithmetic, shown_sizes, sizes)

    def _point(self, sizes: Sizes, simple: bool, signs: Mapping[Any, int]) -> Point:
        found: Numbers = dict(sizes)
        for item in self.declared.values():
            if not item.is_size:
                shape = [int(size.xreplace(sizes)) for size in item.shape]
                drawn = self._draw(item, shape, simple)
                if not (shape or simple or item.is_positive):
                    drawn = signs[item.symbol] * abs(drawn)
                found[item.symbol] = drawn
        return Point(found, self.definitions, self.arithmetic)

    def _draw(self, item: Declared, shape: Sequence[int], simple: bool) -> Any:
        if not shape:
            choices = (SIMPLE if item.is_positive else SMALL) if simple else None
            return self._number(item, choices)
        entries = self._entries(tuple(shape), simple)
        return self.arithmetic.array(item.shaped(entries, self.arithmetic))

    def _number(self, item: Declared, choices: list[Fraction] | None) -> Any:
        if choices is None:
            choices = [Fraction(k, 8) for k in EIGHTHS if k > 0 or not item.is_positive]
            choices = [choice for choice in choices if choice != 1]
        return self.arithmetic.number(choices[int(self.generator.integers(len(choices)))])

    def _entries(self, shape: tuple[int, ...], simple: bool) -> Array:
        choices = [-1, 0, 1, 2] if simple else EIGHTHS
        picked = np.array(choices, dtype=object)[self.generator.integers(len(choices), size=shape)]
        return picked if simple else self.arithmetic.array(picked) / 8


def _of_sizes(sizes: Sizes) -> Levels:
    return list(sizes.values()), relations(list(sizes.values()))
