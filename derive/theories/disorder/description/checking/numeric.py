"""Values of a description's expressions in floating point: one rule a node, by exact type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import mpmath
import numpy as np
import sympy
from scipy import special
from sympy.core import numbers

from derive.claims import language
from derive.errors import DeriveError
from derive.theories.disorder.description.laws import Base
from derive.theories.disorder.nodes.functions import Tail

Numbers = Mapping[Any, Any]
RULES: dict[type, Callable[..., Any]] = {
    sympy.Add: lambda *terms: reduce(np.add, terms),
    sympy.Mul: lambda *factors: reduce(np.multiply, factors),
    sympy.Pow: np.power,
    sympy.exp: np.exp,
    sympy.log: np.log,
    sympy.Abs: np.abs,
    sympy.sign: np.sign,
    sympy.Heaviside: np.heaviside,
    sympy.Min: lambda *parts: reduce(np.minimum, parts),
    sympy.Max: lambda *parts: reduce(np.maximum, parts),
    sympy.tanh: np.tanh,
    sympy.cosh: np.cosh,
    sympy.erf: special.erf,
    Tail: lambda x: special.ndtr(-x),
}
"""Exact node type to its function of arrays."""
EXACT = (numbers.Integer, numbers.Rational, numbers.Pi, numbers.Exp1)
DIGITS = 40


def value(expression: Any, at: Numbers) -> Any:
    """The value where symbols have these numbers or arrays; nan where there is none.

    >>> x = sympy.Symbol("x", real=True)
    >>> value(sympy.sqrt(x) + sympy.Rational(1, 2), {x: np.array([4.0, -1.0])})
    array([2.5, nan])
    """
    with np.errstate(all="ignore"):
        return _value(expression, at)


def _value(node: Any, at: Numbers) -> Any:
    if node in at:
        return np.asarray(at[node], float)
    if isinstance(node, EXACT):
        return np.float64(mpmath.mpf(sympy.N(node, 20)))
    if type(node) not in RULES:  # complex infinity and its like
        return np.float64(np.nan)
    return RULES[type(node)](*(_value(arg, at) for arg in node.args))


def ends(base: Base, at: Numbers) -> tuple[float, float]:
    """The ends between which a measure has a density."""
    lower, upper = (
        float(end if end.is_infinite else value(end, at)) for end in (base.lower, base.upper)
    )
    return lower, upper


def precise(expression: Any, at: Numbers) -> Any:
    """The value at one point to many digits; nan where it is no real number, or beyond them."""
    try:
        found = language.value(expression, at, DIGITS)
    except DeriveError:
        return mpmath.nan
    return found
