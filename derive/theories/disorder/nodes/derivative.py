r"""Derivatives of averages and integrals in a symbol, forward, by exact node type.

Averages over Gaussian fields are differentiated by Price's theorem, integrals over a Gaussian by
the heat equation, so that no square root of an order parameter comes in:

.. math:: \frac{\partial}{\partial C_{ij}} E f = \tfrac12 E\,\partial_i \partial_j f, \qquad
          \frac{\partial L}{\partial V_{ij}} = \tfrac12 (L_{ij} + L_i L_j), \qquad
          \frac{\partial F}{\partial A_{ij}} = -\tfrac12 (F_{ij} + F_i F_j)

The law of the disorder is held: a parameter of the weight that is one of the labels' law too is
differentiated in the weight alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy

from derive.errors import NoRule, named
from derive.theories.disorder.nodes.towers import (
    FieldIntegral,
    Inner,
    LogMean,
    Mean,
    SiteIntegral,
    Slope,
    inner,
    mean,
    score,
    slope,
)

ZERO = sympy.S.Zero


def derivative(expression: Any, by: Any) -> Any:
    """The derivative in a symbol.

    Raises:
        NoRule: It holds a node that has no derivative in it.
    """
    if type(expression) in RULES:
        return RULES[type(expression)](expression, by)
    parts = {node: sympy.Dummy() for node in _outermost(expression)}
    plain = expression.xreplace(parts)
    total = plain.diff(by)
    for node, dummy in parts.items():
        inner = derivative(node, by)
        if inner != 0:
            total += plain.diff(dummy) * inner
    return total.xreplace({dummy: node for node, dummy in parts.items()})


def _outermost(expression: Any) -> Iterator[Any]:
    """Nodes of towers that are in no other."""
    if type(expression) in RULES:
        yield expression
        return
    for part in expression.args:
        yield from _outermost(part)


def _mean(node: Mean, by: Any) -> Any:
    body, law = node.args
    total = mean(derivative(body, by), law)
    for row, field in enumerate(law.fields):
        moved = law.means[row].diff(by)
        if moved != 0:
            total += mean(moved * derivative(body, field), law)
        for column in range(len(law.fields)):
            spread = law.covariance(row, column).diff(by)
            if spread != 0:
                total += spread * mean(_twice(body, law, row, column), law) / 2
    return total


def _twice(body: Any, law: Any, row: int, column: int) -> Any:
    """Differentiated in two fields; in a teacher's it is the labels' law that depends on it."""
    for place in (row, column):
        if place < law.teachers:
            body = body * score(law.fields[place])
    if max(row, column) < law.teachers:
        raise NoRule(f"derivative in the covariance of teachers' fields: {named(law)}")
    for place in (row, column):
        if place >= law.teachers:
            body = derivative(body, law.fields[place])
    return body


def _heat(node: Any, row: int, column: int) -> Any:
    return (slope(node, row, column) + slope(node, row) * slope(node, column)) / 2


def _leaf(node: Any, by: Any, sign: int, log_weight: Any) -> Any:
    total, count = ZERO, len(node.centres)
    for row, centre in enumerate(node.centres):
        total += derivative(centre, by) * slope(node, row)
        for column in range(count):
            total += sign * node.args[3][row * count + column].diff(by) * _heat(node, row, column)
    observable = log_weight.diff(by)
    return total + inner(observable, node)


def _field(node: FieldIntegral, by: Any) -> Any:
    depends = by in node.weight.free_symbols
    return _leaf(node, by, 1, _log(node.weight) if depends else ZERO)


def _log(weight: Any) -> Any:
    """ln w, as a sum where w is a product, with the exponents of exponentials."""
    total = ZERO
    for factor in sympy.Mul.make_args(weight):
        total += factor.args[0] if type(factor) is sympy.exp else sympy.log(factor)
    return total


def _site(node: SiteIntegral, by: Any) -> Any:
    densities = [m.log_density for m in node.args[0] if m.log_density is not None]
    return _leaf(node, by, -1, sympy.Add(node.rest, *densities))


def _slope(node: Slope, by: Any) -> Any:
    """Derivatives in centres commute with all others."""
    leaf, indices = node.leaf, node.indices
    fresh = [sympy.Dummy(real=True) for _ in leaf.centres]
    moving = leaf.func(leaf.args[0], leaf.args[1], sympy.Tuple(*fresh), leaf.args[3])
    inside, total = derivative(moving, by), ZERO
    for index in indices:
        inside = _along(inside, fresh[index])
    total += inside.xreplace(dict(zip(fresh, leaf.centres, strict=True)))
    for row, centre in enumerate(leaf.centres):
        total += derivative(centre, by) * slope(leaf, *indices, row)
    return total


def _along(expression: Any, centre: Any) -> Any:
    """The derivative of slopes in a centre that is a symbol of its own."""
    return ZERO if expression == 0 else derivative(expression, centre)


def _no_rule(node: Any, by: Any) -> Any:
    if by not in node.free_symbols:
        return ZERO
    raise NoRule(
        f"derivative has no rule for {named(node)} in {by}; add one in nodes/derivative.py"
    )


RULES: dict[type, Callable[[Any, Any], Any]] = {
    Mean: _mean,
    LogMean: _no_rule,
    FieldIntegral: _field,
    SiteIntegral: _site,
    Slope: _slope,
    Inner: _no_rule,
}
"""Exact node type to the rule that differentiates it."""
