r"""Nodes of quadrature for one replica of a site or of a field, and averages over them.

Nodes are those of Gauss and Legendre on panels between the breaks of what is integrated, in a range
that is looked for. Everything is float64 and on arrays: one row for each value of what a leaf
depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from scipy.special import logsumexp

from derive.theories.disorder.nodes.towers import FieldIntegral, Leaf, Measure
from derive.theories.disorder.truth.fields import kinks
from derive.theories.disorder.truth.numeric import Array, Values, evaluate, logarithm

FINENESS = ContextVar("fineness", default=1)
"""What panels of quenched fields are divided by; its root widens the range of a replica's field."""
POINTS = 14
"""Nodes of a panel."""
FAR = 10
"""Standard deviations to either side of a field; a panel has 2.5."""
BESIDE = (-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0)
"""Edges of panels around a break, in standard deviations, wherever it is."""
DEPTH = 45.0
"""ln of how far below its largest value an integrand is left out."""
SIDE = np.geomspace(1e-3, 1e3, 120)
PLACES = np.concatenate([-SIDE[::-1], [0.0], SIDE])
"""Where the mass of a density is looked for."""
PANELS = 10
"""Of the range of a density."""

Exponent = Callable[[Array], Array]


@contextmanager
def finer(times: int) -> Iterator[None]:
    """Integrate with shorter panels of quenched fields, and further out in those of replicas.

    What changes was not resolved: where an integrand turns steeply, or a weight grows.
    """
    token = FINENESS.set(times)
    try:
        yield
    finally:
        FINENESS.reset(token)


@dataclass(frozen=True)
class Nodes:
    """Nodes for each row, and the logarithms of their weights; both of shape (rows, nodes)."""

    places: Array
    logs: Array


@lru_cache
def legendre(count: int) -> tuple[Array, Array]:
    """Nodes and weights on [-1, 1]."""
    return np.polynomial.legendre.leggauss(count)


def between(edges: Array) -> Nodes:
    """Nodes on the panels between edges of shape (rows, edges), for the measure dx."""
    points, weights = legendre(POINTS)
    ordered = np.sort(edges, axis=1)
    half = np.diff(ordered, axis=1)[..., None] / 2
    with np.errstate(divide="ignore"):
        logs = np.log(half * weights)
    rows = len(edges)
    places = ordered[:, :-1, None] + half * (1 + points)
    return Nodes(places.reshape(rows, -1), logs.reshape(rows, -1))


def gaussian(breaks: Sequence[Array], rows: int, step: float = 2.5, far: float = FAR) -> Nodes:
    """Nodes for a standard Gaussian, given the breaks of each row."""
    edges = [np.tile(np.arange(-far, far + step / 2, step), (rows, 1))]
    for place in breaks:
        there = np.clip(np.nan_to_num(np.broadcast_to(place, rows)), -30, 30)[:, None]
        edges.append(there + np.array(BESIDE))
    found = between(np.concatenate(edges, axis=1))
    normal = -(found.places**2) / 2 - np.log(2 * np.pi) / 2
    return Nodes(found.places, found.logs + normal)


def breaks_in(expression: Any, symbol: Any, values: Values, rows: int) -> list[Array]:
    """Where an expression has kinks in a symbol, for each row."""
    with np.errstate(all="ignore"):
        return [
            np.broadcast_to(np.asarray(evaluate(root, values), dtype=float), rows)
            for root in kinks(expression, (symbol,))[0]
        ]


def of_measure(
    measure: Measure, exponent: Any, seen: Any, values: Values, rows: int, panels: int = PANELS
) -> Nodes:
    """Nodes for a measure times the exponential of a function; its points come first.

    Args:
        measure: The measure of x.
        exponent: The function of x.
        seen: What else has kinks in x.
        values: Of everything else, for each row.
        rows: How many rows there are.
        panels: Of the range of a density.
    """
    x, spread = measure.symbol, [_column(v, rows) for v in values.values()]
    columns = dict(zip(values, spread, strict=True))
    offset = np.broadcast_to(evaluate(measure.offset, columns), (rows, 1))
    places, logs = [], []
    for value, weight in measure.points:
        place = np.broadcast_to(evaluate(value, columns), (rows, 1)).astype(float)
        with np.errstate(divide="ignore"):
            log = np.log(np.broadcast_to(evaluate(weight, columns), (rows, 1)).astype(float))
        places.append(place)
        logs.append(log + evaluate(exponent, {**columns, x: place}) + offset)
    if measure.log_density is not None:
        whole = measure.log_density + exponent

        def log_weight(at: Array) -> Array:
            with np.errstate(all="ignore"):
                found = evaluate(whole, {**columns, x: at}) + np.zeros_like(at)
            return np.where(np.isnan(found), -np.inf, found)

        ends = [
            np.broadcast_to(np.asarray(evaluate(e, columns), dtype=float), (rows, 1))
            for e in (measure.lower, measure.upper)
        ]
        breaks = breaks_in(sympy.Tuple(whole, seen), x, values, rows)
        dense = _dense(log_weight, ends, breaks, panels)
        places.append(dense.places)
        logs.append(dense.logs + log_weight(dense.places) + offset)
    return Nodes(np.concatenate(places, axis=1), np.concatenate(logs, axis=1))


def _column(value: Any, rows: int) -> Any:
    return np.broadcast_to(value, rows)[:, None] if np.ndim(value) else value


def _dense(log_weight: Exponent, ends: list[Array], breaks: list[Array], panels: int) -> Nodes:
    """Panels where the mass is, looked for twice."""
    rows = len(ends[0])
    low, high = ends
    places = np.broadcast_to(PLACES, (rows, len(PLACES)))
    for _ in range(3):
        inside = np.clip(places, low, high)
        found = log_weight(inside)
        heavy = found > found.max(axis=1, keepdims=True) - DEPTH
        first = np.maximum(heavy.argmax(axis=1) - 1, 0)
        last = np.minimum(heavy.shape[1] - heavy[:, ::-1].argmax(axis=1), heavy.shape[1] - 1)
        row = np.arange(rows)
        start, stop = inside[row, first], inside[row, last]
        places = np.linspace(start, stop, 200, axis=1)
    edges = [np.linspace(start, stop, panels + 1, axis=1)]
    edges += [np.clip(np.nan_to_num(b), start, stop)[:, None] for b in breaks]
    return between(np.concatenate(edges, axis=1))


@dataclass(frozen=True)
class Replica:
    """A leaf at some values of what it depends on.

    Attributes:
        values: Of everything, with the fields or variables inside, for (rows, nodes).
        logs: ln of the weight of each node.
        shifts: Of a field V^-1 (h - omega); of a site x.
        inverse: The inverse of V for each row; None for a site.
    """

    values: dict[Any, Array]
    logs: Array
    shifts: list[Array]
    inverse: Array | None

    @property
    def log(self) -> Array:
        """L, or F."""
        return np.asarray(logsumexp(self.logs, axis=1))

    def mean(self, at_nodes: Any) -> Array:
        """The average of what has a value at each node."""
        mass = np.exp(self.logs - self.log[:, None])
        # What has no weight counts for nothing, even where it is infinite.
        return np.sum(np.where(mass > 0, mass * at_nodes, 0.0), axis=1)


def replica(leaf: Leaf, seen: Any, values: Values, rows: int) -> Replica:
    """The nodes of a leaf; `seen` is what else is to be averaged over them."""
    return (_field if isinstance(leaf, FieldIntegral) else _site)(leaf, seen, values, rows)


def repeated(values: Values, count: int) -> dict[Any, Any]:
    """Values for each row, once for each of its nodes, in one line."""
    return {k: np.repeat(v, count) if np.ndim(v) else v for k, v in values.items()}


def _field(leaf: Any, seen: Any, values: Values, rows: int) -> Replica:
    size = len(leaf.inside)
    centres = [np.broadcast_to(evaluate(c, values), rows) for c in leaf.centres]
    spread = np.empty((rows, size, size))
    for k, entry in enumerate(leaf.args[3]):
        spread[:, k // size, k % size] = evaluate(entry, values)
    root = np.linalg.cholesky(spread)
    known, logs = dict(values), np.zeros(rows)
    z: list[Array] = []
    log_weight = logarithm(leaf.weight)
    for k, h in enumerate(leaf.inside):
        count = len(logs)
        times = count // rows
        scale = np.repeat(root[:, k, k], times)
        centre = np.repeat(centres[k], times)
        for column in range(k):
            centre = centre + np.repeat(root[:, k, column], times) * z[column]
        places = breaks_in(sympy.Tuple(leaf.weight, seen), h, known, count)
        far = FAR * FINENESS.get() ** 0.5
        nodes = gaussian([(b - centre) / scale for b in places], count, far=far)
        width = nodes.places.shape[1]
        known = repeated(known, width)
        z = [np.repeat(v, width) for v in z] + [nodes.places.ravel()]
        known[h] = (centre[:, None] + scale[:, None] * nodes.places).ravel()
        logs = (logs[:, None] + nodes.logs).ravel()
    with np.errstate(all="ignore"):
        logs = logs + evaluate(log_weight, known)
    inverse = np.linalg.inv(spread)
    gaps = [
        known[h].reshape(rows, -1) - c[:, None] for h, c in zip(leaf.inside, centres, strict=True)
    ]
    shifts = [sum(inverse[:, k, j, None] * gaps[j] for j in range(size)) for k in range(size)]
    return Replica(_shaped(known, rows), logs.reshape(rows, -1), shifts, inverse)


def _shaped(values: Values, rows: int) -> dict[Any, Any]:
    return {k: v.reshape(rows, -1) if np.ndim(v) else v for k, v in values.items()}


def _site(leaf: Any, seen: Any, values: Values, rows: int) -> Replica:
    """One component after the other, each with what the exponent has of it and those before."""
    exponent = _exponents(leaf)
    known, logs = dict(values), np.zeros(rows)
    for measure, term in zip(leaf.args[0], exponent, strict=True):
        nodes = of_measure(measure, term, sympy.Tuple(leaf.rest, seen), known, len(logs))
        width = nodes.places.shape[1]
        known = repeated(known, width)
        known[measure.symbol] = nodes.places.ravel()
        logs = (logs[:, None] + nodes.logs).ravel()
    inside = [known[x].reshape(rows, -1) for x in leaf.inside]
    return Replica(_shaped(known, rows), logs.reshape(rows, -1), inside, None)


def _exponents(leaf: Any) -> list[Any]:
    """B.x - x.A.x/2 + r, each term with the last of the components in it."""
    x, size = leaf.inside, len(leaf.inside)
    found = [sympy.S.Zero] * size
    for k in range(size):
        found[k] += leaf.centres[k] * x[k]
        for other in range(size):
            found[max(k, other)] -= leaf.args[3][k * size + other] * x[k] * x[other] / 2
    for term in sympy.Add.make_args(leaf.rest):
        last = max((k for k in range(size) if term.has(x[k])), default=0)
        found[last] += term
    return found
