"""Expressions of a description on arrays: one rule a node, nothing evaluated as text.

Logarithms are taken before their arguments where these could overflow: ln cosh, ln H, ln theta,
ln(1 + exp).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy import special
from sympy.core import numbers

from derive.algebra.rules import Table
from derive.errors import NoRule
from derive.theories.disorder.nodes.functions import Tail

Array = NDArray[Any]
Values = Mapping[Any, Any]
"""Symbols to numbers or arrays that broadcast."""


def evaluate(node: Any, values: Values) -> Any:
    """The value of an expression, on arrays entry by entry.

    Raises:
        NoRule: A symbol has no value, or a function no rule.
    """
    if node in values:
        return values[node]
    return RULES.of(node)(node, values)


def logarithm(node: Any) -> Any:
    """ln of a factor that is nowhere negative, as an expression without its large numbers.

    >>> x, beta = sympy.symbols("x beta", real=True)
    >>> logarithm(3 * sympy.exp(-beta * x**2) * sympy.cosh(x) / sympy.sqrt(beta))
    -beta*x**2 - log(beta)/2 + log(cosh(x)) + log(3)
    """
    total, rest = sympy.S.Zero, sympy.S.One
    for factor in sympy.Mul.make_args(node):
        if type(factor) is sympy.Pow and not factor.exp.is_integer:
            total += factor.exp * sympy.log(factor.base)
        elif type(factor) is sympy.exp:
            total += factor.args[0]
        elif factor.is_positive or type(factor) in LOGARITHMS:
            total += sympy.log(factor)
        else:
            rest *= factor
    return total + sympy.log(rest)


def _each(function: Any) -> Any:
    """The rule of a function of one or more arguments."""
    return lambda node, values: function(*(evaluate(arg, values) for arg in node.args))


def _number(node: Any, values: Values) -> float:
    return float(node)


def _symbol(node: Any, values: Values) -> Any:
    raise NoRule(f"{node} has no value; the values given are of {sorted(map(str, values))}")


def _sum(node: Any, values: Values) -> Any:
    return reduce(np.add, (evaluate(arg, values) for arg in node.args))


def _product(node: Any, values: Values) -> Any:
    return reduce(np.multiply, (evaluate(arg, values) for arg in node.args))


def _power(node: Any, values: Values) -> Any:
    base = np.asarray(evaluate(node.base, values), dtype=float)
    return base ** evaluate(node.exp, values)


def _log_cosh(argument: Any) -> Any:
    size = np.abs(argument)
    return size + np.log1p(np.exp(-2 * size)) - np.log(2)


def _plain_log(argument: Any) -> Any:
    with np.errstate(divide="ignore"):  # a weight of zero has ln = -oo
        return np.log(argument)


def _log(node: Any, values: Values) -> Any:
    argument = node.args[0]
    if type(argument) is sympy.Add and all(_is_positive(term) for term in argument.args):
        return reduce(np.logaddexp, (evaluate(logarithm(term), values) for term in argument.args))
    return LOGARITHMS.get(type(argument), _each_log)(argument, values)


def _each_log(argument: Any, values: Values) -> Any:
    return _plain_log(evaluate(argument, values))


def _is_positive(term: Any) -> bool:
    """Whether a term is positive by its kind, whatever its symbols are."""
    factors = sympy.Mul.make_args(term)
    return all(factor.is_positive or type(factor) in LOGARITHMS for factor in factors)


LOGARITHMS: dict[type, Any] = {
    sympy.exp: lambda node, values: evaluate(node.args[0], values),
    sympy.cosh: _each(_log_cosh),
    Tail: _each(lambda x: special.log_ndtr(-np.asarray(x, dtype=float))),
    sympy.Heaviside: _each(lambda x, middle: _plain_log(np.heaviside(x, middle))),
}
"""ln of functions that are nowhere negative."""

NUMBERS = (
    numbers.Integer, numbers.Zero, numbers.One, numbers.NegativeOne, numbers.Half,
    numbers.Rational, numbers.Float, numbers.Pi, numbers.Exp1,
    numbers.Infinity, numbers.NegativeInfinity,
)  # fmt: skip

RULES = Table(
    "the ground truth of disordered models",
    "derive/theories/disorder/truth/numeric.py",
    {
        **dict.fromkeys(NUMBERS, _number),
        sympy.Symbol: _symbol,
        sympy.Add: _sum,
        sympy.Mul: _product,
        sympy.Pow: _power,
        sympy.log: _log,
        sympy.exp: _each(np.exp),
        sympy.Abs: _each(np.abs),
        sympy.sign: _each(np.sign),
        sympy.Heaviside: _each(np.heaviside),
        sympy.Min: lambda node, values: reduce(
            np.minimum, [evaluate(a, values) for a in node.args]
        ),
        sympy.Max: lambda node, values: reduce(
            np.maximum, [evaluate(a, values) for a in node.args]
        ),
        sympy.tanh: _each(np.tanh),
        sympy.cosh: _each(np.cosh),
        sympy.sinh: _each(np.sinh),
        sympy.erf: _each(special.erf),
        sympy.erfc: _each(special.erfc),
        Tail: _each(lambda x: special.ndtr(-np.asarray(x, dtype=float))),
    },
)
