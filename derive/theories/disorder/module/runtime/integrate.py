"""Logarithms of integrals of exp(exponent) over a line, for many rows at once.

Nothing is assumed of the exponents but that they fall at both ends, and are smooth between the
edges of the panels on the scale of the panels' lengths, or monotonic: panels are halved where the
weight is, until it is smooth on each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.panels import (
    Exponent,
    Panels,
    evaluate,
    highest,
    missed,
    worth_a_look,
)
from derive.theories.disorder.module.runtime.quadrature import cut

MISSED_PART = 3e-15
"""Of a row's integral may a panel miss."""

FORGOTTEN = 1e-25
"""A node's part of the largest one on its row, below which it is left out."""

DEEPEST = 100
"""A kink that was not said is resolved to rounding by a half of them."""

MOST_ROWS = 4096
"""At a time: they take about 100 MB."""

PANELS_OF_ROWS = 100
"""Panels of a row, on average, that may be halved at once: more are halved for noise alone."""


class Points(NamedTuple):
    """Nodes on all rows: the integral of f exp(exponent) over row r is exp(log[r]) <f>_r.

    Attributes:
        x: Nodes, flat.
        row: Of each node.
        weight: Of each node, those of a row summing to 1.
        exponent: At each node.
        log: Of the integral, one a row.
        error: Of the logarithm, estimated, relative to the larger of it and 1, one a row;
            infinite where there is no weight, it is negative, or runs away.
    """

    x: np.ndarray
    row: np.ndarray
    weight: np.ndarray
    exponent: np.ndarray
    log: np.ndarray
    error: np.ndarray

    def average(self, values: np.ndarray) -> np.ndarray:
        """<f> of each row, of the values of f at the nodes; NaN where the integral is none."""
        found = np.bincount(self.row, self.weight * values, len(self.log))
        return np.where(np.isfinite(self.error), found, np.nan)


def integrate(exponent: Exponent, edges: np.ndarray, nodes: int = 14, refine: int = 1) -> Points:
    """Halve panels until the integrand of every row is smooth on each.

    Args:
        exponent: From points and their rows; -inf where there is no weight.
        edges: First panels, of shape (rows, edges of a row), sorted; kinks are edges.
        nodes: Of a panel.
        refine: Into so many parts first panels are cut: with 1 and 2 an error is seen.
    """
    rows = len(edges)
    if rows > MOST_ROWS:
        return in_portions(exponent, edges, nodes, refine)
    row, place = np.nonzero(worth_a_look(exponent, edges))
    cuts = cut(np.stack([edges[row, place], edges[row, place + 1]], axis=1), refine)
    row, left, right = np.repeat(row, refine), cuts[:, :-1].ravel(), cuts[:, 1:].ravel()
    top, kept = np.full(rows, -np.inf), np.full(rows, -np.inf)
    settled, error = np.zeros(rows), np.zeros(rows)  # of accepted panels, in units of exp(top)
    done: list[Panels] = []
    for number in range(DEEPEST):
        panels = evaluate(exponent, row, left, right, nodes)
        heights, before = panels.exponent.max(axis=0), top
        top = kept.copy()  # a peak that fell between the nodes of halves is no longer seen
        np.maximum.at(top, row, heights)
        settled, error = settled * scaled(before, top), error * scaled(before, top)
        holds, missing, fine = missed(panels, top)
        total, most = settled + np.bincount(row, holds, rows), highest(panels, top)
        fine &= missing <= MISSED_PART * total[row]
        missing = np.where(panels.broken, np.inf, np.where(fine, missing, most))
        fine |= panels.broken | (most < MISSED_PART * total[row])
        fine |= right - left <= 4e-16 * np.maximum(np.abs(left), np.abs(right))
        fine |= (number == DEEPEST - 1) | (len(row) > PANELS_OF_ROWS * rows)
        settled += np.bincount(row[fine], holds[fine], rows)
        error += np.bincount(row[fine], missing[fine], rows)
        np.maximum.at(kept, row[fine], heights[fine])
        done.append(panels.chosen(fine))
        if fine.all():
            break
        row, left, right = halved(row[~fine], left[~fine], right[~fine])
    return collected(done, top, error / np.maximum(settled, 1e-300), edges)


def in_portions(exponent: Exponent, edges: np.ndarray, nodes: int, refine: int) -> Points:
    """The same, some rows at a time, so that memory is bounded."""
    found = []
    for start in range(0, len(edges), MOST_ROWS):

        def part(x: np.ndarray, row: np.ndarray, start: int = start) -> np.ndarray:
            return exponent(x, row + start)

        points = integrate(part, edges[start : start + MOST_ROWS], nodes, refine)
        found.append(points._replace(row=points.row + start))
    return Points(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def halved(
    row: np.ndarray, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both halves of panels."""
    middle = 0.5 * (left + right)
    return (
        np.concatenate([row, row]),
        np.concatenate([left, middle]),
        np.concatenate([middle, right]),
    )


def scaled(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """exp(old - new), 0 where nothing was there."""
    change = np.where(np.isfinite(old), old - np.where(np.isfinite(new), new, 0.0), -np.inf)
    return np.exp(np.minimum(change, 700.0))


def collected(done: list[Panels], top: np.ndarray, error: np.ndarray, edges: np.ndarray) -> Points:
    """The nodes of all accepted panels, with weights that sum to 1 a row.

    The error is infinite where there is no weight, and where the outermost panels hold some: those
    that begin far out, not those that end where the domain does.
    """
    rows = len(top)
    row = np.concatenate([np.tile(panels.row, len(panels.x)) for panels in done])
    x = np.concatenate([panels.x.ravel() for panels in done])
    exponent = np.concatenate([panels.exponent.ravel() for panels in done])
    lengths = np.concatenate([panels.weight.ravel() for panels in done])
    weight = lengths * np.exp(exponent - np.where(np.isfinite(top), top, 0.0)[row])
    total = np.bincount(row, weight, rows)
    kept = weight > FORGOTTEN
    x, row, weight, exponent = x[kept], row[kept], weight[kept], exponent[kept]
    weight = weight / total[row]
    with np.errstate(divide="ignore"):
        log = np.log(total) + np.where(np.isfinite(top), top, 0.0)
    runs_away = (x < edges[row, 1]) | (x > edges[row, -2])
    lost = (total <= 0.0) | (np.bincount(row, weight * runs_away, rows) > MISSED_PART)
    size = np.where(lost, 1.0, np.maximum(1.0, np.abs(log)))
    error = np.where(lost, np.inf, error / size)
    return Points(x, row, weight, exponent, log, error)
