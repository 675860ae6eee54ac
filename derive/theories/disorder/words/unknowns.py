"""Symbols that a claim brings: for expressions in ours, or for the root of an equation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.words.averages import value

DECADES = 6
"""Roots are looked for from 10^-6 to 10^6."""
PER_DECADE = 12
SMALL = 1e-9
"""Of the larger of the values beside it: what is less is a root, and what is not a pole."""


@dataclass(frozen=True)
class Unknown:
    """A symbol for the root of an equation.

    Attributes:
        name: As it is written.
        gap: What vanishes there.
        positive: Whether the positive root is meant.
    """

    name: str
    gap: Any
    positive: bool


class Numbers(dict[Any, Any]):
    """Numbers for symbols; those of the claim's own are worked out when they are asked for.

    Args:
        given: Numbers of ours.
        meanings: Theirs, each an expression or an `Unknown`.
        refine: See `value`.
    """

    def __init__(self, given: Mapping[Any, Any], meanings: Mapping[Any, Any], refine: int) -> None:
        super().__init__(given)
        self.meanings, self.refine = meanings, refine

    def __missing__(self, key: Any) -> Any:
        meaning = self.meanings[key]
        if isinstance(meaning, Unknown):
            self[key] = self._root(key, meaning)
        else:
            self[key] = self.at(meaning)
        return self[key]

    def at(self, expression: Any) -> Array:
        """The value of an expression."""
        for symbol in expression.free_symbols:
            self[symbol]
        plain = {key: self[key] for key in expression.free_symbols}
        return value(expression, plain, self.refine)

    def _root(self, symbol: Any, unknown: Unknown) -> float:
        others = unknown.gap.free_symbols - {symbol}
        given = {other: self[other] for other in others}

        def gap(x: float) -> float:
            return float(value(unknown.gap, {**given, symbol: x}, self.refine))

        grid = np.logspace(-DECADES, DECADES, 2 * DECADES * PER_DECADE + 1)
        grid = grid if unknown.positive else np.concatenate([-grid[::-1], grid])
        with np.errstate(all="ignore"):
            values = np.array([gap(x) for x in grid])
            changes = np.flatnonzero(values[:-1] * values[1:] <= 0)
            roots = [
                optimize.brentq(gap, grid[k], grid[k + 1], xtol=1e-300, rtol=1e-15) for k in changes
            ]
            sizes = [max(abs(values[k]), abs(values[k + 1])) for k in changes]
            roots = [r for r, size in zip(roots, sizes, strict=True) if abs(gap(r)) <= SMALL * size]
        if len(set(roots)) != 1:
            found = f"{len(set(roots))} roots" if roots else "no root"
            reach = f"between 1e-{DECADES} and 1e{DECADES}"
            reach += "" if unknown.positive else ", or minus these"
            raise Unsettled(f"define.{unknown.name}: the equation has {found} {reach}")
        return float(roots[0])
