"""How a certificate compares two numbers, and how it says that they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import mpmath
import numpy as np

from derive.algebra import evaluate
from derive.errors import CertificateError, DeriveError
from derive.steps.step import Certificate, Evidence

Given = ParamSpec("Given")

GUARD = 10
"""Digits of the arithmetic beyond those asked for."""


def context(digits: int) -> Any:
    """An mpmath context of its own, at the working precision for so many digits."""
    arithmetic = mpmath.MPContext()
    arithmetic.dps = digits + GUARD
    return arithmetic


def exact(arithmetic: Any, array: Any) -> Any:
    """An array of binary floats or whole numbers as an array of mpmath numbers."""
    given = np.asarray(array)
    numbers = [arithmetic.mpf(value) for value in given.ravel().tolist()]
    entries = np.empty(len(numbers), dtype=object)
    entries[:] = numbers
    return entries.reshape(given.shape)


def guarded(check: Callable[[int], Evidence]) -> Certificate:
    """A certificate that refuses a step also where its result cannot be evaluated."""

    @wraps(check)
    def run(digits: int) -> Evidence:
        try:
            return check(digits)
        except CertificateError:
            raise
        except (DeriveError, ArithmeticError, LookupError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CertificateError(f"the result cannot be evaluated: {reason}") from error

    return run


class Agreement:
    """Keeps the worst agreement among all comparisons of one certificate."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.arithmetic = context(digits)
        self.worst = digits + GUARD

    def compare(self, what: str, found: Any, expected: Any, scale: Any = 1) -> None:
        """Two numbers or arrays, relative to the largest entry and to `scale`.

        Raises:
            CertificateError: They differ.
        """
        ours, theirs = np.ravel(np.asarray(found)), np.ravel(np.asarray(expected))
        if len(ours) != len(theirs):
            raise CertificateError(f"{what}: {len(ours)} numbers against {len(theirs)}")
        pairs = list(zip(ours.tolist(), theirs.tolist(), strict=True))
        size = max(abs(scale), *(max(abs(x), abs(y)) for x, y in pairs))
        gap, (x, y) = max(((abs(x - y), (x, y)) for x, y in pairs), key=lambda pair: pair[0])
        agreed = self._digits(gap, size)
        if agreed < self.digits:
            raise CertificateError(
                f"{what}: {self.text(x)} by the rule, {self.text(y)} independently"
            )
        self.worst = min(self.worst, agreed)

    def _digits(self, gap: Any, size: Any) -> int:
        if gap == 0:
            return self.digits + GUARD
        if not gap < size:  # not a number among them
            return 0
        return int(self.arithmetic.floor(-self.arithmetic.log10(gap / size)))

    def value(self, expression: Any, numbers: Mapping[Any, Any]) -> Any:
        """The value of an expression, at the working precision."""
        return evaluate(expression, numbers, self.digits + GUARD)

    def text(self, number: Any) -> str:
        """A number with the digits that were asked for."""
        return str(self.arithmetic.nstr(self.arithmetic.convert(number), self.digits))

    def evidence(self, detail: str) -> Evidence:
        """What the comparisons amount to."""
        return Evidence(self.worst, detail)


def certifying(
    compare: Callable[Concatenate[Agreement, Given], Evidence],
) -> Callable[Given, Certificate]:
    """A maker of certificates, from what compares and has an agreement of its own in each of them.

    Args:
        compare: The evidence, from an agreement to as many digits as are asked for, and what else
            the certificate is made from.
    """

    @wraps(compare)
    def certificate(*given: Given.args, **named: Given.kwargs) -> Certificate:
        return guarded(lambda digits: compare(Agreement(digits), *given, **named))

    return certificate
