"""A chain of its own: declared symbols, drawn at random in their domains, as a setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import sympy

from derive.algebra import nodes
from derive.algebra.arithmetic import Digits
from derive.claims.aspects import thresholds
from derive.claims.claim import Claim
from derive.claims.coverage import Coverage, cover
from derive.claims.declared import DEFINITE, Declared, declarations
from derive.claims.definitions import Definitions, expanded, with_symbols
from derive.claims.draws import MODEST, Draws, span
from derive.claims.language import Scope
from derive.claims.leading import MATRIX_GROWS
from derive.claims.setting import Case
from derive.claims.slips.change import Words
from derive.claims.symbol_draws import CANDIDATES, Drawn, SymbolDraws
from derive.evidence.verdict import Unsettled
from derive.wording import shown

MOST_EXCESS = 4
"""Sizes of a counterexample exceed 1 by this much together."""
DRAWS = 6
"""Values that are tried at every size."""
AGAIN = 24
"""Draws of the same sizes until one has a value: half of them where a component has none."""
LEAST_CASES, MOST_CASES = 8, 16
"""Cases that are looked at: as many as it takes to reach every side, between these."""


@dataclass(frozen=True, eq=False)
class OnSymbols:
    """Declared symbols.

    Attributes:
        declared: By name; sizes that only occur in shapes are among them.
        scope: Their names, and those defined by them.
        definitions: What the latter stand for.
        drawer: Of everything random.
    """

    declared: dict[str, Declared]
    scope: Scope
    definitions: Definitions
    drawer: SymbolDraws

    @classmethod
    def of(cls, claim: Claim, digits: int, seed: int) -> OnSymbols:
        """The setting of a chain of its own.

        Raises:
            ClaimError: A declaration or a symbol cannot be read.
        """
        declared = declarations(claim.declare)
        names = {name: item.symbol for name, item in declared.items()}
        scope, definitions = with_symbols(Scope(names=names), claim.symbols)
        draws = Draws(np.random.default_rng(seed))
        drawer = SymbolDraws(declared, definitions, draws, Digits(digits))
        return cls(declared, scope, definitions, drawer)

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
            matrices=tuple(name for name, d in declared if d.domain == DEFINITE),
            names=tuple(self.scope.names),
        )

    def looking_at(self, expressions: Sequence[Any]) -> OnSymbols:
        """The same with draws on both sides of what occurs; modest ones below an exponential."""
        limits = span(thresholds(expressions))
        powers = {power for e in expressions for power in e.atoms(sympy.exp)}
        tame = any(type(power.args[0]) is not nodes.LogDet for power in powers)
        draws = replace(self.drawer.draws, limits=limits)
        if tame:  # numbers that exponents are multiplied by are divided by, too
            draws = replace(draws, limits=(*limits, *(1 / n for n in limits)), reach=MODEST)
        return replace(
            self, drawer=replace(self.drawer, draws=draws, expressions=tuple(expressions))
        )

    def cases(self, points: int, instances: int) -> tuple[list[Case], Coverage]:
        """Cases that reach every side of what is declared and of what the lines compare."""
        drawer = replace(self.drawer, count=points)
        cases, coverage = cover(drawer, max(instances, LEAST_CASES), MOST_CASES)
        return cases, replace(coverage, more=[drawer.told()])

    def again(self, case: Case, points: int) -> Iterator[Case]:
        """Cases of the same sizes with other values."""
        for _ in range(AGAIN if self.varying else 0):
            values = tuple(self.drawer.values(case.origin) for _ in range(points))
            yield self.drawer.case(Drawn(case.origin, values))

    def generic(self, points: int) -> Case:
        """Unequal random sizes, and random values of order one."""
        modest = replace(self.drawer, draws=replace(self.drawer.draws, reach=0))
        sizes = modest.varied.ranked(modest.distinct_sizes() for _ in range(CANDIDATES))[0]
        return modest.case(Drawn(sizes, tuple(modest.values(sizes) for _ in range(points))))

    def smallest(self, points: int) -> Iterator[Case]:
        """Simple values, from sizes of 1 upward."""
        sizes = self.drawer.sizes
        for excess in range(MOST_EXCESS + 1):
            for raised in combinations_with_replacement(range(len(sizes)), excess if sizes else 0):
                drawn = {size: 1 + raised.count(k) for k, size in enumerate(sizes)}
                if self.drawer.work.why_not(drawn):
                    continue
                # One draw may hide what another shows at the same sizes.
                for _ in range(DRAWS):
                    values = (self.drawer.values(drawn, simple=True) for _ in range(points))
                    yield self.drawer.case(Drawn(drawn, tuple(values)))

    def wider(self, case: Case, factor: int, name: str) -> Case:
        """One size or number multiplied, all others as they are."""
        item = self.declared.get(name)
        if item is None or item.shape:
            raise Unsettled(f"leading {name}: {shown(name)} is no declared size or number")
        if any(
            item.symbol in size.free_symbols for d in self.declared.values() for size in d.shape
        ):
            raise Unsettled(f"leading {name}: {MATRIX_GROWS}")
        grown = tuple(p.with_numbers({item.symbol: p[item.symbol] * factor}) for p in case.points)
        return Case(grown, case.arithmetic, case.sizes, case.origin)
