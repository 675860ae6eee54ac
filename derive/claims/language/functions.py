"""The functions of the language, each with the number of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from derive.algebra import build, nodes
from derive.claims.language.bounds import why_not_exponential
from derive.errors import ShapeError

LARGEST_SIZE = 10_000


def number(expression: Any) -> Any:
    """A number, from a number or a 1 x 1 matrix.

    Raises:
        ShapeError: It is a larger matrix.
    """
    if not expression.is_Matrix:
        return expression
    if not build.is_unit(expression):
        raise ShapeError(f"a number is due, and this is a matrix of shape {shape_text(expression)}")
    return build.trace(expression)


def matrix(expression: Any) -> Any:
    """A matrix, from a matrix or a number, which is 1 x 1."""
    if expression.is_Matrix:
        return expression
    return build.scale(expression, sympy.Identity(1))


def size(expression: Any) -> Any:
    """A number that can be a size.

    Raises:
        ShapeError: It is a matrix, or no whole number from 1 to LARGEST_SIZE.
    """
    polynomial = sympy.expand(number(expression))
    if polynomial.is_number and not (polynomial.is_Integer and 1 <= polynomial <= LARGEST_SIZE):
        raise ShapeError(f"the size {polynomial} is no whole number from 1 to {LARGEST_SIZE}")
    if polynomial.atoms(sympy.Function, sympy.Trace):
        raise ShapeError("a size is made from whole numbers and sizes")
    return polynomial


def shape_text(expression: Any) -> str:
    """A shape as messages show it.

    >>> shape_text(sympy.Identity(2))
    '(2, 2)'
    """
    return "(" + ", ".join(str(side) for side in expression.shape) + ")"


def _logarithm(argument: Any) -> Any:
    value = number(argument)
    if value.is_Rational and value <= 0:
        raise ShapeError(f"the logarithm of {value}; it needs a positive number")
    return sympy.log(value)


def _exponential(argument: Any) -> Any:
    exponent = number(argument)
    if exponent.is_number and exponent.has(sympy.exp):
        # SymPy may ask for the digits of such a tower, and never finish.
        raise ShapeError("an exponential of an exponential of numbers; declare a name for one")
    why = why_not_exponential(exponent)
    if why:
        raise ShapeError(f"{why}; write it shorter")
    return sympy.exp(exponent)


def _root(argument: Any) -> Any:
    value = number(argument)
    if value.is_Rational and value < 0:
        raise ShapeError(f"the root of {value}; it needs a number from zero")
    return sympy.sqrt(value)


def _square(argument: Any) -> Any:
    square = matrix(argument)
    if not build.same_size(*square.shape):
        raise ShapeError(f"a square matrix is due, and this has the shape {shape_text(square)}")
    return square


def _log_determinant(argument: Any) -> Any:
    """Taken apart only where every part has a logarithm if the whole has."""
    square = _square(argument)
    count, factors = build.split(square)
    whole = len(factors) < 2 and not any(type(factor) is nodes.Lift for factor in factors)
    return build.logdet(square) if whole and count.is_positive else nodes.LogDet(square)


def _determinant(argument: Any) -> Any:
    """A number in front is raised to its power, whatever its sign; so is the rest, in a value."""
    square = _square(argument)
    count, factors = build.split(square)
    if count == 1 or build.is_zero(square):
        return sympy.exp(build.logdet(square))
    rest = build.mul(*factors) if factors else sympy.Identity(square.shape[0])
    return count ** square.shape[0] * sympy.exp(build.logdet(rest))


def partial_trace(argument: Any, heads: Any) -> Any:
    """The trace over the slow factor."""
    return build.partial_trace(_square(argument), size(heads))


def _block(argument: Any, start: Any, count: Any) -> Any:
    begin = sympy.expand(number(start))
    if begin.is_number and not (begin.is_Integer and 0 <= begin <= LARGEST_SIZE):
        raise ShapeError(f"the start {begin} is no whole number from 0")
    return build.block(_square(argument), begin, size(count))


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "log": (1, _logarithm),
    "exp": (1, _exponential),
    "sqrt": (1, _root),
    "tr": (1, lambda a: build.trace(_square(a))),
    "logdet": (1, _log_determinant),
    "det": (1, _determinant),
    "inv": (1, lambda a: build.inv(_square(a))),
    "transpose": (1, lambda a: build.transpose(matrix(a))),
    "kron": (2, lambda a, b: build.kronecker(matrix(a), matrix(b))),
    "eye": (1, lambda n: sympy.Identity(size(n))),
    "ones": (2, lambda m, n: sympy.OneMatrix(size(m), size(n))),
    "ptrace": (2, partial_trace),
    "ptrace_fast": (2, lambda a, n: build.fast_trace(_square(a), size(n))),
    "block": (3, _block),
}
"""Name to (number of arguments, what it makes); `sum` binds an index and is read apart."""
