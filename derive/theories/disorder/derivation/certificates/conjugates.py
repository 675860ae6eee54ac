r"""Order parameters and conjugates, by the sum over all configurations of two sites.

Delta functions with conjugates mean that for any conjugates

.. math:: \sum_{x} \prod_i d\mu(x_i)\; e^{N \hat O \cdot O(x)} = e^{N \ln \zeta(\hat O)}

with overlaps O of the configuration: what is subtracted must be what the sites have. Laws that have
a density are integrated at one site.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy

from derive.algebra import evaluate
from derive.steps.compare import guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.instance import (
    QUADRATURE,
    Values,
    agreement,
    instance_of,
    symmetric_entries,
)
from derive.theories.disorder.derivation.measures import attributes_of, variables_of
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replica_nodes import of_measure, repeated
from derive.theories.disorder.nodes.replicas import Entry, FieldMoment
from derive.theories.disorder.truth.numeric import Array
from derive.theories.disorder.truth.numeric import evaluate as number

REPLICAS = 2
MOST = 20_000
"""Kinds of sites, squared, for two sites to be summed over."""


def conjugates(before: State, after: State) -> Certificate:
    """What is subtracted and what the sites have, population by population."""

    def check(digits: int) -> Evidence:
        found = agreement(digits)
        values = _uneven(before, symmetric_entries(before, instance_of(before), REPLICAS))
        marks = {m: sympy.Dummy(real=True) for m in after.exponent.atoms(FieldMoment)}
        at = {**values, **dict.fromkeys(marks.values(), 0.7)}
        due = float(evaluate(before.exponent.xreplace(marks), at))
        counts = []
        for population, sites in enumerate(before.model.sites):
            ratio = float(evaluate(sites.ratio, values))
            due -= ratio * _paired(before, population, values, _given(values))
            log, count = _log_sum(before, population, values)
            counts.append(count)
            due += ratio * log
        found.compare("the exponent", evaluate(after.exponent.xreplace(marks), at), due)
        return found.evidence(
            f"all configurations of {max(counts)} site{'s' if max(counts) > 1 else ''} and "
            f"{REPLICAS} replicas, to at most {QUADRATURE} digits"
        )

    return guarded(check)


def _uneven(state: State, values: Values) -> Values:
    """Entries that differ from each other, symmetric in the replicas."""
    draw = np.random.default_rng(8)
    found = dict(values)
    for key in sorted((k for k in values if isinstance(k, Entry)), key=str):
        a, *b = key.replicas
        if not b or a <= b[0]:
            found[key] = values[key] * float(draw.uniform(0.85, 1.15))
            if b:
                found[Entry(key.symbol, b[0], a)] = found[key]
    return found


def _given(values: Values) -> Any:
    """Order parameters as they are given."""
    return lambda symbol, *replicas: values[Entry(symbol, *replicas)]


def _paired(state: State, population: int, values: Values, parameter: Any) -> Any:
    """Conjugates times order parameters, replica by replica."""
    total: Any = 0.0
    for square in state.overlaps.squares:
        if square.population == population:
            for a, b in itertools.product(range(REPLICAS), repeat=2):
                hat = values[Entry(square.conjugates[1], a, b)]
                weight = 1.0 if square.components[0] != square.components[1] else 0.5
                total = total + weight * hat * parameter(square.off, a, b)
    for linear in state.overlaps.linears:
        if linear.population == population:
            for a in range(REPLICAS):
                hat = values[Entry(linear.conjugate, a)]
                total = total + hat * parameter(linear.parameter, a)
    return total


def _log_sum(state: State, population: int, values: Values) -> tuple[float, int]:
    """(1/N) ln of the sum over configurations, and N."""
    known, weights, columns = _kinds(state, population, values)
    count = 2 if len(weights) ** 2 <= MOST else 1
    kinds = np.array(list(itertools.product(range(len(weights)), repeat=count)))

    def parameter(symbol: Any, *replicas: int) -> Array:
        each = _overlap(state, population, symbol, replicas, known, columns)
        return each[kinds].mean(axis=1)

    exponent = count * _paired(state, population, values, parameter)
    logs = weights[kinds].sum(axis=1) + exponent
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).sum())) / count, count


def _kinds(state: State, population: int, values: Values) -> tuple[Values, Array, Any]:
    """All values of attributes and replicas of one site, with ln of their weights."""
    sites = state.model.sites[population]
    squares = [s for s in state.overlaps.squares if s.population == population]
    envelope = {
        s.components[0]: values[Entry(s.conjugates[1], 0, 0)] * 0.7
        for s in squares
        if s.components[0] == s.components[1]
    }
    parameters = {k: v for k, v in values.items() if not isinstance(k, Entry)}
    known: Values = dict(parameters)
    logs = np.zeros(1)
    columns: dict[Any, Any] = {}
    for measure in attributes_of(sites):
        known, logs = _grown(measure, sympy.S.Zero, known, logs)
    for replica, measure in itertools.product(range(REPLICAS), variables_of(sites)):
        mark = sympy.Dummy(real=True)
        columns[measure.symbol, replica] = mark
        shape = sympy.Float(float(envelope[measure.symbol])) * mark**2 / 2
        known, logs = _grown(measure.xreplace({measure.symbol: mark}), shape, known, logs)
        logs = logs - float(envelope[measure.symbol]) * known[mark] ** 2 / 2
    return known, logs, columns


def _grown(measure: Any, exponent: Any, known: Values, logs: Array) -> tuple[Values, Array]:
    nodes = of_measure(measure, exponent, exponent, known, len(logs), 5)
    more = repeated(known, nodes.places.shape[1])
    more[measure.symbol] = nodes.places.ravel()
    return more, (logs[:, None] + nodes.logs).ravel()


def _overlap(
    state: State, population: int, symbol: Any, replicas: Any, known: Values, columns: Any
) -> Array:
    """What one site brings to an order parameter."""
    for square in state.overlaps.squares:
        if square.off == symbol and square.population == population:
            first, second = square.components
            a, b = replicas
            return np.asarray(known[columns[first, a]] * known[columns[second, b]])
    linear = next(v for v in state.overlaps.linears if v.parameter == symbol)
    marks = {x: known[mark] for (x, a), mark in columns.items() if a == replicas[0]}
    count = len(next(iter(marks.values())))
    return np.broadcast_to(number(linear.observable, {**known, **marks}), count)
