"""Comparisons of numbers: how many digits agree, at the worst place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.evidence.verdict import CheckResult, Verdict, why

Pairs = Iterable[tuple[str, Any, Any]]
"""What is compared, what was found, and what it should be."""

SHOWN = 20
"""Digits of the numbers that agree; those that do not are shown up to where they differ."""


class Comparison:
    """Keeps the worst among the comparisons of one claim.

    Args:
        arithmetic: The mpmath arithmetic of the numbers.
        digits: The most digits of agreement that are worth reporting.
    """

    def __init__(self, arithmetic: Digits, digits: int) -> None:
        self.arithmetic = arithmetic
        self.digits = digits
        self.agreed = math.inf
        self.what = "nothing"
        self.pair: tuple[Any, Any] = (0, 0)
        self.raised: list[str] = []

    def gather(self, *parts: Callable[[], Pairs]) -> None:
        """Compare what several parts yield; one that raises leaves the others to be compared."""
        for part in parts:
            try:
                for what, found, expected in part():
                    self.add(what, found, expected)
            except Exception as error:  # whatever a given module does
                self.raised.append(why(error))

    def add_text(self, what: str, found: Any, expected: Any) -> None:
        """Compare two texts, or two arrays of them."""
        ours, theirs = (np.ravel(np.array(text, dtype=str)).tolist() for text in (found, expected))
        agreed = float(self.digits if ours == theirs else 0)
        differing = next(((a, b) for a, b in zip(ours, theirs, strict=False) if a != b), None)
        self._keep(what, agreed, differing or (str(ours), str(theirs)))

    def add(self, what: str, found: Any, expected: Any, scale: Any = 0) -> None:
        """Compare two numbers, or two arrays entry by entry.

        Args:
            what: Names them.
            found: What is checked.
            expected: What it should be; text is compared as it stands.
            scale: Differences are relative to the largest entry of the two, or to this.
        """
        if np.asarray(expected).dtype.kind in "US":
            self.add_text(what, found, expected)
            return
        ours = self.arithmetic.array(np.ravel(found)).tolist()
        theirs = self.arithmetic.array(np.ravel(expected)).tolist()
        if len(ours) != len(theirs):
            self._keep(f"the length of {what}", 0.0, (len(ours), len(theirs)))
            return
        size = max([self.arithmetic.number(scale), *map(abs, ours), *map(abs, theirs)])
        for pair in zip(ours, theirs, strict=True):
            self._keep(what, self._agreement(pair, size), pair)

    def _agreement(self, pair: tuple[Any, Any], size: Any) -> float:
        gap = abs(pair[0] - pair[1])
        if gap == 0:
            return float(self.digits)
        if not (gap < size and self.arithmetic.context.isfinite(size)):  # or not a number
            return 0.0
        return min(float(-self.arithmetic.context.log10(gap / size)), float(self.digits))

    def _keep(self, what: str, agreed: float, pair: tuple[Any, Any]) -> None:
        if agreed < self.agreed:
            self.agreed, self.what, self.pair = agreed, what, pair

    def result(self, claim: str, required: int, compared: str) -> CheckResult:
        """The verdict: the claim holds where the required digits agree everywhere.

        Where they do, but something could not be evaluated, it is inconclusive.

        Args:
            claim: What is claimed.
            required: Digits that must agree.
            compared: What was compared with what, for the reason.
        """
        holds = self.agreed >= required
        if holds and (self.raised or math.isinf(self.agreed)):
            reason = "; ".join(dict.fromkeys(self.raised)) or "nothing was compared"
            return CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, reason)
        digits = max(0, math.floor(self.agreed))
        shown = min(self.digits, digits + 4, SHOWN if holds else self.digits)
        found, expected = (self._text(number, shown) for number in self.pair)
        rest = f"; fewest in {self.what}" if digits < self.digits else ""
        return CheckResult(
            claim=claim,
            verdict=Verdict.AGREES if holds else Verdict.DISAGREES,
            expected=expected,
            found=found,
            digits=digits,
            reason=f"{compared}: at least {required} digits must agree, {digits} do{rest}",
        )

    def _text(self, number: Any, shown: int) -> str:
        if isinstance(number, str):
            return number
        return str(self.arithmetic.context.nstr(self.arithmetic.number(number), shown))
