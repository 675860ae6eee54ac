r"""Replicate, and average over the disorder: E Z^n for whole n.

Given n replicas, the fields of an example are sums over sites of independent terms, and a Gaussian
Hamiltonian is a Gaussian number for each replica: the average needs their covariances alone.

.. math:: E\, u_j h^a_k = \frac1N \sum_i t_{ji} x^a_{ki}, \qquad
          E\, h^a_k h^b_l = \frac1N \sum_i x^a_{ki} x^b_{li}, \qquad
          E\, e^{-\beta \sum_a H(x^a)} = e^{N \frac{\beta^2}{2} \sum_{ab} g(Q_{ab})}
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.theories.disorder.derivation.measures import attribute_mean, labels_in, weight_of
from derive.theories.disorder.derivation.overlaps import population_of, symbol
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.description import Examples
from derive.theories.disorder.description.parts import overlaps
from derive.theories.disorder.nodes.replicas import (
    FIRST,
    SECOND,
    Entry,
    FieldMoment,
    PairSum,
    ReplicaSum,
    double,
    single,
)
from derive.theories.disorder.nodes.towers import flat


def replicated(state: State) -> State:
    """The exponent of the averaged weight of n replicas per site, in terms of overlaps."""
    model = state.model
    terms = [examples.ratio * field_moment(state, examples) for examples in model.examples]
    entries = {
        s: between(state, sites.variables[k - 1], sites.variables[other - 1])
        for s, (sites, k, other) in overlaps(model).items()
    }
    for coupling in model.couplings:
        body = coupling.covariance.xreplace(entries)
        terms.append(PairSum(BETA**2 * body / 2))
    if model.mean is not None:
        alone = {v.parameter: single(v.parameter) for v in state.overlaps.linears}
        terms.append(-ReplicaSum(BETA * model.mean.energy.xreplace(alone)))
    return state.with_exponent(sympy.Add(*terms))


def field_moment(state: State, examples: Examples) -> FieldMoment:
    """The average of one example."""
    names = sorted(examples.fields, key=lambda name: is_student(state, examples, name))
    students = [name for name in names if is_student(state, examples, name)]
    teachers = names[: len(names) - len(students)]
    covariance = [[covariance_of(state, examples, f, g) for g in names] for f in names]
    return FieldMoment(
        weight_of(examples),
        Tuple(*map(symbol, students)),
        Tuple(*map(symbol, teachers)),
        flat(covariance),
        labels_in(examples),
    )


def is_student(state: State, examples: Examples, field: str) -> bool:
    """Whether a field is one of the variables, and has a value in every replica."""
    return population_of(state.model, examples.fields[field])[1]


def between(state: State, first: Any, second: Any) -> Entry:
    """The overlap of a component in replica a with another in b; one matrix serves both orders."""
    square = state.overlaps.square(first, second)
    in_order = square.components == (first, second)
    return double(square.off) if in_order else Entry(square.off, SECOND, FIRST)


def covariance_of(state: State, examples: Examples, first: str, second: str) -> Any:
    """The covariance of two fields, of replicas a and b where they are the variables'."""
    pair = [examples.fields[name] for name in (first, second)]
    (home, one), (place, two) = (population_of(state.model, vector) for vector in pair)
    if home != place:
        return sympy.S.Zero
    ratio = state.model.sites[home].ratio
    x, t = symbol(pair[0]), symbol(pair[1])
    if one and two:
        return ratio * between(state, x, t)
    if one or two:
        variable, attribute = (x, t) if one else (t, x)
        return ratio * single(state.overlaps.linear(variable, attribute).parameter)
    return ratio * attribute_mean(state.model.sites[home], x * t)
