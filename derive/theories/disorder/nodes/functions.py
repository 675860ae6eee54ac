"""Functions of the normal distribution and of exponents, closed under differentiation.

`erf` and sums of exponentials have no stable logarithm; these are logarithms from the start. Each
derivative is made of the same functions, so that nothing overflows in any of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import sympy
from sympy import Add, Expr, Function, S, log, oo, pi, sqrt


def _normal(x: Expr) -> Expr:
    """The logarithm of the standard normal density."""
    return -(x**2) / 2 - log(2 * pi) / 2


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
        """h (h - x)."""
        return self * (self - self.args[0])


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
        density = sympy.exp(_normal(self.args[argindex - 1]) - self)
        return density if argindex == 2 else -density


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
        shared = set.intersection(*({*Add.make_args(term)} for term in merged)) - {S.Zero}
        if shared:
            common = Add(*shared)
            return common + cls(*(term - common for term in merged))
        ordered = sorted(merged, key=sympy.default_sort_key)
        return None if tuple(ordered) == terms else cls(*ordered)

    @property
    def half_difference(self) -> Any:
        """The x of ln 2cosh x; None of any other sum."""
        first, *rest = self.args
        if len(rest) != 1 or first + rest[0] != 0:
            return None
        return rest[0] if first.could_extract_minus_sign() else first

    def fdiff(self, argindex: int = 1) -> Any:
        """The weight of one term."""
        return sympy.exp(self.args[argindex - 1] - self)

    def _eval_derivative(self, symbol: Any) -> Any:
        x = self.half_difference
        if x is not None:
            return sympy.tanh(x) * x.diff(symbol)
        return super()._eval_derivative(symbol)


class LogSignedSum(Function):
    r"""ln(c_1 e^{a_1} + ... + c_n e^{a_n}), of numbers that may be negative with a positive sum.

    The arguments are c_1, a_1, ..., c_n, a_n.

    >>> c, x = sympy.symbols("c x", real=True)
    >>> LogSignedSum(c, x, -1, 2 * x, 3, 2 * x), LogSignedSum(c, x)
    (LogSignedSum(c, x, 2, 2*x), x + log(c))
    """

    is_real = True

    @classmethod
    def eval(cls, *given: Any) -> Any:
        """Numbers with the same exponent added, in order; plain where there is one."""
        numbers: dict[Any, Any] = {}
        for number, exponent in zip(given[::2], given[1::2], strict=True):
            numbers[exponent] = numbers.get(exponent, S.Zero) + number
        pairs = [(c, a) for a, c in numbers.items() if c != 0]
        if len(pairs) == 1:
            return log(pairs[0][0]) + pairs[0][1]
        ordered = sorted(pairs, key=lambda pair: sympy.default_sort_key(pair[1]))
        flat = tuple(part for pair in ordered for part in pair)
        return None if flat == given else cls(*flat)

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Each number with its exponent."""
        return list(zip(self.args[::2], self.args[1::2], strict=True))

    @property
    def scaled(self) -> Any:
        """The same with the exponents' own sum taken out, so that no exponential overflows."""
        scale = LogSumExp(*(exponent for _, exponent in self.pairs))
        return scale + log(Add(*(c * sympy.exp(a - scale) for c, a in self.pairs)))

    def fdiff(self, argindex: int = 1) -> Any:
        """An exponential over the sum, times the number if the exponent is what changes."""
        number, exponent = self.pairs[(argindex - 1) // 2]
        return (S.One if argindex % 2 else number) * sympy.exp(exponent - self)


def _flat(term: Any) -> list[Any]:
    """Terms whose exponentials add to that of one."""
    parts = Add.make_args(term)
    sums = [part for part in parts if isinstance(part, LogSumExp)]
    if len(sums) != 1:
        return [term]
    rest = term - sums[0]
    return [inner for arg in sums[0].args for inner in _flat(arg + rest)]
