r"""Series of u to any order, by Lagrange's theorem.

Where x = eps psi(x), and F is a power series,

.. math:: F(x) = F(0) + \sum_{k \ge 1} \frac{\epsilon^k}{k}\, [x^{k-1}]\, F'(x)\, \psi(x)^k

(Lagrange 1770; Stanley, Enumerative Combinatorics 2, theorem 5.4.2). Coefficients are polynomials
with rational coefficients, so every order is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra.drawing import LONG
from derive.algebra.kinds import Expression
from derive.algebra.latex import box, plain
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.symbols import OVERLAP, PRIOR
from derive.typeset.boxes import Box, Fence, Sum, negated, row, terms_of
from derive.typeset.media import PLAIN
from derive.wording import choices, shown

IN = ("alpha", "width")
"""What a series can be in: alpha = P/N at equal widths, or 1/N at any widths and fixed P."""
HIGHEST = 40
Ring = Any
"""An element of a SymPy ring of polynomials; it carries no types."""


@dataclass(frozen=True)
class Series:
    """u/c as a series.

    Attributes:
        variable: alpha; or 1 where the orders are those of 1/N, which stand in the coefficients.
        coefficients: The coefficient of every order, from 0.
        definitions: (name, value) of what stands in them.
        cold: Whether it holds at zero temperature alone.
        moves: What x, psi and F of Lagrange's theorem are.
    """

    variable: Any
    coefficients: tuple[Any, ...]
    definitions: tuple[tuple[Any, Any], ...]
    cold: bool
    moves: tuple[str, ...]

    @property
    def order(self) -> int:
        """The highest order."""
        return len(self.coefficients) - 1

    @property
    def expression(self) -> Any:
        """u, to the order of the series."""
        terms = (c * self.variable**k for k, c in enumerate(self.coefficients))
        return PRIOR * sympy.Add(*terms)

    @property
    def box(self) -> Box:
        """u/c with the orders in turn, a line for each where they do not fit on one."""
        terms: list[tuple[bool, Box]] = []
        for k, value in enumerate(self.coefficients):
            terms += terms_of(_term(value * self.variable**k)) if value != 0 else ()
        return Sum(tuple(terms), stacked=True)

    def __repr__(self) -> str:
        lines = [f"{plain(OVERLAP / PRIOR)} = {PLAIN.text(self.box)}"]
        lines += [f"{plain(name)} = {plain(value)}" for name, value in self.definitions]
        return "\n".join(lines)


def _term(value: Expression) -> Box:
    """A term; a long sum in it stands behind the rest, in brackets where it can be broken."""
    long = [f for f in sympy.Mul.make_args(value) if f.is_Add and len(f.args) >= LONG]
    if not long or value.is_Add:
        return box(value)
    (negative, first), *_ = terms_of(box(value / sympy.Mul(*long)))
    rest = row(first, *(Fence(box(factor)) for factor in long))
    return negated(rest) if negative else rest


def require_order(order: Any) -> int:
    """The order of a series.

    Raises:
        RuleError: It is no whole number from 1 to `HIGHEST`.
    """
    whole = isinstance(order, int) and not isinstance(order, bool)
    if not whole or not 1 <= order <= HIGHEST:
        raise RuleError(
            f"series: {shown(order)} is no order; give a whole number from 1 to {HIGHEST}"
        )
    return int(order)


def require_variable(variable: Any) -> str:
    """What a series is in.

    Raises:
        RuleError: There is no series in it.
    """
    if variable not in IN:
        raise RuleError(f"series: unknown variable {shown(variable)}{choices(variable, IN)}")
    return str(variable)
