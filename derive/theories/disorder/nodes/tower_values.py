r"""What averages and integrals are worth, by quadrature from their definitions.

A slope is a cumulant: of x in a site; in a field of the Hermite polynomials of h,

.. math:: e^{-L} \partial_{\omega}^k e^L = \Big\langle \frac{(-\partial_h)^k \mathcal N}{\mathcal N}
          \Big\rangle

A score is moved by parts to the density of the fields, so that the labels' law need not be smooth:

.. math:: E\, \partial_u \ln P^*(y|u)\, f(y, \omega) = E\, [C^{-1} (u, \omega)]_u\, f(y, \omega)

Values are float64, to about ten digits, at whatever precision they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sympy
from scipy.special import logsumexp

from derive.algebra.balls import Balls
from derive.algebra.evaluate import Evaluation
from derive.algebra.rules import register
from derive.errors import NoRule
from derive.theories.disorder.nodes.replica_nodes import (
    FINENESS,
    Nodes,
    Replica,
    breaks_in,
    gaussian,
    of_measure,
    repeated,
    replica,
)
from derive.theories.disorder.nodes.towers import (
    FieldIntegral,
    Inner,
    Law,
    Leaf,
    LogMean,
    Mean,
    SiteIntegral,
    Slope,
    score,
)
from derive.theories.disorder.truth.numeric import RULES, Array, Values, evaluate

TABLE = RULES.operation
CHUNK = 3_000_000
"""Nodes that are held at once."""
RANGES = (8.4, 8.4, 8.4, 7.0)
"""How far outer fields reach, by how many variables there are: of many, ten digits must do."""
STEPS = 4
"""Panels of an outer field."""
LEAST = 1e-18
"""A mass below which a value counts for nothing, unless it is raised to a power."""
WIDE = 1.5
"""How much further an exponential reaches."""


def partitions(items: Sequence[Any]) -> Iterator[list[list[Any]]]:
    """All ways to part items into blocks."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for blocks in partitions(rest):
        yield [[first], *blocks]
        for k, block in enumerate(blocks):
            yield [*blocks[:k], [first, *block], *blocks[k + 1 :]]


def _polynomial(nodes: Replica, indices: list[int]) -> Any:
    """A product of x, or a Hermite polynomial of (h - omega) / V."""
    if not indices:
        return 1.0
    first, *rest = indices
    found = nodes.shifts[first] * _polynomial(nodes, rest)
    if nodes.inverse is not None:
        for k, other in enumerate(rest):
            lower = _polynomial(nodes, rest[:k] + rest[k + 1 :])
            found = found - nodes.inverse[:, first, other, None] * lower
    return found


def _cumulant(nodes: Replica, indices: Sequence[int]) -> Any:
    total: Any = 0.0
    for blocks in partitions(list(indices)):
        sign = (-1) ** (len(blocks) - 1) * int(sympy.factorial(len(blocks) - 1))
        term: Any = sign
        for block in blocks:
            term = term * nodes.mean(_polynomial(nodes, block))
        total = total + term
    return total


def _of(nodes: Replica, node: Any) -> Array:
    if isinstance(node, Slope):
        return np.asarray(_cumulant(nodes, node.indices))
    if isinstance(node, Inner):
        return nodes.mean(evaluate(node.args[0], nodes.values))
    return nodes.log


def leaf_values(leaf: Leaf, wanted: Sequence[Any], values: Values) -> dict[Any, Array]:
    """A leaf, its slopes and averages, on arrays.

    Args:
        leaf: The leaf.
        wanted: It, or what has it as its own.
        values: Numbers, or arrays of one length.
    """
    used = leaf.free_symbols.union(*(node.free_symbols for node in wanted))
    known = {s: values[s] for s in used if s in values}
    rows = max([np.size(v) for v in known.values()], default=1)
    known = {s: np.ravel(v) if np.ndim(v) else float(v) for s, v in known.items()}
    seen = sympy.Tuple(*(node.args[0] for node in wanted if isinstance(node, Inner)))
    probe = replica(leaf, seen, {s: v[:1] if np.ndim(v) else v for s, v in known.items()}, 1)
    length = max(1, CHUNK // probe.logs.shape[1])
    parts: dict[Any, list[Array]] = {node: [] for node in wanted}
    for start in range(0, rows, length):
        part = {s: v[start : start + length] if np.ndim(v) else v for s, v in known.items()}
        nodes = replica(leaf, seen, part, min(length, rows - start))
        for node in wanted:
            parts[node].append(_of(nodes, node))
    return {node: np.concatenate(found) for node, found in parts.items()}


def _leaf_of(node: Any) -> Any:
    return node if isinstance(node, Leaf) else node.leaf


def _alone(node: Any, values: Values) -> Any:
    """The rule of a leaf and of what has one."""
    return leaf_values(_leaf_of(node), [node], values)[node].item()


def outermost(expression: Any) -> set[Any]:
    """Leaves, slopes and averages that stand in no other."""
    if isinstance(expression, Leaf | Slope | Inner):
        return {expression}
    return set().union(*(outermost(part) for part in expression.args))


def at_nodes(body: Any, law: Law, values: Values, wider: float = 1.0) -> tuple[Array, Array]:
    """Masses of the nodes of a law, which add up to one, and the value of a body at each."""
    inside = sorted(outermost(body), key=sympy.default_sort_key)
    marks = {node: sympy.Dummy(real=True) for node in inside}
    plain = body.xreplace(marks)
    masses, bodies = [], []
    for label, probability in _labels(law):
        there = {law.labels.symbol: label} if label is not None else {}
        seen = sympy.Tuple(plain, probability, law.labels.tilt).xreplace(there)
        known, logs = _fields(law, seen, values, wider * _range(law))
        if label is not None:
            known[law.labels.symbol] = np.broadcast_to(evaluate(label, known), logs.shape)
        elif law.labels.kind == "gaussian":
            known, logs = _with_noise(law, known, logs)
        mass = np.exp(logs) * evaluate(law.labels.tilt, known) * evaluate(probability, known)
        kept = mass > (LEAST * mass.max() if wider == 1 else 0)
        known = {s: v[kept] if np.ndim(v) else v for s, v in known.items()}
        mass, logs = mass[kept], logs[kept]
        found = _leaves(inside, known)
        known |= {mark: found[node] for node, mark in marks.items()}
        with np.errstate(all="ignore"):
            value = np.broadcast_to(evaluate(plain, known), logs.shape)
        masses.append(mass)
        bodies.append(np.where(mass > 0, value, 0.0))
    mass = np.concatenate(masses)
    return mass / mass.sum(), np.concatenate(bodies)


def _labels(law: Law) -> list[tuple[Any, Any]]:
    """The expressions for y, each with its probability given the fields."""
    labels = law.labels
    if labels.kind == "value":
        return [(labels.expressions[0], sympy.S.One)]
    if labels.kind == "chosen":
        return [
            (value, labels.expressions[0].xreplace({labels.symbol: value}))
            for value in labels.values
        ]
    return [(None, sympy.S.One)]


def _leaves(inside: Sequence[Any], known: Values) -> dict[Any, Array]:
    families: dict[Any, list[Any]] = {}
    for node in inside:
        families.setdefault(_leaf_of(node), []).append(node)
    found: dict[Any, Array] = {}
    for leaf, family in families.items():
        found |= leaf_values(leaf, family, known)
    return found


def _fields(law: Law, seen: Any, values: Values, far: float) -> tuple[dict[Any, Any], Array]:
    """Values of attributes, fields and scores at the nodes, and ln of their masses."""
    known: dict[Any, Any] = dict(values)
    logs = np.zeros(1)
    for attribute in law.attributes:
        nodes = of_measure(attribute, sympy.S.Zero, seen, known, len(logs))
        known, logs = _extended(known, logs, attribute.symbol, nodes.places, nodes)
    rows, size = len(logs), len(law.fields)
    spread = np.empty((rows, size, size))
    for row in range(size):
        for column in range(size):
            spread[:, row, column] = evaluate(law.covariance(row, column), known)
    root = np.linalg.cholesky(spread)
    z: list[Array] = []
    for k, field in enumerate(law.fields):
        times = len(logs) // rows
        centre = np.broadcast_to(evaluate(law.means[k], known), logs.shape)
        for column in range(k):
            centre = centre + np.repeat(root[:, k, column], times) * z[column]
        scale = np.repeat(root[:, k, k], times)
        places = breaks_in(seen, field, known, len(logs))
        step = 2 * _range(law) / (STEPS * FINENESS.get())
        nodes = gaussian([(b - centre) / scale for b in places], len(logs), step, far)
        z = [np.repeat(v, nodes.places.shape[1]) for v in z] + [nodes.places.ravel()]
        there = centre[:, None] + scale[:, None] * nodes.places
        known, logs = _extended(known, logs, field, there, nodes)
    _scores(law, root, z, known, len(logs) // rows)
    return known, logs


def _range(law: Law) -> float:
    count = len(law.fields) + len(law.attributes) + (law.labels.kind == "gaussian")
    return RANGES[min(count, len(RANGES) - 1)]


def _extended(
    known: Values, logs: Array, name: Any, places: Array, nodes: Nodes
) -> tuple[dict[Any, Any], Array]:
    width = nodes.places.shape[1]
    more = repeated(known, width)
    more[name] = places.ravel()
    return more, (logs[:, None] + nodes.logs).ravel()


def _scores(law: Law, root: Array, z: Sequence[Array], known: dict[Any, Any], times: int) -> None:
    """C^-1 (u - mean) = R^-T z, for C = R R^T."""
    back = np.linalg.inv(root)
    for k in range(law.teachers):
        parts = [np.repeat(back[:, row, k], times) * z[row] for row in range(len(z))]
        known[score(law.fields[k])] = np.sum(parts, axis=0)


def _with_noise(law: Law, known: Values, logs: Array) -> tuple[dict[Any, Any], Array]:
    far = _range(law)
    nodes = gaussian([], 1, 2 * far / (STEPS * FINENESS.get()), far)
    average, variance = (
        np.broadcast_to(evaluate(e, known), logs.shape) for e in law.labels.expressions
    )
    places = average[:, None] + np.sqrt(variance)[:, None] * nodes.places
    return _extended(known, logs, law.labels.symbol, places, nodes)


def _mean(node: Mean, values: Values) -> float:
    body, law = node.args
    scores = [score(u) for u in law.fields[: law.teachers]]
    teachers = set(law.fields[: law.teachers])
    if body.has(*scores) and (
        body.free_symbols & teachers
        or not body.is_polynomial(*scores)
        or sympy.Poly(body, *scores).total_degree() > 1
    ):
        raise NoRule(f"no value by parts for {body}")
    mass, value = at_nodes(body, law, values)
    return float(mass @ value)


def _log_mean(node: LogMean, values: Values) -> float:
    mass, value = at_nodes(node.args[1], node.law, values, WIDE)
    with np.errstate(divide="ignore"):
        return float(logsumexp(np.log(mass) + evaluate(node.args[0], values) * value))


def _number(run: Evaluation, node: Any) -> Any:
    """A rule of `derive.algebra.evaluate`."""
    if isinstance(run.arithmetic, Balls):
        raise NoRule(f"no bounds for {type(node).__name__}")
    values = {s: float(run.of(s)) for s in node.free_symbols}
    return run.arithmetic.number(float(evaluate(node, values)))


for kind, rule in (
    (Mean, _mean),
    (LogMean, _log_mean),
    (FieldIntegral, _alone),
    (SiteIntegral, _alone),
    (Slope, _alone),
    (Inner, _alone),
):
    register(kind, evaluate=_number, **{TABLE: rule})

__all__ = ["at_nodes", "leaf_values", "outermost"]
