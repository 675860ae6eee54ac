"""Arithmetic of balls: numbers with bounds on their error that every operation carries.

python-flint's Arb does the work. Its precision is global, so that everything happens inside
`Balls.working`, which sets it, keeps other threads out, and sets it back.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from derive.algebra.arithmetic import moderate, positive
from derive.errors import DeriveError, NoRule

BITS = math.log2(10)
"""Of one decimal digit."""
_LOCK = threading.RLock()


class Unresolved(DeriveError):
    """What this precision cannot tell; a higher one may."""


class Pole(Unresolved):
    """No value, if what may be zero is zero."""


class Rationals:
    """Exact arithmetic of fractions."""

    def number(self, value: Any) -> Fraction:
        """A fraction from a whole number, a fraction or a float."""
        return Fraction(value)

    def ratio(self, numerator: int, denominator: int) -> Fraction:
        """numerator / denominator."""
        return Fraction(numerator, denominator)

    def array(self, value: Any) -> np.ndarray:
        """An array of fractions."""
        given = np.asarray(value)
        out = np.empty(given.shape, dtype=object)
        out.ravel()[:] = [self.number(entry) for entry in given.ravel().tolist()]
        return out

    def inverse(self, matrix: np.ndarray) -> np.ndarray:
        """The inverse of a matrix."""
        entries = [[flint.fmpq(x.numerator, x.denominator) for x in row] for row in matrix]
        inverse = flint.fmpq_mat(entries).inv().tolist()
        out = np.empty(matrix.shape, dtype=object)
        out.ravel()[:] = [Fraction(int(x.p), int(x.q)) for row in inverse for x in row]
        return out


class Balls:
    """Arithmetic with error bounds; exact numbers go in, and what comes out encloses the value.

    Args:
        digits: Decimal digits that a number near 1 keeps.

    Attributes:
        smallest: log10 of the smallest number, other than zero, that was observed.
        spread: Decades between the terms of a sum, or the entries of a matrix, at most.
    """

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.smallest, self.spread = math.inf, 0.0

    @contextmanager
    def working(self) -> Iterator[Balls]:
        """Hold the precision, for this thread alone."""
        with _LOCK:
            before = flint.ctx.prec
            flint.ctx.prec = math.ceil(self.digits * BITS)
            try:
                yield self
            finally:
                flint.ctx.prec = before

    @property
    def pi(self) -> Any:
        """The number pi."""
        return flint.arb.pi()

    def number(self, value: Any) -> Any:
        """A ball from anything that is a number; exact ones that have no binary digits get one."""
        if isinstance(value, flint.arb):
            return value
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, str):
            value = Fraction(value)
        if hasattr(value, "numerator") and not isinstance(value, int):
            return self.ratio(int(value.numerator), int(value.denominator))
        return flint.arb(value)

    def ratio(self, numerator: int, denominator: int) -> Any:
        """numerator / denominator."""
        return flint.arb(flint.fmpq(numerator, denominator))

    def array(self, value: Any) -> np.ndarray:
        """An array of balls."""
        given = np.asarray(value, dtype=object)
        out = np.empty(given.shape, dtype=object)
        out.ravel()[:] = [self.number(entry) for entry in given.ravel()]
        return out

    def wider(self, array: np.ndarray, error: float) -> np.ndarray:
        """An array with an error, relative to its largest entry."""
        size = 10.0 ** (largest(array.ravel()) + math.log10(error))
        return array + np.array([flint.arb(0, size)], dtype=object)

    def whole(self, value: Any) -> int | None:
        """The whole number that is the only one in a ball."""
        integer = value.unique_fmpz()
        return None if integer is None else int(integer)

    def log(self, value: Any) -> Any:
        """The logarithm."""
        return self._signed("a number", value).log()

    def exp(self, value: Any) -> Any:
        """The exponential."""
        self.observe(flint.arb(1), value)  # 1 + value + ..., a sum
        if not abs(value) < 1:
            moderate(float(abs(value).mid()))
        return value.exp()

    def lambertw(self, value: Any) -> Any:
        """Lambert's function of a positive number: w e^w = value."""
        return self._signed("a number", value).lambertw()

    def loggamma(self, value: Any) -> Any:
        """The logarithm of the gamma function of a positive number."""
        return self._signed("a number", value).lgamma()

    def function(self, name: str, value: Any) -> Any:
        """A smooth function of a real number by its name: tanh, erfc, ..."""
        moderate(float(abs(value).mid()))
        return getattr(value, name)()

    def power(self, base: Any, exponent: Any) -> Any:
        """A real power."""
        base, exponent = self.number(base), self.number(exponent)
        whole = self.whole(exponent) if exponent.is_exact() else None
        if whole is not None and abs(whole) < 2**63:
            return self._whole_power(base, whole)
        if base > 0:
            self.observe(flint.arb(1), exponent)
            moderate(float((exponent * base.log()).mid()))
            return base**exponent
        if base < 0:
            raise NoRule("evaluate: a root or a power of a negative number, which is not real")
        if not exponent > 0:
            raise Pole("a power of what may be zero")
        if base.is_zero():
            return base
        # Whether it is zero or a little more: a negative number would have no such power.
        top = flint.arb(base.abs_upper()) ** exponent
        return flint.arb(0).union(top)

    def _whole_power(self, base: Any, exponent: int) -> Any:
        if exponent < 0:
            return 1 / self._apart(base) ** -exponent
        if exponent in (0, 1):
            return base if exponent else flint.arb(1)
        if exponent > 1 and base.contains(0):  # which Arb takes for a logarithm of 0
            top = flint.arb(base.abs_upper()) ** exponent
            return flint.arb(0 if exponent % 2 == 0 else -top).union(top)
        moderate(float((exponent * abs(base).log()).mid()))
        return base**exponent

    def root(self, function: Callable[[Any], tuple[Any, Any]], steps: int) -> Any:
        """The only root of a falling function right of 1, by Newton's steps and a change of sign.

        Args:
            function: Its value and minus its slope.
            steps: So many at most.
        """
        centre, reach = flint.arb(1), flint.arb(2) ** -int(self.digits * BITS * 0.7)
        for _ in range(steps):
            height, slope = function(centre)
            step = (height / slope).mid()
            centre = (centre + step).mid()
            if abs(step) < centre * reach:
                break
        left, right = centre * (1 - reach), centre * (1 + reach)
        if not (function(left)[0] > 0 > function(right)[0]):
            raise Unresolved("a root that is not enclosed")
        return left.union(right)

    def det(self, matrix: np.ndarray) -> Any:
        """The determinant."""
        given = flint.arb_mat(matrix.tolist())
        determinant = given.det()
        if determinant.is_exact() or not determinant.contains(0):
            return determinant
        # Elimination has no pivot where a matrix is singular in its first columns: mix them.
        mixed = (given * _unimodular(len(matrix))).det()
        return min(determinant, mixed, key=lambda ball: ball.rad())

    def inverse(self, matrix: np.ndarray) -> np.ndarray:
        """The inverse of a matrix."""
        try:
            inverse = flint.arb_mat(matrix.tolist()).inv()
        except ZeroDivisionError:
            if all(entry.is_exact() for entry in matrix.ravel()) and self.det(matrix).is_zero():
                raise
            raise Pole("the inverse of a matrix that may be singular") from None
        return self.array(inverse.tolist()).reshape(matrix.shape)

    def logdet(self, matrix: np.ndarray) -> Any:
        """The log of a positive determinant."""
        return self._signed("a determinant", self.det(matrix)).log()

    def product(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The product of two matrices."""
        product = flint.arb_mat(first.tolist()) * flint.arb_mat(second.tolist())
        return self.array(product.tolist()).reshape(len(first), -1)

    def _signed(self, what: str, value: Any) -> Any:
        if value > 0:
            return value
        if value <= 0:
            return positive(what, float(value.mid()))
        raise Pole(f"the logarithm of {what} that may be zero")

    def _apart(self, value: Any) -> Any:
        """The value, where it is certainly not zero."""
        if value.is_zero():
            raise ZeroDivisionError
        if value.contains(0):
            raise Pole("a division by what may be zero")
        return value

    def observe(self, *terms: Any) -> None:
        """Remember the sizes of a number, of the entries of a matrix, or of the terms of a sum.

        Raises:
            Unresolved: A number without a bound among them.
        """
        entries = (e for t in terms for e in (t.ravel() if isinstance(t, np.ndarray) else (t,)))
        sizes = [
            log_size(entry) for entry in entries
            if isinstance(entry, flint.arb) and not (entry.is_finite() and entry.contains(0))
        ]  # fmt: skip
        if sizes:
            self.smallest = min(self.smallest, *sizes)
            self.spread = max(self.spread, max(sizes) - min(sizes))


def _unimodular(size: int) -> Any:
    """A matrix of whole numbers with determinant 1 in which no columns are related."""
    lower = [[int(i == j) or (i > j) * (1 + (3 * i + 5 * j + i * j) % 7) for j in range(size)]
             for i in range(size)]  # fmt: skip
    triangle = flint.arb_mat(lower)
    return triangle * triangle.transpose()


def log_size(ball: Any) -> float:
    """log10 of the largest absolute value in a ball.

    Raises:
        Unresolved: It has no bound.
    """
    if not ball.is_finite():
        raise Unresolved("a number without a bound")
    mantissa, exponent = ball.abs_upper().man_exp()
    return (math.log2(int(mantissa)) + int(exponent)) / BITS if mantissa else -math.inf


def largest(balls: Iterable[Any]) -> float:
    """The same of several; minus infinity of none."""
    return max(map(log_size, balls), default=-math.inf)
