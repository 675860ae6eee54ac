"""Functions of the normal distribution and of exponents, closed under differentiation.

`erf` and sums of exponentials have no stable logarithm; these are logarithms from the start. Each
derivative is made of the same functions, so that nothing overflows in any of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import sympy
from sympy import Add, Function, S, log, oo, pi, sqrt

from derive.theories.disorder.nodes.sums import called, log_slope, without_shared


class Tail(Function):
    r"""H(x), the probability that a standard Gaussian exceeds x.

    .. math:: H(x) = \int_x^\infty \frac{dz}{\sqrt{2\pi}} e^{-z^2/2}
    """

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, x: Any) -> Any:
        """H(0), H(oo), H(-oo)."""
        known = {S.Zero: S.Half, oo: S.Zero, -oo: S.One}
        return known.get(x)

    def fdiff(self, argindex: int = 1) -> Any:
        """- the normal density."""
        return -sympy.exp(-(self.args[0] ** 2) / 2) / sqrt(2 * pi)

    def _eval_evalf(self, prec: int) -> Any:
        """SymPy asks for it where Max and Min compare numbers."""
        return (sympy.erfc(self.args[0] / sqrt(2)) / 2)._eval_evalf(prec)


class LogTail(Function):
    r"""ln H(x), whose slope is minus the hazard."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, x: Any) -> Any:
        """Its values at 0 and -oo."""
        known = {S.Zero: -log(2), -oo: S.Zero, oo: -oo}
        return known.get(x)

    def fdiff(self, argindex: int = 1) -> Any:
        """- Hazard(x)."""
        return -Hazard(self.args[0])


class Hazard(Function):
    r"""The hazard of a standard Gaussian, e^{-x^2/2} / (sqrt(2 pi) H(x))."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, x: Any) -> Any:
        """Its values at 0 and -oo."""
        known = {S.Zero: sqrt(2 / pi), -oo: S.Zero}
        return known.get(x)

    def fdiff(self, argindex: int = 1) -> Any:
        """h (h - x), between 0 and 1."""
        return self * HazardExcess(self.args[0])


class HazardExcess(Function):
    r"""Hazard(x) - x, which is 1/x far out, where the difference would have lost its digits.

    >>> x = sympy.Symbol("x", real=True)
    >>> LogTail(x).diff(x, 2).rewrite(Hazard)
    -(-x + Hazard(x))*Hazard(x)
    """

    nargs = 1
    is_real = True
    _numpycode = called("hazard_excess")

    @classmethod
    def eval(cls, x: Any) -> Any:
        """Its value at 0."""
        return sqrt(2 / pi) if x == 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        """The hazard's slope, less one."""
        return Hazard(self.args[0]) * self - 1

    def _eval_rewrite_as_Hazard(self, x: Any, **given: Any) -> Any:
        return Hazard(x) - x


class LogInterval(Function):
    r"""ln(H(a) - H(b)) for a < b: of the probability that a standard Gaussian is between them."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        """Half-lines are tails."""
        if b is oo:
            return LogTail(a)
        if a is -oo:
            top, bottom = sympy.fraction(b)
            return LogTail(-top / bottom)
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        """The normal density at the bound, over the probability; negative at the lower one."""
        a, b = self.args
        return -IntervalHazard(a, b) if argindex == 1 else IntervalHazard(-b, -a)


class IntervalHazard(Function):
    r"""The density at the lower end of an interval over its probability; of -b, -a at the upper.

    .. math:: h = \frac{e^{-a^2/2}}{\sqrt{2\pi} (H(a) - H(b))}
    """

    nargs = 2
    is_real = True
    _numpycode = called("interval_hazard")

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        """Of half-lines, the hazard, or zero."""
        if b is oo:
            return Hazard(a)
        return S.Zero if a is -oo else None

    def fdiff(self, argindex: int = 1) -> Any:
        """h (h - a); minus the product of both ends'."""
        a, b = self.args
        return self * (self - a) if argindex == 1 else -self * IntervalHazard(-b, -a)


class LogSumExp(Function):
    r"""ln(e^{a_1} + ... + e^{a_n}); the slopes are the weights e^{a_k} over the sum.

    >>> x, y = sympy.symbols("x y", real=True)
    >>> LogSumExp(x + y, x - y), LogSumExp(x, LogSumExp(y, y))
    (x + LogSumExp(-y, y), LogSumExp(x, y + log(2)))
    >>> LogSumExp(x, -x).diff(x)
    tanh(x)
    """

    is_real = True

    @classmethod
    def eval(cls, *terms: Any) -> Any:
        """Without nested sums, equal terms and what all terms have in common."""
        flat = Counter(part for term in terms for part in _flat(term) if part is not -oo)
        merged = [term + log(count) if count > 1 else term for term, count in flat.items()]
        if len(merged) < 2:
            return merged[0] if merged else -oo
        common, rest = without_shared(merged)
        if common != 0:
            return common + cls(*rest)
        ordered = sorted(merged, key=sympy.default_sort_key)
        return None if tuple(ordered) == terms else cls(*ordered)

    @property
    def half_difference(self) -> Any:
        """The x of ln 2cosh x; None of any other sum."""
        first, *rest = self.args
        if len(rest) != 1 or first + rest[0] != 0:
            return None
        return rest[0] if first.could_extract_minus_sign() else first

    def _eval_derivative(self, symbol: Any) -> Any:
        x = self.half_difference
        if x is not None:
            return sympy.tanh(x) * x.diff(symbol)
        return log_slope([(S.One, term) for term in self.args], symbol)


def _flat(term: Any) -> list[Any]:
    """Terms whose exponentials add to that of one."""
    parts = Add.make_args(term)
    sums = [part for part in parts if isinstance(part, LogSumExp)]
    if len(sums) != 1:
        return [term]
    rest = term - sums[0]
    return [inner for arg in sums[0].args for inner in _flat(arg + rest)]
