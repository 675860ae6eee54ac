"""Logarithms of integrals of exp(exponent) over a line, for many rows at once.

Nothing is assumed of the exponents but that they fall at both ends, and are smooth between the
edges of the panels on the scale of the panels' lengths, or monotonic: panels are halved where the
weight is and as long as the halves still tell something new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from derive.theories.disorder.module.runtime.quadrature import legendre

TOLERANCE = 1e-13
"""Of a row's integral may a panel change when it is halved; the halves are better by far."""

NEGLIGIBLE = 60.0
"""A panel whose exponents are so far below a row's largest is left out."""

MOST_HALVINGS = 100
"""A kink that was not said is resolved to rounding by a half of them."""

MOST_PANELS = 100
"""Panels of a row, on average, that may be halved at once: more are halved for noise alone."""

ROUNDING = 1e-15
"""Of an exponent, relative, so that it is the relative error of the weight at large ones."""

PROBES = np.array([0.005, 0.25, 0.5, 0.75, 0.995])
"""Where a panel is looked at first."""

Exponent = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From points and the rows that they are of, both flat, to exponents."""


@dataclass(frozen=True)
class Points:
    """Nodes on all rows: the integral of f exp(exponent) over row r is exp(log[r]) <f>_r.

    Attributes:
        x: Nodes, flat.
        row: Of each node.
        weight: Of each node, those of a row summing to 1.
        exponent: At each node.
        log: Of the integral, one a row.
        error: Of the logarithm, estimated, relative to the larger of it and 1, one a row;
            infinite where there is no weight, or it runs away.
    """

    x: np.ndarray
    row: np.ndarray
    weight: np.ndarray
    exponent: np.ndarray
    log: np.ndarray
    error: np.ndarray

    def average(self, values: np.ndarray) -> np.ndarray:
        """<f> of each row, of the values of f at the nodes."""
        return np.bincount(self.row, self.weight * values, len(self.log))


@dataclass(frozen=True)
class Panels:
    """Panels with the exponents at their nodes; `part` is exponent + ln of the node's weight."""

    row: np.ndarray
    left: np.ndarray
    right: np.ndarray
    x: np.ndarray
    exponent: np.ndarray
    part: np.ndarray

    def chosen(self, which: np.ndarray) -> Panels:
        """Some of them."""
        return Panels(*(values[which] for values in vars(self).values()))


def evaluate(
    exponent: Exponent, row: np.ndarray, left: np.ndarray, right: np.ndarray, nodes: int
) -> Panels:
    """The panels with these edges."""
    points, weights = legendre(nodes)
    half = 0.5 * (right - left)
    x = 0.5 * (right + left)[:, None] + half[:, None] * points
    with np.errstate(divide="ignore"):
        values = exponent(x.ravel(), np.repeat(row, nodes)).reshape(x.shape)
        values = np.where(np.isnan(values), -np.inf, values)
        return Panels(row, left, right, x, values, values + np.log(half[:, None] * weights))


def worth_a_look(exponent: Exponent, edges: np.ndarray) -> np.ndarray:
    """Panels that may hold weight: not far below the largest exponent, or a peak among neighbours.

    Args:
        exponent: From points and their rows.
        edges: Of shape (rows, edges of a row), sorted.
    """
    rows, count = len(edges), edges.shape[1] - 1
    x = edges[:, :-1, None] + np.diff(edges)[..., None] * PROBES
    row = np.repeat(np.arange(rows), count * len(PROBES))
    with np.errstate(all="ignore"):
        seen = exponent(x.ravel(), row).reshape(x.shape)
        seen = np.where(np.isnan(seen), -np.inf, seen)
        top, low = seen.max(axis=2), seen.min(axis=2)
        beyond = top + 0.05 * np.where(np.isfinite(low), top - low, 0.0)
    heights = np.pad(top, ((0, 0), (1, 1)), constant_values=-np.inf)
    peak = (top >= heights[:, :-2]) & (top >= heights[:, 2:]) & np.isfinite(top)
    kept = peak | (beyond > top.max(axis=1, keepdims=True) - NEGLIGIBLE)
    kept[:, :-1] |= peak[:, 1:]
    kept[:, 1:] |= peak[:, :-1]
    return np.asarray(kept & (np.diff(edges) > 0.0))


def integrate(exponent: Exponent, edges: np.ndarray, nodes: int = 12) -> Points:
    """Halve panels until the integral of every row stands.

    Args:
        exponent: From points and their rows; -inf where there is no weight.
        edges: First panels, of shape (rows, edges of a row), sorted; kinks are edges.
        nodes: Of a panel.
    """
    rows = len(edges)
    row, place = np.nonzero(worth_a_look(exponent, edges))
    parents = evaluate(exponent, row, edges[row, place], edges[row, place + 1], nodes)
    top, error, done = np.full(rows, -np.inf), np.zeros(rows), []
    settled = np.zeros(rows)  # what accepted panels hold, in units of exp(top)
    for number in range(MOST_HALVINGS):
        middle = 0.5 * (parents.left + parents.right)
        children = evaluate(
            exponent,
            np.concatenate([parents.row, parents.row]),
            np.concatenate([parents.left, middle]),
            np.concatenate([middle, parents.right]),
            nodes,
        )
        higher = top.copy()
        for panels in (parents, children):
            np.maximum.at(higher, panels.row, panels.part.max(axis=1))
        settled *= scaled(top, higher)
        top = higher
        before, after = held(parents, top), held(children, top)
        pairs = after[: len(middle)] + after[len(middle) :]
        total = settled + np.bincount(parents.row, pairs, rows)
        change, allowed = np.abs(pairs - before), TOLERANCE * total[parents.row]
        fine = change <= np.maximum(allowed, pairs * noise(parents))
        fine &= (change <= 1e-3 * pairs) | (highest(parents, top) < allowed)
        fine |= parents.right - parents.left <= 4e-16 * np.abs(middle)
        fine |= (number == MOST_HALVINGS - 1) | (len(middle) > MOST_PANELS * rows)
        settled += np.bincount(parents.row[fine], pairs[fine], rows)
        told = change[fine] / np.maximum(total[parents.row[fine]], 1e-300)
        error += np.bincount(parents.row[fine], told, rows)
        both = np.concatenate([fine, fine])
        done.append(children.chosen(both))
        if fine.all():
            break
        parents = children.chosen(~both)
    return collected(done, top, error, edges)


def scaled(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """exp(old - new), 0 where nothing was there."""
    return np.exp(np.where(np.isfinite(old), old - np.where(np.isfinite(new), new, 0.0), -np.inf))


def held(panels: Panels, top: np.ndarray) -> np.ndarray:
    """The integral over each panel in units of exp(top) of its row."""
    base = np.where(np.isfinite(top), top, 0.0)[panels.row]
    return np.asarray(np.exp(panels.part - base[:, None]).sum(axis=1))


def noise(panels: Panels) -> np.ndarray:
    """The relative error of each panel's integral that rounding of its exponents makes."""
    sizes = np.where(np.isfinite(panels.exponent), np.abs(panels.exponent), 0.0)
    return np.asarray(ROUNDING * sizes.max(axis=1))


def highest(panels: Panels, top: np.ndarray) -> np.ndarray:
    """What a panel could hold at most, were it as high as its exponents point to beyond its nodes.

    A steep exponent rises between the last node and the edge by a few hundredths of its range.
    """
    base = np.where(np.isfinite(top), top, 0.0)[panels.row]
    upper, lower = panels.exponent.max(axis=1), panels.exponent.min(axis=1)
    with np.errstate(invalid="ignore"):
        rise = 0.05 * np.where(np.isfinite(lower), upper - lower, 0.0)
    beyond = upper + rise - base + np.log(panels.right - panels.left)
    return np.asarray(np.exp(np.minimum(beyond, 700.0)))


def collected(done: list[Panels], top: np.ndarray, error: np.ndarray, edges: np.ndarray) -> Points:
    """The nodes of all accepted panels, with weights that sum to 1 a row.

    The error is infinite where there is no weight, and where the outermost panels hold some: those
    that begin far out, not those that end where the domain does.
    """
    rows, nodes = len(top), done[0].x.shape[1]
    row = np.repeat(np.concatenate([panels.row for panels in done]), nodes)
    x, exponent, part = (
        np.concatenate([getattr(panels, name) for panels in done]).ravel()
        for name in ("x", "exponent", "part")
    )
    weight = np.exp(part - np.where(np.isfinite(top), top, 0.0)[row])
    total = np.bincount(row, weight, rows)
    kept = weight > 0.0
    x, row, weight, exponent = x[kept], row[kept], weight[kept], exponent[kept]
    weight = weight / total[row]
    with np.errstate(divide="ignore"):
        log = np.log(total) + np.where(np.isfinite(top), top, 0.0)
    runs_away = (x < edges[row, 1]) | (x > edges[row, -2])
    lost = (total <= 0.0) | (np.bincount(row, weight * runs_away, rows) > TOLERANCE)
    error = np.where(lost, np.inf, error / np.maximum(1.0, np.abs(log)))
    return Points(x, row, weight, exponent, log, error)
