"""Two arithmetics for one table of rules: float64, and mpmath at a precision of its own."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np

from derive.errors import NoRule

LARGEST_EXPONENT = 10**6
"""mpmath would fill the memory with the exponential of a number far beyond it."""


LARGE_POWER = 1000
"""Exponents beyond it are looked at before mpmath begins to multiply."""


def positive(what: str, value: Any) -> Any:
    """The value, if it has a logarithm."""
    if not value > 0:
        raise NoRule(f"evaluate: {what} is {value}; its logarithm needs a positive number")
    return value


def moderate(value: Any) -> Any:
    """The value, if its exponential has a size that a computer can hold."""
    if not abs(value) <= LARGEST_EXPONENT:
        raise NoRule(f"evaluate: the exponential of a number beyond {LARGEST_EXPONENT}")
    return value


class Floats:
    """Arithmetic in float64."""

    pi = math.pi
    epsilon = 2.0**-52
    loggamma = staticmethod(math.lgamma)

    def log(self, value: float) -> float:
        """The logarithm."""
        return math.log(positive("a number", value))

    def exp(self, value: float) -> float:
        """The exponential."""
        return math.exp(moderate(value))

    def lambertw(self, value: float) -> float:
        """Lambert's function of a positive number: w e^w = value."""
        return float(mpmath.fp.lambertw(positive("a number", value)))

    def function(self, name: str, value: float) -> float:
        """A smooth function of a real number by its name: tanh, erfc, ..."""
        return float(getattr(math, name)(moderate(value)))

    def number(self, value: Any) -> float:
        """A float from anything that is a number."""
        return float(value)

    def ratio(self, numerator: int, denominator: int) -> float:
        """numerator / denominator."""
        return numerator / denominator

    def power(self, base: float, exponent: float) -> float:
        """A real power."""
        return float(base**exponent)

    def array(self, value: Any) -> np.ndarray:
        """A float array."""
        return np.asarray(value, dtype=float)

    def inverse(self, matrix: np.ndarray) -> np.ndarray:
        """The inverse of a matrix."""
        return np.linalg.inv(matrix)

    def det(self, matrix: np.ndarray) -> float:
        """The determinant."""
        return float(np.linalg.det(matrix))

    def logdet(self, matrix: np.ndarray) -> float:
        """The log of a positive determinant."""
        sign, value = np.linalg.slogdet(matrix)
        positive("the sign of a determinant", sign)
        return float(value)


class Digits:
    """Arithmetic in an mpmath context of its own."""

    def __init__(self, digits: int) -> None:
        self.context = mpmath.MPContext()
        self.context.dps = digits
        self.pi = self.context.pi
        self.epsilon = self.context.eps
        self.loggamma = self.context.loggamma

    def log(self, value: Any) -> Any:
        """The logarithm."""
        return self.context.log(positive("a number", value))

    def exp(self, value: Any) -> Any:
        """The exponential."""
        return self.context.exp(moderate(value))

    def lambertw(self, value: Any) -> Any:
        """Lambert's function of a positive number: w e^w = value."""
        return self.context.lambertw(positive("a number", value)).real

    def function(self, name: str, value: Any) -> Any:
        """A smooth function of a real number by its name: tanh, erfc, ..."""
        return getattr(self.context, name)(moderate(value))

    def number(self, value: Any) -> Any:
        """A number of the context; integers, strings, floats and fractions are taken exactly."""
        if isinstance(value, np.generic):
            value = value.item()
        if hasattr(value, "numerator") and not isinstance(value, int):
            return self.ratio(int(value.numerator), int(value.denominator))
        return self.context.mpf(value)

    def ratio(self, numerator: int, denominator: int) -> Any:
        """numerator / denominator."""
        return self.context.mpf(numerator) / denominator

    def power(self, base: Any, exponent: Any) -> Any:
        """A real power."""
        if abs(exponent) > LARGE_POWER and base:
            moderate(exponent * self.context.log(abs(base)))
        return self.context.power(base, exponent)

    def array(self, value: Any) -> np.ndarray:
        """An array of the context's numbers."""
        given = np.asarray(value)
        out = np.empty(given.shape, dtype=object)
        for index in np.ndindex(*given.shape):
            out[index] = self.number(given[index])
        return out

    def inverse(self, matrix: np.ndarray) -> np.ndarray:
        """The inverse of a matrix."""
        result = self.context.inverse(self.context.matrix(matrix.tolist()))
        return np.array(result.tolist(), dtype=object).reshape(matrix.shape)

    def det(self, matrix: np.ndarray) -> Any:
        """The determinant."""
        return self.context.det(self.context.matrix(matrix.tolist()))

    def logdet(self, matrix: np.ndarray) -> Any:
        """The log of a positive determinant."""
        return self.context.log(positive("a determinant", self.det(matrix)))


Arithmetic = Floats | Digits
