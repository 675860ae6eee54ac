r"""The replica-symmetric ansatz: all replicas are alike, and all pairs of them.

.. math:: Q_{ab} = Q \delta_{ab} + q (1 - \delta_{ab}), \quad m_a = m, \qquad
          A_{ab} = -\hat Q \delta_{ab} + \hat q (1 - \delta_{ab}), \quad \hat m_a = \hat m

A sum over pairs then has n equal terms on the diagonal and n(n-1) off it; where replicas of the
variable stand in it, it is what is left on the diagonal and a square of a sum.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.theories.disorder.derivation.overlaps import Overlaps
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import (
    FIRST,
    SECOND,
    Entry,
    FieldMoment,
    N,
    PairSum,
    ReplicaSum,
    SiteMoment,
)

Values = dict[Any, tuple[Any, Any]]
"""From the symbol of a matrix to its values on and off the diagonal; of a vector, both alike."""


def values_of(overlaps: Overlaps) -> Values:
    """What the ansatz says of each order parameter and conjugate."""
    values: Values = {}
    for square in overlaps.squares:
        values[square.off] = square.diagonal, square.off
        values[square.conjugates[1]] = -square.conjugates[0], square.conjugates[1]
    for linear in overlaps.linears:
        for each in (linear.parameter, linear.conjugate):
            values[each] = each, each
    return values


def symmetric(state: State) -> State:
    """The exponent for replica-symmetric order parameters."""
    return state.with_exponent(_rewritten(state.exponent, values_of(state.overlaps)))


def _rewritten(node: Any, values: Values) -> Any:
    kind = type(node)
    if kind is PairSum:
        return _pairs(node.args[0], values)
    if kind is ReplicaSum:
        return _replicas(_entries(node.args[0], values, 1))
    if kind is FieldMoment:
        return node  # its covariance is read where it is decoupled
    if kind is SiteMoment:
        return SiteMoment(_rewritten(node.args[0], values), *node.args[1:])
    if not node.args:
        return node
    return node.func(*(_rewritten(arg, values) for arg in node.args))


def _entries(body: Any, values: Values, off: int) -> Any:
    """Entries of order parameters by their values: on the diagonal (0), or off it (1)."""
    known = {e: values[e.symbol][off] for e in body.atoms(Entry) if e.symbol in values}
    return body.xreplace(known)


def _replicas(body: Any) -> Any:
    """A sum over replicas: n times a body that no replica stands in."""
    return ReplicaSum(body) if body.atoms(Entry) else N * body


def _pairs(body: Any, values: Values) -> Any:
    """On the diagonal and off it; sum_{a != b} x_a x_b is (sum_a x_a)^2 - sum_a x_a^2."""
    on, off = (_entries(body, values, place) for place in (0, 1))
    if not off.atoms(Entry):
        return N * on + N * (N - 1) * off
    alike = {SECOND: FIRST}
    number, factors = off.as_independent(Entry)
    sums = sympy.Mul(*(ReplicaSum(f.xreplace(alike)) for f in _factors(factors)))
    return ReplicaSum((on - off).xreplace(alike)) + number * sums


def _factors(product: Any) -> tuple[Any, ...]:
    """The two factors of a product of a replica a and a replica b."""
    return tuple(sympy.Mul.make_args(product))
