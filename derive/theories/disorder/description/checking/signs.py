"""Where a function of a few real variables is negative, undefined, or zero throughout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sympy
from scipy import optimize

from derive.theories.disorder.description.checking.numeric import precise, value
from derive.theories.disorder.nodes.functions import Tail

Point = dict[Any, float]
FAR = np.logspace(-8, 8, 65)
LINE = np.concatenate([-FAR[::-1], np.linspace(-10, 10, 2001), FAR])
"""Points of one variable."""
DRAWN = 4000
"""Points of several."""
LOWEST = 6
"""Points from which a lower one is looked for."""
ROUNDING = 1e-9
"""Below it a value in floating point may hide a negative one."""
NEAR = 5
"""Where a function has to have a value; beyond it may overflow."""


def negative(expression: Any, variables: Sequence[Any], at: Point) -> Point | None:
    """A point where an expression is negative, certain to many digits; None if none was found."""
    if _is_proved(expression, at):
        return None
    for point in _candidates(expression, variables, at):
        here = {**at, **point}
        if value(expression, here) < ROUNDING and precise(expression, here) < 0:
            return point
    return None


def _is_proved(expression: Any, at: Point) -> bool:
    exact = {symbol: sympy.Rational(repr(number)) for symbol, number in at.items()}
    try:
        return is_never_negative(expression.xreplace(exact))
    except (ValueError, TypeError):  # complex numbers that SymPy is to compare
        return False


def is_never_negative(node: Any) -> bool:
    """Whether the form of an expression alone says so, whatever real numbers its symbols are."""
    kind = type(node)
    if kind in (sympy.exp, sympy.cosh, sympy.Abs, sympy.Heaviside, Tail) or node.is_nonnegative:
        return True
    if kind in (sympy.Add, sympy.Mul, sympy.Min):
        return all(map(is_never_negative, node.args))
    if kind is sympy.Max:
        return any(map(is_never_negative, node.args))
    if kind is sympy.Pow:
        return bool(node.exp.is_even) or is_never_negative(node.base)
    if kind is sympy.log:
        return is_never_negative(sympy.expand(node.args[0] - 1))
    return False


def undefined(expression: Any, variables: Sequence[Any], at: Point) -> Point | None:
    """A point not far from zero where an expression has no real value; None if none was found."""
    points = {v: p[np.abs(p) <= NEAR] for v, p in _points(variables, NEAR).items()}
    values = np.broadcast_to(value(expression, {**at, **points}), _count(points))
    for k in _plain(points, np.flatnonzero(np.isnan(values))):
        point = {v: float(p[k]) for v, p in points.items()}
        if precise(expression, {**at, **point}) != precise(expression, {**at, **point}):  # nan
            return point
    return None


def vanishes(expression: Any, variables: Sequence[Any], at: Point) -> bool:
    """Whether an expression is zero at every point that was tried."""
    return not np.any(value(expression, {**at, **_points(variables)}))


def _count(points: dict[Any, Any]) -> int:
    return len(next(iter(points.values()))) if points else 1


def _points(variables: Sequence[Any], reach: float = 1e8) -> dict[Any, Any]:
    if len(variables) == 1:
        return {variables[0]: LINE[np.abs(LINE) <= reach]}
    generator = np.random.default_rng(2)
    scales = 10 ** generator.uniform(-3, 2, DRAWN)
    scales[: DRAWN // 2] = 1
    drawn = scales[:, None] * generator.standard_normal((DRAWN, len(variables)))
    drawn[:: max(1, DRAWN // 40)] = 0
    keep = np.all(np.abs(drawn) <= reach, axis=1)
    return {v: drawn[keep, k] for k, v in enumerate(variables)}


def _candidates(expression: Any, variables: Sequence[Any], at: Point) -> Iterator[Point]:
    """Points of low values, those found by descent from the lowest among them."""
    if not variables:
        yield {}
        return
    points = _points(variables)
    values = np.broadcast_to(value(expression, {**at, **points}), _count(points))
    values = np.where(np.isnan(values), np.inf, values)
    order = np.argsort(values, kind="stable")
    for k in _plain(points, np.flatnonzero(values < 0)):
        yield {v: float(p[k]) for v, p in points.items()}
    for k in _valleys(values) if len(variables) == 1 else order[:LOWEST]:
        yield _descended(expression, {v: float(p[k]) for v, p in points.items()}, at)


def _plain(points: dict[Any, Any], places: Any) -> Any:
    """The places whose points are closest to one in size, which a reader checks most easily."""
    sizes = np.max(np.abs([points[v][places] for v in points]), axis=0) if points else places
    return places[np.argsort(np.abs(np.log(sizes + 1e-9)), kind="stable")][:LOWEST]


def _valleys(values: Any) -> Any:
    """Places lower than both neighbours, the lowest first."""
    inner = values[1:-1]
    places = np.flatnonzero((inner <= values[:-2]) & (inner <= values[2:]) & (inner > 0)) + 1
    return places[np.argsort(values[places], kind="stable")][:LOWEST]


def _descended(expression: Any, start: Point, at: Point) -> Point:
    """A lower point near a start."""
    names = list(start)

    def height(position: Any) -> float:
        found = float(value(expression, {**at, **dict(zip(names, position, strict=True))}))
        return found if np.isfinite(found) else 1e300

    options = {"xatol": 1e-12, "fatol": 0, "maxiter": 400}
    found = optimize.minimize(height, list(start.values()), method="Nelder-Mead", options=options)
    return {name: float(p) for name, p in zip(names, found.x, strict=True)}
