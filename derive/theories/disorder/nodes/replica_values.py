r"""What sums over replicas and moments of n replicas are worth, replica by replica.

`Entry(q, 0, 1)` is given its value as a symbol is, and `n` that of a small whole number. A site's
moment is summed or integrated over all its replicas at once, a field's over the joint Gaussian of
all fields, in float64.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy

from derive.algebra.balls import Balls
from derive.algebra.evaluate import Evaluation
from derive.algebra.rules import register
from derive.errors import NoRule
from derive.theories.disorder.nodes.replica_nodes import of_measure, repeated
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
from derive.theories.disorder.nodes.towers import Measure
from derive.theories.disorder.truth.fields import chain, expectation
from derive.theories.disorder.truth.numeric import Array, Values, evaluate

PANELS = 5
"""Of the range of one replica of a site."""
NODES = 20
"""Of a panel of one field of a moment; without breaks twice as many."""


def at_replicas(body: Any, *replicas: int) -> Any:
    """A body for certain replicas."""
    known = zip((FIRST, SECOND), map(sympy.Integer, replicas), strict=False)
    return body.xreplace(dict(known))


def summed(expression: Any, n: int) -> Any:
    """An expression with its sums over replicas written out."""
    known = {}
    for node in expression.atoms(ReplicaSum):
        known[node] = sympy.Add(*(at_replicas(node.args[0], a) for a in range(n)))
    for node in expression.atoms(PairSum):
        pairs = itertools.product(range(n), repeat=2)
        known[node] = sympy.Add(*(at_replicas(node.args[0], a, b) for a, b in pairs))
    return expression.xreplace(known)


def _count(run: Evaluation) -> int:
    if isinstance(run.arithmetic, Balls):
        raise NoRule("no bounds for sums over replicas")
    return run.size(N)


def _sum(run: Evaluation, node: Any) -> Any:
    return run.of(summed(node, _count(run)))


def _numbers(run: Evaluation, *expressions: Any) -> dict[Any, float]:
    """Values of symbols and entries, for NumPy."""
    entries = set().union(*(e.atoms(Entry) for e in expressions))
    return {e: float(run.values[e]) for e in entries if e in run.values} | {
        s: float(run.of(s))
        for s in set().union(*(e.free_symbols for e in expressions))
        if s in run.values
    }


def _site(run: Evaluation, node: Any) -> Any:
    n = _count(run)
    exponent = summed(node.args[0], n)
    numbers = _numbers(run, exponent, *node.args[1:])
    return run.arithmetic.number(site_moment(exponent, node.args[1], node.args[2], n, numbers))


def site_moment(exponent: Any, measures: Any, attributes: Any, n: int, numbers: Values) -> float:
    """ln E int prod_a dmu(x_a) e^exponent, one variable after the other.

    Args:
        exponent: In entries (x, a), attributes and what has a value.
        measures: Of the components of x.
        attributes: Their laws.
        n: How many replicas.
        numbers: The values.
    """
    known, logs = dict(numbers), np.zeros(1)
    names: list[Any] = []
    for measure in attributes:
        known, logs = _grown(measure, sympy.S.Zero, known, logs)
        names.append(measure.symbol)
    total = sympy.expand(exponent)
    for replica, given in itertools.product(range(n), measures):
        mark = sympy.Dummy(given.symbol.name, real=True)
        entry = Entry(given.symbol, sympy.Integer(replica))
        total = total.xreplace({entry: mark})
        measure = given.xreplace({given.symbol: mark})
        here = _known(total, {*known, mark})
        total -= here
        known, logs = _grown(measure, here, known, logs)
    top = logs.max()
    return float(top + np.log(np.sum(np.exp(logs - top))))


def _known(total: Any, known: set[Any]) -> Any:
    """The terms that are known."""
    terms = sympy.Add.make_args(total)
    return sympy.Add(*(t for t in terms if not _symbols(t) - known))


def _symbols(term: Any) -> set[Any]:
    entries = term.atoms(Entry)
    plain = term.xreplace(dict.fromkeys(entries, sympy.S.One))
    return entries | plain.free_symbols


def _grown(
    measure: Measure, exponent: Any, known: Values, logs: Array
) -> tuple[dict[Any, Any], Array]:
    nodes = of_measure(measure, exponent, exponent, known, len(logs), PANELS)
    more = repeated(known, nodes.places.shape[1])
    more[measure.symbol] = nodes.places.ravel()
    return more, (logs[:, None] + nodes.logs).ravel()


def _field(run: Evaluation, node: Any) -> Any:
    n = _count(run)
    weight, students, teachers, covariance, labels = node.args
    names = [*teachers, *(Entry(h, sympy.Integer(a)) for a in range(n) for h in students)]
    places = [*range(len(teachers))]
    places += [len(teachers) + k for _ in range(n) for k in range(len(students))]
    replicas = [None] * len(teachers) + [a for a in range(n) for _ in students]
    size = len(teachers) + len(students)
    matrix = np.empty((len(names), len(names)))
    for row, column in itertools.product(range(len(names)), repeat=2):
        entry = covariance[places[row] * size + places[column]]
        indices = [a for a in (replicas[row], replicas[column]) if a is not None]
        matrix[row, column] = float(run.of(at_replicas(entry, *indices)))
    numbers = _numbers(run, weight, labels)
    marks = [sympy.Dummy(f"h{k}", real=True) for k in range(len(names))]
    product = sympy.S.One
    for replica in range(n):
        start = len(teachers) + replica * len(students)
        product *= weight.xreplace(dict(zip(students, marks[start:], strict=False)))
    marks[: len(teachers)] = teachers
    found = field_moment(product, marks, matrix, labels, len(teachers), numbers)
    return run.arithmetic.number(float(np.log(found)))


def field_moment(
    product: Any, names: list[Any], matrix: Array, labels: Any, teachers: int, numbers: Values
) -> float:
    """E of a product of weights over Gaussian fields and a label, relative to that of the tilt."""
    plain = names[:teachers]
    y, body, order = labels.symbol, labels.tilt * product, names
    if labels.kind == "value":
        body = body.xreplace({y: labels.expressions[0]})
    elif labels.kind == "chosen":
        body = sympy.Add(*((labels.expressions[0] * body).xreplace({y: v}) for v in labels.values))
    elif labels.kind == "gaussian":
        order, matrix, body = _noisy(labels, order, matrix, body, teachers, numbers)
    parts, determined = chain(order, matrix)
    found = expectation(body.xreplace(determined), parts, numbers, NODES)
    if labels.tilt == 1:
        return found
    return found / expectation(
        labels.tilt, chain(plain, matrix[:teachers, :teachers])[0], numbers, 2 * NODES
    )


def _noisy(
    labels: Any, names: list[Any], matrix: Array, body: Any, teachers: int, numbers: Values
) -> tuple[list[Any], Array, Any]:
    """A label that is linear in the teacher's fields takes their place; else noise is a field."""
    average, variance = labels.expressions
    slopes = [average.diff(u) for u in names[:teachers]]
    beside = set().union(
        variance.free_symbols, body.free_symbols, *(s.free_symbols for s in slopes)
    )
    linear = sympy.expand(average - sympy.Add(*map(sympy.Mul, slopes, names[:teachers]))) == 0
    if linear and not beside & set(names[:teachers]):
        rows = np.zeros((1 + len(names) - teachers, len(names)))
        rows[0, :teachers] = [float(evaluate(s, numbers)) for s in slopes]
        rows[1:, teachers:] = np.eye(len(names) - teachers)
        wider = rows @ matrix @ rows.T
        wider[0, 0] += float(evaluate(variance, numbers))
        return [labels.symbol, *names[teachers:]], wider, body
    noise = sympy.Dummy("noise", real=True)
    label = average + sympy.sqrt(variance) * noise
    wider = np.zeros((len(names) + 1,) * 2)
    wider[:-1, :-1], wider[-1, -1] = matrix, 1
    return [*names, noise], wider, body.xreplace({labels.symbol: label})


register(ReplicaSum, evaluate=_sum)
register(PairSum, evaluate=_sum)
register(SiteMoment, evaluate=_site)
register(FieldMoment, evaluate=_field)

__all__ = ["at_replicas", "field_moment", "site_moment", "summed"]
