r"""Replicas that interact through their sum alone are independent in a Gaussian field.

.. math:: e^{\frac12 \hat q S^2} = E_{B \sim N(0, \hat q)}\, e^{B S}, \qquad
          h^a = \omega + \sqrt{Q - q}\, \zeta^a, \quad \omega \sim N(0, q)

A moment of n replicas is then the mean of the n-th power of one integral.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.errors import RuleError
from derive.theories.disorder.derivation.overlaps import symbol
from derive.theories.disorder.derivation.rules.ansatz import Values, values_of
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import (
    FIRST,
    Entry,
    FieldMoment,
    N,
    ReplicaSum,
    SiteMoment,
)
from derive.theories.disorder.nodes.towers import (
    NO_LABELS,
    FieldIntegral,
    Law,
    LogMean,
    SiteIntegral,
    flat,
    opened,
)


def decoupled(state: State) -> State:
    """The exponent with every moment as the mean of a power."""
    values = values_of(state.overlaps)
    names: dict[Any, Any] = {}
    for node in sorted(state.exponent.atoms(SiteMoment), key=str):
        names[node] = _site(node)
    for node in sorted(state.exponent.atoms(FieldMoment), key=str):
        names[node] = _examples(node, values)
    return state.with_exponent(state.exponent.xreplace(names))


def field_name(letter: str, of: Any, alone: bool) -> Any:
    """The Gaussian field of a variable: B, or B_x where it is one of several."""
    return symbol(letter if alone else f"{letter}_{of.name}")


def _site(node: SiteMoment) -> LogMean:
    """Squares of sums become Gaussian fields; what is left stands in one replica."""
    exponent, measures, attributes = node.args
    variables = [measure.symbol for measure in measures]
    fields = [field_name("B", x, len(variables) == 1) for x in variables]
    sums = {ReplicaSum(Entry(x, FIRST)): k for k, x in enumerate(variables)}
    covariance = [[sympy.S.Zero] * len(variables) for _ in variables]
    single = sympy.S.Zero
    for term in sympy.Add.make_args(opened(exponent)):
        marks = [(k, term.as_coeff_exponent(s)[1]) for s, k in sums.items() if term.has(s)]
        if not marks:
            single += _inside(term)
            continue
        places = [k for k, power in marks for _ in range(int(power))]
        if len(places) != 2:
            raise RuleError(f"{term} is not of second order in sums over replicas")
        rest = sympy.Mul(*(f for f in sympy.Mul.make_args(term) if not f.has(ReplicaSum)))
        for row, column in (places, places[::-1]):
            covariance[row][column] += rest
    body = single.xreplace({Entry(x, FIRST): x for x in variables})
    means, precision, rest = _by_degree(body, variables)
    leaf = SiteIntegral(measures, rest, Tuple(*fields), flat(precision))
    law = Law(attributes, Tuple(*fields), Tuple(*means), flat(covariance), sympy.S.Zero, NO_LABELS)
    return LogMean(N, leaf, law)


def _inside(term: Any) -> Any:
    """What stands in a sum over replicas that is a term by itself."""
    number, sums = term.as_independent(ReplicaSum)
    if type(sums) is not ReplicaSum:
        raise RuleError(f"{term} is no sum over replicas")
    return number * sums.args[0]


def _by_degree(body: Any, variables: list[Any]) -> tuple[list[Any], list[list[Any]], Any]:
    """Linear terms, quadratic ones as -x.A.x/2, and the rest of an exponent."""
    means = [sympy.S.Zero] * len(variables)
    precision = [[sympy.S.Zero] * len(variables) for _ in variables]
    rest = sympy.S.Zero
    for term in sympy.Add.make_args(sympy.expand(body)):
        degrees = [sympy.degree(term, x) if term.is_polynomial(x) else -1 for x in variables]
        places = [k for k, power in enumerate(degrees) for _ in range(max(0, power))]
        number = term.xreplace(dict.fromkeys(variables, sympy.S.One))
        if min(degrees) >= 0 and len(places) == 1:
            means[places[0]] += number
        elif min(degrees) >= 0 and len(places) == 2:
            for row, column in (places, places[::-1]):
                precision[row][column] -= number
        else:
            rest += term
    return means, precision, rest


def _examples(node: FieldMoment, values: Values) -> LogMean:
    """The part of the covariance that all pairs share is that of a common field."""
    weight, students, teachers, covariance, labels = node.args
    count, given = len(teachers) + len(students), list(covariance)

    def part(row: int, column: int, place: int) -> Any:
        body = given[row * count + column]
        return body.xreplace({e: values[e.symbol][place] for e in body.atoms(Entry)})

    means = [field_name("omega", h, len(students) == 1) for h in students]
    shared = [[part(row, column, 1) for column in range(count)] for row in range(count)]
    own = range(len(teachers), count)
    spread = [[part(r, c, 0) - part(r, c, 1) for c in own] for r in own]
    leaf = FieldIntegral(weight, students, Tuple(*means), flat(spread))
    fields = Tuple(*teachers, *means)
    law = Law(
        Tuple(),
        fields,
        Tuple(*[sympy.S.Zero] * count),
        flat(shared),
        sympy.Integer(len(teachers)),
        labels,
    )
    return LogMean(N, leaf, law)
