"""Laws of the description as nodes of the theory."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.theories.disorder.derivation.averages import reduced
from derive.theories.disorder.derivation.overlaps import components, symbol
from derive.theories.disorder.description import Examples, Sites
from derive.theories.disorder.description.examples import Chosen, GaussianLabel
from derive.theories.disorder.description.laws import Law as Given
from derive.theories.disorder.nodes.towers import (
    NO_LABELS,
    Labels,
    Law,
    Mean,
    Measure,
    labels_of,
    mean,
)

Y = sympy.Symbol("y", real=True)


def measure_of(law: Given, variable: Any) -> Measure:
    """The measure of a variable or an attribute."""
    base = law.base(variable)
    points = Tuple(*(Tuple(value, weight) for value, weight in base.points))
    density = -sympy.oo if base.log_density is None else base.log_density
    return Measure(variable, points, density, base.lower, base.upper, base.offset)


def attributes_of(sites: Sites) -> tuple[Measure, ...]:
    """The laws of a population's attributes."""
    return tuple(measure_of(law, symbol(name)) for name, law in sites.attributes.items())


def variables_of(sites: Sites) -> tuple[Measure, ...]:
    """The measures of a variable's components."""
    return tuple(measure_of(sites.variable, x) for x in components(sites))


def attribute_mean(sites: Sites, expression: Any) -> Any:
    """The mean of a function of the attributes."""
    law = Law(Tuple(*attributes_of(sites)), Tuple(), Tuple(), Tuple(), sympy.S.Zero, NO_LABELS)
    return _summed(reduced(mean(expression, law)))


def _summed(expression: Any) -> Any:
    """Means over points written out: numbers of the description, in which no order parameter is."""
    known = {}
    for node in expression.atoms(Mean):
        body, law = node.args
        if law.fields or any(a.log_density is not None for a in law.attributes):
            continue
        for attribute in reversed(law.attributes):
            body = sympy.Add(
                *(w * body.xreplace({attribute.symbol: v}) for v, w in attribute.points)
            )
        known[node] = body
    return expression.xreplace(known)


def weight_of(examples: Examples) -> Any:
    """The weight of a replica in an example."""
    if examples.weight is not None:
        return examples.weight
    return sympy.exp(-symbol("beta") * examples.energy)


def labels_in(examples: Examples) -> Labels:
    """How labels are drawn, as a node."""
    given = examples.labels
    tilt = sympy.S.One if examples.tilt is None else examples.tilt
    if given is None:
        return labels_of("none", Y, tilt=tilt)
    if isinstance(given, Chosen):
        return labels_of("chosen", Y, given.values, (given.law,), tilt)
    if isinstance(given, GaussianLabel):
        return labels_of("gaussian", Y, expressions=(given.mean, given.variance), tilt=tilt)
    if type(given.expression) is sympy.sign:
        law = sympy.Heaviside(Y * given.expression.args[0], sympy.Rational(1, 2))
        return labels_of("chosen", Y, (sympy.S.One, sympy.S.NegativeOne), (law,), tilt)
    return labels_of("value", Y, expressions=(given.expression,), tilt=tilt)


__all__ = [
    "attribute_mean",
    "attributes_of",
    "labels_in",
    "measure_of",
    "variables_of",
    "weight_of",
]
