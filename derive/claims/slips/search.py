"""Tries the common slips on a line that does not hold."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from derive.algebra.arithmetic import Floats
from derive.claims.language import Scope, parse
from derive.claims.result import Correction
from derive.claims.sides import Side
from derive.claims.slips.change import Change, Words
from derive.claims.slips.kinds import SLIPS, Slips
from derive.claims.slips.trees import addends, tree_of
from derive.errors import DeriveError
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled

MOST_CANDIDATES = 6000
SECONDS = 20.0
"""Time of the processor that the search takes at most, so that a busy machine finds the same."""
MOST_OF_A_KIND = 3
"""Corrections that are told of one slip."""
LONGEST = 4000
"""Characters of a line that is searched."""


AS_IT_STANDS, POSITIVE_FACTOR, ANY_FACTOR = 3, 2, 1
"""Ranks of a correction: it holds without a factor, with a positive one, with another."""

Found = dict[tuple[str, str], tuple[int, Correction]]
"""The slip and the key of a correction, to its rank and itself."""


@dataclass(eq=False)
class Trial:
    """What a corrected line is tried on.

    Attributes:
        scope: What names mean.
        where: For messages.
        points: Numbers at a few points of one instance.
        fits: Whether values at these points, in float64, are those that are due.
        rank: How well a line holds on all instances, at all digits: 0 where it does not, more
            where it does without a factor that is allowed.
    """

    scope: Scope
    where: str
    points: Sequence[Numbers]
    fits: Callable[[Sequence[Array]], bool]
    rank: Callable[[Side], int]
    _values: dict[str, list[Array] | None] = field(default_factory=dict)
    _texts: dict[ast.expr, str] = field(default_factory=dict)

    def plausible(self, tree: ast.expr) -> bool:
        """Whether a line has the values that are due, term by term in float64."""
        total: list[Array] | None = None
        for sign, term in addends(tree):
            if term not in self._texts:
                self._texts[term] = ast.unparse(term)
            values = self._term(self._texts[term])
            if values is None:
                return False
            signed = [sign * value for value in values]
            if total is not None and total[0].shape != signed[0].shape:
                return False
            total = signed if total is None else [a + b for a, b in zip(total, signed, strict=True)]
        return total is not None and self.fits(total)

    def _term(self, text: str) -> list[Array] | None:
        """The values of one term; None where it has none. Most terms of a change are known."""
        if text not in self._values:
            try:
                side = Side(self.where, parse(text, self.scope, self.where))
                self._values[text] = [side.at(point, Floats()) for point in self.points]
            except (DeriveError, Unsettled, ArithmeticError, np.linalg.LinAlgError):
                self._values[text] = None
        return self._values[text]

    def confirmed(self, change: Change) -> int:
        """The rank of the whole line, corrected."""
        try:
            expression = parse(change.text, self.scope, self.where)
            return self.rank(Side(self.where, expression, text=change.text))
        except (DeriveError, ArithmeticError, np.linalg.LinAlgError):
            return 0


def corrections(
    text: str, words: Words, trial: Trial, slips: Slips = SLIPS
) -> tuple[Correction, ...]:
    """Every common slip whose correction makes a line hold.

    Args:
        text: The line, or the right-hand side of an equation.
        words: The names that a correction may use.
        trial: What corrected lines are tried on.
        slips: Which are tried, by name.
    """
    if not text or len(text) > LONGEST:
        return ()
    try:
        tree, end = tree_of(text), time.thread_time() + SECONDS
    except SyntaxError:  # a SymPy expression that the language has no words for
        return ()
    ranked: Found = {}
    tried: set[str] = set()
    queues = [_named(name, slip(tree, words)) for name, slip in slips.items()]
    # The kinds take turns, so that a kind with many candidates does not use up the time.
    for candidates in zip_longest(*queues):
        for candidate in filter(None, candidates):
            name, change = candidate
            if len(tried) >= MOST_CANDIDATES or time.thread_time() > end:
                return _sorted(ranked, slips)
            best, _ = ranked.get((name, change.key), (0, None))
            if best == AS_IT_STANDS or _told(ranked, name) >= MOST_OF_A_KIND:
                continue
            if change.text in tried:
                continue
            tried.add(change.text)
            rank = trial.confirmed(change) if trial.plausible(change.tree) else 0
            if rank > best:
                correction = Correction(name, f"write {change.told}", change.text)
                ranked[name, change.key] = (rank, correction)
    return _sorted(ranked, slips)


def _named(name: str, changes: Iterator[Change]) -> Iterator[tuple[str, Change]]:
    return ((name, change) for change in changes)


def _told(ranked: Found, name: str) -> int:
    return sum(kind == name and rank == AS_IT_STANDS for (kind, _), (rank, _) in ranked.items())


def _sorted(ranked: Found, slips: Slips) -> tuple[Correction, ...]:
    """Those of the best rank: with a factor -1 allowed, all the rest could be negated instead."""
    order, best = list(slips), max((rank for rank, _ in ranked.values()), default=0)
    kept = [correction for rank, correction in ranked.values() if rank == best]
    return tuple(sorted(kept, key=lambda c: order.index(c.slip)))
