r"""What is measured at the saddle point: energy, entropy, and the observables of a model.

.. math:: e = -\frac{\partial \phi}{\partial \beta}, \qquad s = \phi - \langle \ln w \rangle

The law of the disorder is held in the derivative: a planted system's own temperature is beta too.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Tuple

from derive.errors import RuleError
from derive.theories.disorder.derivation.averages import reduced
from derive.theories.disorder.derivation.measures import labels_in
from derive.theories.disorder.derivation.overlaps import symbol
from derive.theories.disorder.derivation.rules.ansatz import values_of
from derive.theories.disorder.derivation.rules.average import covariance_of, is_student
from derive.theories.disorder.derivation.rules.replicon import example_means
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.description import Observable
from derive.theories.disorder.nodes.derivative import derivative
from derive.theories.disorder.nodes.replicas import Entry
from derive.theories.disorder.nodes.towers import (
    Inner,
    Law,
    Leaf,
    Mean,
    flat,
    inner,
    mean,
    slope,
)


def energy_of(state: State) -> Any:
    """The energy per site; None where nothing depends on the temperature."""
    if not state.exponent.has(BETA):
        return None
    return reduced(-derivative(state.exponent, BETA))


def entropy_of(state: State) -> Any:
    r"""The entropy per site: the free entropy less the average of ln w.

    .. math:: s = \phi - \langle \ln w \rangle

    That is phi + beta e where beta multiplies an energy. Of a weight as it is written, such as
    cosh(beta h), ln w is averaged itself; a step is one where there is weight.
    """
    energy = energy_of(state)
    found = state.exponent if energy is None else state.exponent + BETA * energy
    for node, ratio in example_means(state).values():
        leaf: Any = node.args[0]
        found += ratio * reduced(mean(inner(_beyond(_log_weight(leaf.weight)), leaf), node.law))
    if state.model.mean is not None:
        found += _beyond(-BETA * state.model.mean.energy)
    return found


def _beyond(log_weight: Any) -> Any:
    """beta times the derivative in beta, less the logarithm: zero where beta multiplies it."""
    found = sympy.expand(BETA * log_weight.diff(BETA) - log_weight)
    return found.replace(sympy.sinh, lambda x: sympy.tanh(x) * sympy.cosh(x))  # no overflow


def _log_weight(weight: Any) -> Any:
    """ln w where there is weight."""
    total = sympy.S.Zero
    for factor in sympy.Mul.make_args(weight):
        if type(factor) is sympy.exp:
            total += factor.args[0]
        elif type(factor) is not sympy.Heaviside:
            total += sympy.log(factor)
    return total


def observable_of(state: State, name: str, observable: Observable) -> Any:
    """The average that a model declares.

    Raises:
        RuleError: It mixes fields of an example with variables of a site.
    """
    free = observable.expression.free_symbols
    for examples in state.model.examples:
        fields = {symbol(field) for field in examples.fields}
        if free & (fields | {symbol("y")}):
            return _of_fields(state, observable, examples)
    for node in state.exponent.atoms(Mean):
        leaf = node.args[0]
        if isinstance(leaf, Leaf) and free & set(leaf.inside):
            return _of_site(node, leaf, observable)
    raise RuleError(f"observable {name}: {observable.expression} has no field and no variable")


def _of_site(node: Mean, leaf: Any, observable: Observable) -> Any:
    if observable.predictor:
        means = {x: slope(leaf, k) for k, x in enumerate(leaf.inside)}
        return reduced(mean(observable.expression.xreplace(means), node.law))
    return reduced(mean(Inner(observable.expression, leaf), node.law))


def _of_fields(state: State, observable: Observable, examples: Any) -> Any:
    """On a fresh example: fields of one replica, or of two where it is the mean's."""
    values = values_of(state.overlaps)
    names = sorted(examples.fields, key=lambda name: is_student(state, examples, name))
    place = 1 if observable.predictor else 0

    def covariance(first: str, second: str) -> Any:
        body = covariance_of(state, examples, first, second)
        return body.xreplace({e: values[e.symbol][place] for e in body.atoms(Entry)})

    teachers = sum(not is_student(state, examples, name) for name in names)
    law = Law(
        Tuple(),
        Tuple(*map(symbol, names)),
        Tuple(*[sympy.S.Zero] * len(names)),
        flat([[covariance(f, g) for g in names] for f in names]),
        sympy.Integer(teachers),
        labels_in(examples),
    )
    return reduced(mean(observable.expression, law))
