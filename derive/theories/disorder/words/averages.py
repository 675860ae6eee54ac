"""Values of a claim's expressions in float64: no rule of the theory's is used for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import sympy
from scipy import special
from sympy.core import numbers

from derive.evidence.numbers import Array
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.module.runtime.quadrature import gaussian_nodes
from derive.theories.disorder.nodes.functions import Tail
from derive.theories.disorder.words.language import Average

MOST_ENTRIES = 4_000_000
"""Of an integrand at all nodes of averages inside averages."""
STEEP = (sympy.tanh, sympy.cosh, sympy.erf, Tail, sympy.exp, sympy.log)
"""What turns where its argument vanishes."""
KINKED = (sympy.Heaviside, sympy.sign, sympy.Abs)
"""What has a kink, or jumps, there."""

LINEAR = 1e-9
"""Curvature of an argument, of its size, that is rounding."""

Numbers = Mapping[Any, Any]


def value(expression: Any, given: Numbers, refine: int) -> Array:
    """The value of an expression; arrays among the numbers are broadcast.

    Args:
        expression: Of the language.
        given: A number for each symbol.
        refine: How fine the panels of averages are; the ends of the Gaussian go out with it.

    Raises:
        Unsettled: An average inside of others has too many nodes.
    """
    kind = type(expression)
    if expression.is_Symbol:
        return np.asarray(given[expression], dtype=float)
    if kind is Average:
        return _average(expression, given, refine)
    if kind is sympy.log:
        return logarithm(expression.args[0], given, refine)
    if kind is sympy.Mul and expression.has(Tail, sympy.cosh):
        return _product(expression, given, refine)
    if kind is sympy.Pow:
        return _power(expression, given, refine)
    rule = RULES.get(kind)
    if rule is None:
        return np.asarray(float(expression), dtype=float)
    return np.asarray(rule(*(value(arg, given, refine) for arg in expression.args)), dtype=float)


def _sum(*terms: Array) -> Array:
    return reduce(np.add, terms)


def _times(*factors: Array) -> Array:
    return reduce(np.multiply, factors)


RULES: dict[type, Callable[..., Array]] = {
    sympy.Add: _sum,
    sympy.Mul: _times,
    sympy.exp: np.exp,
    sympy.tanh: np.tanh,
    sympy.cosh: np.cosh,
    sympy.erf: special.erf,
    Tail: lambda x: special.ndtr(-x),
    sympy.Abs: np.abs,
    sympy.sign: np.sign,
    sympy.Heaviside: lambda x, half: np.heaviside(x, half),
    sympy.Max: lambda *args: reduce(np.maximum, args),
    sympy.Min: lambda *args: reduce(np.minimum, args),
}
"""Exact type to the function of NumPy; what is not here is a number."""


def _power(expression: Any, given: Numbers, refine: int) -> Array:
    base, exponent = expression.args
    if type(base) is numbers.Exp1:
        return np.exp(value(exponent, given, refine))
    if exponent.is_Integer:
        return value(base, given, refine) ** int(exponent)
    return np.power(value(base, given, refine), value(exponent, given, refine))


def logarithm(argument: Any, given: Numbers, refine: int) -> Array:
    """A logarithm, factor by factor where a factor is positive and may be beyond all numbers."""
    factors = [(f, _log_of(f, given, refine)) for f in sympy.Mul.make_args(argument)]
    total = _sum(np.zeros(()), *(found for _, found in factors if found is not None))
    rest = sympy.Mul(*(factor for factor, found in factors if found is None))
    return total if rest == 1 else total + np.log(value(rest, given, refine))


def _product(expression: Any, given: Numbers, refine: int) -> Array:
    """A product, in which a ratio such as exp(-x^2)/H(x)^2 may be of numbers that are none."""
    factors = [(f, _log_of(f, given, refine)) for f in expression.args]
    total = _sum(np.zeros(()), *(found for _, found in factors if found is not None))
    return _times(np.exp(total), *(value(f, given, refine) for f, log in factors if log is None))


def _log_of(factor: Any, given: Numbers, refine: int) -> Array | None:
    """The logarithm of a factor that is positive and may be beyond all numbers; else None."""
    base, power = factor.as_base_exp()
    if type(base) is numbers.Exp1:
        return value(power, given, refine)
    if type(base) is Tail and not power.free_symbols:
        return float(power) * special.log_ndtr(-value(base.args[0], given, refine))
    if type(base) is sympy.cosh and not power.free_symbols:
        x = np.abs(value(base.args[0], given, refine))
        return float(power) * (x + np.log1p(np.exp(-2 * x)) - np.log(2))
    return None


def _average(node: Any, given: Numbers, refine: int) -> Array:
    body, bound = node.args
    deeper = {key: np.asarray(number, dtype=float)[..., None] for key, number in given.items()}
    places = [
        (np.asarray(place[..., 0] if np.ndim(place) else place), width)
        for place, width in _turns(body, bound, deeper, refine)
    ]
    nodes, weights = gaussian_nodes(
        [place for place, _ in places], [width for _, width in places],
        refine=refine, reach=float(2 * refine),
    )  # fmt: skip
    shape = np.broadcast_shapes(np.shape(nodes), *(np.shape(v) for v in deeper.values()))
    if np.prod(shape, dtype=float) > MOST_ENTRIES:
        raise Unsettled("averages inside of averages have too many nodes; do one of them by hand")
    integrand = value(body, {**deeper, bound: nodes}, refine)
    return np.sum(np.where(weights > 0, weights * integrand, 0.0), axis=-1)


def _turns(body: Any, bound: Any, given: Numbers, refine: int) -> Iterator[tuple[Array, float]]:
    """Where the integrand turns, and on which scale: the zeros of arguments linear in it."""
    for argument, kinked in arguments_of(body):
        free = argument.free_symbols
        if bound in free and free - {bound} <= set(given):
            at, after, before = (
                value(argument, {**given, bound: np.array(float(z))}, refine) for z in (0, 1, -1)
            )
            by, bent = (after - before) / 2, (after + before) / 2 - at
            curved = np.abs(bent) > LINEAR * (np.abs(at) + np.abs(by))
            if not np.any(curved) and np.all(by != 0):
                yield -at / by, 0.0 if kinked else float(1 / np.max(np.abs(by)))
            elif np.all(curved) and not kinked:  # the vertex of a parabola, as in a narrow Gaussian
                yield -by / (2 * bent), float(1 / np.sqrt(2 * np.max(np.abs(bent))))


@lru_cache(maxsize=4096)
def arguments_of(body: Any) -> tuple[tuple[Any, bool], ...]:
    """The arguments at whose zeros an integrand turns, and whether it has a kink there."""
    found: dict[tuple[Any, bool], None] = {}
    for part in sympy.preorder_traversal(body):
        if isinstance(part, sympy.Max | sympy.Min):
            found |= {(part.args[0] - other, True): None for other in part.args[1:]}
        elif isinstance(part, KINKED):
            found[part.args[0], True] = None
        elif isinstance(part, STEEP):
            found[part.args[0], False] = None
    return tuple(found)
