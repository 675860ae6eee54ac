"""Sides of a comparison: lines of a claim, read, and their values."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np
import sympy
from mpmath.libmp import NoConvergence
from sympy import Add, MatAdd

from derive.algebra import build, substitute
from derive.algebra.arithmetic import Arithmetic, Floats
from derive.algebra.balls import Balls
from derive.claims.claim import Line
from derive.claims.definitions import digits_of
from derive.claims.found import text_of
from derive.claims.language import Scope, Singular, parse, value
from derive.claims.precision import OnlyHere
from derive.errors import ClaimError, NoRule, ShapeError
from derive.evidence.numbers import Array, Numbers
from derive.evidence.verdict import Unsettled
from derive.wording import choices, one_line, shown

FLOAT_DIGITS = 9
"""Digits that a comparison in float64 is trusted to."""
_EQUALS = re.compile(r"(?<![=<>!:])=(?!=)")


@dataclass(frozen=True, eq=False)
class Side:
    """Something that has a value at given numbers.

    Attributes:
        name: How messages call it.
        expression: A SymPy expression; None for a function.
        function: A callable of named numbers; None for an expression.
        arguments: The names of its arguments, and what they stand for.
        text: As it was given.
    """

    name: str
    expression: Any = None
    function: Callable[..., Any] | None = None
    arguments: Mapping[str, Any] | None = None
    text: str = ""

    def at(self, numbers: Numbers, arithmetic: Arithmetic | Balls) -> Array:
        """The value, as a matrix.

        Raises:
            Unsettled: It has none at these numbers.
            Unresolved: Balls do not tell whether it has one.
            ShapeError: Its factors do not fit together.
        """
        try:
            with np.errstate(all="ignore"):
                entries = self._value(numbers, arithmetic)
        except ShapeError as error:
            raise ShapeError(f"{self.name}: {error}") from None
        except _FAILURES as error:
            reason = one_line(str(error)) or type(error).__name__
            kind = OnlyHere if isinstance(error, Singular) else Unsettled
            raise kind(f"{self.name} cannot be evaluated: {reason}") from None
        array = np.atleast_1d(np.asarray(entries, dtype=object))
        array = array.reshape(-1, 1) if array.ndim == 1 else array
        if isinstance(arithmetic, Balls):
            return array
        if not all(map(_is_real, array.ravel())):
            raise Unsettled(f"{self.name} cannot be evaluated: it is no finite real number")
        return arithmetic.array(array)

    def terms(self, numbers: Numbers) -> float:
        """The largest entry of the terms of a sum, in float64; 0 for anything else."""
        if not isinstance(self.expression, Add | MatAdd):
            return 0.0
        try:
            values = [
                replace(self, expression=e).at(numbers, Floats()) for e in self.expression.args
            ]
        except Unsettled:
            return 0.0
        return max(float(np.max(abs(value), initial=0)) for value in values)

    def _value(self, numbers: Numbers, arithmetic: Arithmetic | Balls) -> Any:
        if self.function is None:
            return value(self.expression, numbers, digits_of(arithmetic))
        given = {}
        for name, expression in (self.arguments or {}).items():
            if callable(expression):
                given[name] = _numeric(expression, numbers)
            else:
                number = _plain(value(expression, numbers, None), expression)
                given[name] = round(number) if getattr(expression, "is_integer", False) else number
        return self.function(**given)


_FAILURES = (
    ClaimError,
    NoRule,
    ArithmeticError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RuntimeError,
    np.linalg.LinAlgError,
    NoConvergence,
)
"""What a value that does not exist raises, in mpmath, numpy, our own rules or a user's function."""


def _is_real(number: Any) -> bool:
    """Whether it is a finite real number, of whatever type."""
    if isinstance(number, str | complex | mpmath.ctx_mp_python._mpc):
        return False
    try:
        return bool(mpmath.isfinite(number))
    except (TypeError, ValueError):
        return False


def _plain(entries: Any, expression: Any) -> Any:
    """A number for a number or what is always a single entry; an array whatever its size is now."""
    array = np.asarray(entries, dtype=float)
    single = not getattr(expression, "is_Matrix", False) or build.is_unit(expression)
    return float(array.reshape(())) if single else array


def _numeric(function: Any, numbers: Numbers) -> Callable[[Any], Array]:
    """A function of expressions, as a function of arrays."""

    def call(given: Any) -> Array:
        symbol = sympy.MatrixSymbol("given", function.size, function.size)
        array = np.atleast_2d(np.asarray(given, dtype=float))
        return np.asarray(value(function(symbol), {**numbers, symbol: array}, None), dtype=float)

    return call


def side(line: Line, scope: Scope, where: str) -> Side:
    """Read a line that is an expression.

    Raises:
        ClaimError: It cannot be read, or it is an equation.
    """
    if isinstance(line.expression, str) and _EQUALS.search(line.expression):
        raise ClaimError(
            f"{where}: it has an =, and is no claim about a saddle-point equation; write the two "
            "sides as two lines"
        )
    return _read(line.expression, scope, where)


def equation(line: Line, left: Side, scope: Scope, where: str) -> tuple[Side, Side]:
    """Read a line that is an equation: "left = right", or the right-hand side of one.

    Args:
        line: The line.
        left: The side that is meant where it gives one side alone.
        scope: What names mean.
        where: For messages.

    Raises:
        ClaimError: It cannot be read.
    """
    if not isinstance(line.expression, str):
        return left, _read(line.expression, scope, where)
    parts = _EQUALS.split(line.expression)
    if len(parts) > 2:
        raise ClaimError(f"{where}: it has {len(parts) - 1} signs =; write one equation a line")
    if len(parts) == 1:
        return left, _read(parts[0], scope, where)
    first, second = (_read(part, scope, where) for part in parts)
    return first, second


def _read(expression: Any, scope: Scope, where: str) -> Side:
    if isinstance(expression, str):
        text = " ".join(expression.split())  # lines may be broken anywhere
        return Side(where, parse(text, scope, where), text=text)
    if isinstance(expression, sympy.Basic):
        known = by_name(expression, scope)
        return Side(where, known, text=text_of(known))
    if callable(expression):
        return Side(where, function=expression, arguments=_arguments(expression, scope, where))
    raise ClaimError(
        f"{where}: {shown(expression)} where text, a SymPy expression or a function is due"
    )


def by_name(expression: Any, scope: Scope) -> Any:
    """A SymPy expression in which plain symbols of our names are ours."""
    plain = {
        symbol: scope.names[symbol.name]
        for symbol in expression.free_symbols
        if isinstance(symbol, sympy.Symbol) and symbol.name in scope.names
    }
    changed = {old: new for old, new in plain.items() if old != new}
    return substitute(expression, changed) if changed else expression


def _arguments(function: Callable[..., Any], scope: Scope, where: str) -> dict[str, Any]:
    known = {**scope.functions, **scope.names}
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        raise ClaimError(f"{where}: a function whose arguments have no names; wrap it") from None
    for name in names:
        if name not in known:
            raise ClaimError(f"{where}: no argument {shown(name)} is known{choices(name, known)}")
    return {name: known[name] for name in names}
