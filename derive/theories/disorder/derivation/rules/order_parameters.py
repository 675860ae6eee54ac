r"""Overlaps as order parameters: delta functions with conjugates, and sites that factorise.

.. math:: 1 = \int \prod dQ\, dA\;
          e^{-N \left[\frac12 \sum_{ab} A_{ab} Q_{ab} + \sum_a \hat m_a m_a \right]
             + \sum_i \left[\frac12 \sum_{ab} A_{ab} x^a_i x^b_i
             + \sum_a \hat m_a t_i x^a_i\right]}
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.theories.disorder.derivation.measures import attributes_of, variables_of
from derive.theories.disorder.derivation.overlaps import components
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import (
    PairSum,
    ReplicaSum,
    SiteMoment,
    double,
    other,
    single,
)


def with_sites(state: State) -> State:
    """The exponent with conjugates: what multiplies N, as a function of all order parameters."""
    terms = [state.exponent]
    for number, sites in enumerate(state.model.sites):
        inside = sympy.Add(*_fields(state, number))
        measures = Tuple(Tuple(*variables_of(sites)), Tuple(*attributes_of(sites)))
        terms.append(sites.ratio * SiteMoment(inside, *measures))
        terms.append(-sites.ratio * sympy.Add(*_conjugates(state, number)))
    return state.with_exponent(sympy.Add(*terms))


def _conjugates(state: State, population: int) -> list[Any]:
    """The pairs of order parameters and conjugates."""
    terms: list[Any] = []
    for square in state.overlaps.squares:
        if square.population == population:
            product = double(square.conjugates[1]) * double(square.off)
            terms.append(PairSum(square.count * product / 2))
    for linear in state.overlaps.linears:
        if linear.population == population:
            terms.append(ReplicaSum(single(linear.conjugate) * single(linear.parameter)))
    return terms


def _fields(state: State, population: int) -> list[Any]:
    """What the conjugates multiply at one site."""
    terms: list[Any] = []
    for square in state.overlaps.squares:
        if square.population == population:
            first, second = square.components
            body = double(square.conjugates[1]) * single(first) * other(second)
            terms.append(PairSum(square.count * body / 2))
    alone = {x: single(x) for x in components(state.model.sites[population])}
    for linear in state.overlaps.linears:
        if linear.population == population:
            body = single(linear.conjugate) * linear.observable.xreplace(alone)
            terms.append(ReplicaSum(body))
    return terms
