"""Sides of a comparison: lines of a claim and results of ours, and their values at points."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from derive.claims.claim import Claim, Line
from derive.claims.language import Scope, parse, to_text
from derive.errors import ClaimError, NoRule
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.description.language import WORDS as LANGUAGE
from derive.theories.disorder.description.language import symbol
from derive.theories.disorder.words.language import scope_of
from derive.theories.disorder.words.unknowns import Numbers, Unknown
from derive.wording import one_line, shown

LEVELS = (1, 2, 4)
"""How fine the averages of a claim are; the last two that were needed tell their error."""
SETTLED = 1e-14
"""Change from one to the next, of the terms' size, with which an average is done."""
LOST = 1e-4
"""Change, of the terms' size, beyond which the next may be larger still: nothing is known."""
_EQUALS = re.compile(r"(?<![=<>!:])=(?!=)")

Point = Mapping[Any, float]


@dataclass(frozen=True)
class Valued:
    """A number, how well it is known, and how large the terms are that it is a sum of."""

    number: float
    error: float
    terms: float


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What the names of a claim mean.

    Attributes:
        scope: Of its lines.
        meanings: Its own symbols: expressions, and unknowns of equations.
        sizes: Symbols of declared sizes, which lines are read for anew.
    """

    scope: Scope
    meanings: Mapping[Any, Any]
    sizes: tuple[Any, ...] = ()
    known: dict[Any, Any] = field(default_factory=dict, repr=False)

    def read(self, text: Any, where: str, point: Point | None = None) -> Any:
        """The expression of a text, or of SymPy in plain symbols; sizes are those of the point.

        Raises:
            ClaimError: It is none.
        """
        if isinstance(text, sympy.Basic):
            text = _written(text, where)
        if not isinstance(text, str):
            raise ClaimError(f"{where}: {shown(text)} where text or a SymPy expression is due")
        given = {s.name: sympy.Integer(int((point or {}).get(s, 2))) for s in self.sizes}
        key = text, *given.values()
        if key not in self.known:
            scope = scope_of({**self.scope.names, **given})
            self.known[key] = parse(" ".join(text.split()), scope, where)
        if self.known[key].is_Matrix:
            raise ClaimError(f"{where}: it is a matrix, and a number is due; leave .T out")
        return self.known[key]

    def ours_in(self, expression: Any) -> set[Any]:
        """The symbols of ours that an expression depends on, through theirs too."""
        found, pending = set(), list(expression.free_symbols)
        while pending:
            each = pending.pop()
            if each in found:
                continue
            found.add(each)
            meaning = self.meanings.get(each)
            inner = meaning.gap if isinstance(meaning, Unknown) else meaning
            pending += [] if inner is None else list(inner.free_symbols)
        return found - set(self.meanings)


def _written(expression: Any, where: str) -> str:
    try:
        return to_text(expression)
    except NoRule as error:
        raise ClaimError(f"{where}: {one_line(str(error))}") from None


def vocabulary(claim: Claim, names: dict[str, Any], sizes: tuple[Any, ...] = ()) -> Vocabulary:
    """What the names of a claim mean: ours, theirs, and roots of equations.

    Raises:
        ClaimError: One has a meaning already, or cannot be read.
    """
    for place, table in (("symbols", claim.symbols), ("define", claim.define)):
        for name in table:
            if name in names or name in LANGUAGE or name == "avg":
                raise ClaimError(f"{place}.{name}: it has a meaning already; take another name")
    scope_names = {**names, **{name: sympy.Symbol(name, real=True) for name in claim.define}}
    meanings: dict[Any, Any] = {}
    for name, text in claim.symbols.items():
        meaning = Vocabulary(scope_of(scope_names), {}, sizes).read(text, f"symbols.{name}")
        scope_names[name] = symbol(name)
        meanings[symbol(name)] = meaning
    words = Vocabulary(scope_of(scope_names), meanings, sizes)
    for name, table in claim.define.items():
        meanings[symbol(name)] = _unknown(name, table, words)
    return words


def _unknown(name: str, table: Mapping[str, Any], words: Vocabulary) -> Unknown:
    where = f"define.{name}.equation"
    parts = str(table.get("equation", "")).split("=")
    if len(parts) > 2:
        raise ClaimError(f"{where}: it has {len(parts) - 1} signs =; write one equation")
    right = words.read(parts[1], where) if len(parts) == 2 else symbol(name)
    gap = words.read(parts[0], where) - right
    if symbol(name) not in gap.free_symbols:
        raise ClaimError(f"{where}: {name} is not in it; write an equation that it solves")
    return Unknown(name, gap, bool(table.get("positive", False)))


@dataclass(frozen=True, eq=False)
class Theirs:
    """A line: an expression, or an equation of which the left side has our symbol.

    Attributes:
        name: How messages call it.
        text: The right side, as it was given.
        left: What the right side is said to be, in our symbol; None for an expression.
        words: What names mean.
    """

    name: str
    text: Any
    left: Any
    words: Vocabulary

    @property
    def expression(self) -> Any:
        """The right side, for the smallest sizes."""
        return self.words.read(self.text, self.name)

    def at(self, point: Point, levels: int = 2) -> Valued:
        """The right side at a point.

        Raises:
            Unsettled: It has no value there.
        """
        return self.value(self.words.read(self.text, self.name, point), point, levels)

    def roughly(self, text: str, point: Point) -> float:
        """A text in the place of the right side, without an error."""
        given = Numbers(point, self.words.meanings, LEVELS[0])
        with np.errstate(all="ignore"):
            return float(given.at(self.words.read(text, self.name, point)))

    def value(self, expression: Any, point: Point, levels: int = 2) -> Valued:
        """The value of an expression in the claim's names, at so many finenesses at least.

        Raises:
            Unsettled: It has none.
        """
        found: list[float] = []
        for refine in LEVELS:
            given = Numbers(point, self.words.meanings, refine)
            with np.errstate(all="ignore"):
                parts = [float(given.at(e)) for e in sympy.Add.make_args(expression)]
            size = float(np.sum(np.abs(parts)))
            if not np.isfinite(size):
                break
            found.append(float(np.sum(parts)))
            if len(found) >= levels and abs(found[-1] - found[-2]) <= SETTLED * size:
                break
        if len(found) < 2:
            raise Unsettled(f"{self.name} cannot be evaluated: it is no finite real number")
        error = max(abs(found[-1] - before) for before in found[-levels:-1])
        size = size if np.isfinite(size) else 1.0
        return Valued(found[-1], error if error <= LOST * size else np.inf, size)


def theirs(line: Line, number: int, words: Vocabulary, subject: str) -> Theirs:
    """A line of a claim, read.

    Raises:
        ClaimError: It cannot be read; or its left side lacks the order parameter it is about.
    """
    where, text = f"lines[{number}].expression", line.expression
    sides = _EQUALS.split(text) if isinstance(text, str) else [text]
    if len(sides) > 2:
        raise ClaimError(f"{where}: it has {len(sides) - 1} signs =; write one equation a line")
    if len(sides) == 2 and not subject:
        raise ClaimError(
            f"{where}: it has an =, and is no claim about a saddle-point equation; write the two "
            "sides as two lines"
        )
    left = symbol(subject) if subject else None
    if len(sides) == 2:
        left = words.read(sides[0], where)
        if symbol(subject) not in words.ours_in(left):
            raise ClaimError(
                f"{where}: its left side has no {subject}; solve the equation for it, "
                f'"{subject} = ..."'
            )
    side = Theirs(where, sides[-1], left, words)
    side.words.read(side.text, where)
    return side


def rounded(claim: Claim) -> int:
    """Digits that numbers of a claim allow for."""
    return 9 if claim.is_rounded else 12


def pair(before: Theirs, found: Theirs, point: Point, levels: int) -> tuple[Valued, Valued]:
    """A line and the line before it."""
    return found.at(point, levels), before.at(point, levels)
