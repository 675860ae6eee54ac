"""Bounds on exact numbers, and on what an expression becomes when it is multiplied out."""

from __future__ import annotations

from math import comb, log10
from typing import Any

import sympy
from sympy import Add, MatAdd, MatMul, Mul, Pow

from derive.claims.language.values import value
from derive.errors import ClaimError

LARGEST_POWER = 300
"""Decimal digits of an exact number."""
MOST_TERMS = 5_000
"""Terms of an expression that is multiplied out."""
MOST_FACTORS = 200
"""Factors of a product of matrices."""
LARGEST_EXPONENT = 10**6
MOST_ENTRIES = 10_000
"""Entries of a matrix whose size is written in numbers."""
SHORTER = "; name its parts in [symbols], or write it shorter"


class Bounds:
    """Remembers what it knows of the expressions of one text."""

    def __init__(self) -> None:
        self.terms: dict[Any, int] = {}

    def why_not_power(self, base: Any, exponent: Any) -> str:
        """Why a power must not be made; empty where it may."""
        if not exponent.is_number:
            return ""
        if exponent.has(sympy.exp):
            return "its exponent has an exponential of numbers"
        if base.is_number and base != 0 and not (base.is_Rational and exponent.is_Rational):
            why = why_not_exponential(exponent * sympy.log(base**2) / 2)
            if why:
                return why
        if not exponent.is_Rational:
            return "" if exponent.atoms(sympy.Rational) <= set() else self._of_number(exponent)
        if abs(exponent) > LARGEST_EXPONENT or exponent.q > 1000:
            return f"the exponent is beyond {LARGEST_EXPONENT}"
        digits = sum(_digits(number) for number in base.atoms(sympy.Rational))
        if digits * abs(exponent) > LARGEST_POWER and base.atoms(sympy.Rational) - {1, -1}:
            return f"it has more than {LARGEST_POWER} digits"
        if exponent.is_Integer and exponent > 0 and self.count(base) > 1:
            count = self.count(base)
            if exponent > 200 or comb(int(exponent) + count - 1, count - 1) > MOST_TERMS:
                return f"multiplied out it has more than {MOST_TERMS} terms"
        return ""

    def _of_number(self, number: Any) -> str:
        digits = sum(_digits(part) for part in number.atoms(sympy.Rational))
        return "" if digits < LARGEST_POWER else f"it has more than {LARGEST_POWER} digits"

    def why_not(self, expression: Any) -> str:
        """Why an expression is too large, and what to do; empty where it is not."""
        if expression.is_Matrix and _entries(expression) > MOST_ENTRIES:
            return f"it has more than {MOST_ENTRIES} entries; make its sizes smaller, or name them"
        if type(expression) is MatMul and len(expression.args) > MOST_FACTORS:
            return f"it has more than {MOST_FACTORS} factors{SHORTER}"
        if expression.is_Matrix and self.count(expression) > MOST_TERMS:
            return f"multiplied out it has more than {MOST_TERMS} terms{SHORTER}"
        numbers = (part for part in (expression, *expression.args) if part.is_Rational)
        if any(_digits(number) > LARGEST_POWER for number in numbers):
            return f"it has more than {LARGEST_POWER} digits{SHORTER}"
        return ""

    def count(self, node: Any) -> int:
        """Terms of a node that is multiplied out, at most one more than MOST_TERMS."""
        if node not in self.terms:
            self.terms[node] = min(self._fresh(node), MOST_TERMS + 1)
        return self.terms[node]

    def _fresh(self, node: Any) -> int:
        if not node.args:
            return 1
        counts = [self.count(arg) for arg in node.args]
        if type(node) in (Add, MatAdd):
            return sum(counts)
        if type(node) in (Mul, MatMul):
            total = 1
            for count in counts:
                total = min(total * count, MOST_TERMS + 1)
            return total
        if type(node) is Pow and node.exp.is_Integer and node.exp > 0 and counts[0] > 1:
            exponent = int(node.exp)
            return comb(exponent + counts[0] - 1, counts[0] - 1) if exponent < 200 else 10**9
        return max(counts)


def _entries(matrix: Any) -> int:
    """Entries of a matrix; 0 where its size is not written in numbers."""
    rows, columns = matrix.shape
    return int(rows * columns) if rows.is_Integer and columns.is_Integer else 0


def why_not_exponential(exponent: Any) -> str:
    """Why the exponential of a number must not be made; empty where it may, or is of no number.

    SymPy may ask for the digits of what is made, and never finish.
    """
    if not exponent.is_number or exponent.has(sympy.MatrixExpr):
        return ""
    try:
        size = abs(value(exponent, {}, 15))
    except ClaimError:
        size = LARGEST_EXPONENT + 1
    return "" if size <= LARGEST_EXPONENT else f"an exponential of more than {LARGEST_EXPONENT}"


def _digits(number: Any) -> int:
    """Decimal digits of an exact number, or one more; Python refuses to print very many."""
    bits = max(int(number.p).bit_length(), int(number.q).bit_length())
    return 0 if abs(number) == 1 else int(bits * log10(2)) + 1


def is_moderate(expression: Any) -> bool:
    """Whether an expression may be multiplied out."""
    return Bounds().count(expression) <= MOST_TERMS
