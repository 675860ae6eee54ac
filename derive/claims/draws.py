"""Random numbers and entries over decades, on both sides of given numbers; all of them exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from derive.evidence.numbers import Array

EIGHTHS = [k for k in range(-12, 13) if k != 0]
SMALL = [Fraction(k) for k in (-2, -1, 1, 2)]
SIMPLE = [Fraction(1), Fraction(2), Fraction(3), Fraction(1, 2)]
SMALL_SIZE = 6
"""Sizes are drawn up to this where no number of the claim is larger."""
DECADES = 9
"""Numbers reach from 2^-9 to 2^9, about three decades each way."""
MODEST = 3
"""The same where an exponential is taken of them."""
SCALES = (-6, -3, 0, 0, 0, 3, 6)
"""Powers of 2 that the entries of a matrix are multiplied by."""
SHIFTS = (Fraction(1, 8), Fraction(1), Fraction(4))
"""Multiples of the identity in a positive definite matrix."""


@dataclass(frozen=True, eq=False)
class Entries:
    """What a matrix of some domain is made from.

    Attributes:
        array: Independent entries, multiples of 1/8 or small whole numbers.
        scale: A power of 2.
        shift: In units of the identity.
        signs: One for every row.
    """

    array: Array
    scale: Fraction = Fraction(1)
    shift: Fraction = Fraction(1)
    signs: Sequence[int] = ()


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws numbers and entries.

    Attributes:
        generator: Of everything random.
        limits: Numbers to be below and above.
        reach: Powers of 2 that numbers reach.
    """

    generator: np.random.Generator
    limits: Sequence[Fraction] = (Fraction(1),)
    reach: int = DECADES

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of some."""
        return choices[int(self.generator.integers(len(choices)))]

    def number(self, *, signed: bool) -> Fraction:
        """Of order one, near a limit, or over decades; never 0, 1 or a limit itself."""
        kind = int(self.generator.integers(10))
        number = Fraction(abs(self.pick(EIGHTHS)), 8)
        if kind in (4, 5, 6):
            number = self.pick(self.limits) * (1 + Fraction(self.pick([-6, -4, -2, 2, 4, 6, 8]), 9))
        elif kind > 6:
            number *= Fraction(2) ** int(self.generator.integers(-self.reach, self.reach + 1))
        if number in (1, *self.limits):
            number *= Fraction(9, 8)
        return number * self.pick([-1, 1]) if signed else number

    def size(self, most: int) -> int:
        """From 1 on, or near a whole number of the limits; some sizes are equal."""
        near = [int(n) for n in self.limits if n.denominator == 1 and 1 < n < most]
        if near and self.pick([True, False]):
            return int(self.pick(near)) + int(self.pick([-1, 1, 1, 2]))
        return 1 + int(self.generator.integers(min(most, SMALL_SIZE)))

    def simple(self, *, signed: bool) -> Fraction:
        """A number that a counterexample shows well."""
        near = [limit * k for limit in self.limits for k in (2, Fraction(1, 2))]
        number: Fraction = self.pick([*SIMPLE, *near])
        return number * self.pick([-1, 1]) if signed else number

    def entries(self, shape: tuple[int, ...], *, simple: bool) -> Entries:
        """Of a matrix; simple ones are small whole numbers."""
        choices = [-1, 0, 1, 2] if simple else EIGHTHS
        picked = np.array(choices, dtype=object)[self.generator.integers(len(choices), size=shape)]
        signs = [int(self.pick([-1, 1])) for _ in range(shape[0])]
        if simple:
            scale, shift = Fraction(self.pick([1, 1, Fraction(1, 4)])), Fraction(1)
            return Entries(picked, scale, shift, signs)
        scale = Fraction(2) ** int(self.pick(SCALES))
        return Entries(picked / 8, scale, self.pick(SHIFTS), signs)


def span(limits: Sequence[Any]) -> tuple[Fraction, ...]:
    """Numbers of SymPy as fractions.

    >>> import sympy
    >>> span([sympy.Rational(1, 2)])
    (Fraction(1, 2),)
    """
    return tuple(Fraction(int(limit.p), int(limit.q)) for limit in limits)
