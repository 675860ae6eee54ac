"""Panels on many rows at once, and what the values at their nodes tell of integrals over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.quadrature import legendre

SMOOTH = 1e-3
"""Of a panel's largest value may its last Legendre coefficients be."""

NEGLIGIBLE = 45.0
"""A panel whose exponents are so far below a row's largest is left out."""

ROUNDING = 1e-15
"""Of an exponent, relative, so that it is the relative error of the weight at large ones."""

PROBES = np.array([0.005, 0.02, 0.25, 0.5, 0.75, 0.98, 0.995])
"""Where a panel is looked at first."""

Exponent = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From points and the rows that they are of, both flat, to exponents."""


class Panels(NamedTuple):
    """Panels; nodes down the first axis, with their weights for dx and the exponents there.

    Those are broken that have a node where there is no exponent, as that of a negative weight.
    """

    row: np.ndarray
    left: np.ndarray
    right: np.ndarray
    x: np.ndarray
    weight: np.ndarray
    exponent: np.ndarray
    broken: np.ndarray

    def chosen(self, which: np.ndarray) -> Panels:
        """Some of them."""
        return Panels(*(values[..., which] for values in self))


def evaluate(
    exponent: Exponent, row: np.ndarray, left: np.ndarray, right: np.ndarray, nodes: int
) -> Panels:
    """The panels with these edges."""
    points, weights = legendre(nodes)
    half = 0.5 * (right - left)
    x = 0.5 * (right + left) + half * points[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = exponent(x.ravel(), np.tile(row, nodes)).reshape(x.shape)
    broken = np.isnan(values) | (values == np.inf)
    values = np.where(broken, -np.inf, values)
    return Panels(row, left, right, x, half * weights[:, None], values, broken.any(axis=0))


def worth_a_look(exponent: Exponent, edges: np.ndarray) -> np.ndarray:
    """Panels that may hold weight: not far below the largest exponent, or a peak among neighbours.

    All of a row, where none is seen.

    Args:
        exponent: From points and their rows.
        edges: Of shape (rows, edges of a row), sorted.
    """
    rows, count = len(edges), edges.shape[1] - 1
    x = edges[:, :-1] + np.diff(edges) * PROBES[:, None, None]
    row = np.tile(np.repeat(np.arange(rows), count), len(PROBES))
    with np.errstate(all="ignore"):
        seen = exponent(x.ravel(), row).reshape(x.shape)
        seen = np.where(np.isnan(seen), -np.inf, seen)
        top = seen.max(axis=0)
        rise = np.fmax(seen[0] - seen[1], seen[-1] - seen[-2])
        beyond = top + 0.5 * np.fmax(rise, 0.0)  # at an edge, 0.005 off, by probes at 0.015
    heights = np.pad(top, ((0, 0), (1, 1)), constant_values=-np.inf)
    peak = (top >= heights[:, :-2]) & (top >= heights[:, 2:]) & np.isfinite(top)
    kept = peak | (beyond > top.max(axis=1, keepdims=True) - NEGLIGIBLE)
    kept[:, :-1] |= peak[:, 1:]
    kept[:, 1:] |= peak[:, :-1]
    kept |= (top == np.inf) | ~kept.any(axis=1, keepdims=True)
    return np.asarray(kept & (np.diff(edges) > 0.0))


@lru_cache(maxsize=32)
def last_coefficients(nodes: int) -> np.ndarray:
    """The map from values at a panel's nodes to Legendre coefficients: two middle, two last."""
    points, weights = legendre(nodes)
    orders = [nodes // 2 - 1, nodes // 2, nodes - 2, nodes - 1]
    polynomials = np.polynomial.legendre.legvander(points, nodes - 1)[:, orders]
    return np.asarray((polynomials * weights[:, None] * (np.array(orders) + 0.5)).T)


def missed(panels: Panels, top: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What panels hold, what that may err by, in units of exp(top), and which are smooth.

    A rule of n nodes is exact up to the order 2 n. Coefficients that fell by a factor from n / 2
    to n fall at least by its square from there to 2 n where the integrand is analytic; at a kink
    they hardly fall, and neither does the estimate.
    """
    base = np.where(np.isfinite(top), top, 0.0)[panels.row]
    own = panels.exponent.max(axis=0)
    shift = np.where(np.isfinite(own), own, 0.0)
    values = np.exp(panels.exponent - shift)  # of its own largest: far below the top all underflow
    length = panels.right - panels.left
    found = np.abs(last_coefficients(len(values)) @ values) * length
    middle, last = np.maximum(found[0], found[1]), np.maximum(found[2], found[3])
    rounding = length * noise(panels)
    fall = np.minimum(last / np.maximum(middle, 1e-300), 1.0)
    missing = np.where(last <= 4.0 * rounding, 0.0, last * fall**2)
    share = np.exp(own - base)
    holds = (panels.weight * values).sum(axis=0) * share
    return holds, missing * share, last <= np.maximum(SMOOTH * length, 4.0 * rounding)


def noise(panels: Panels) -> np.ndarray:
    """The relative error of each panel's integral that rounding of its exponents makes."""
    highest = panels.exponent.max(axis=0)
    return ROUNDING * np.maximum(1.0, np.where(np.isfinite(highest), np.abs(highest), 0.0))


def highest(panels: Panels, top: np.ndarray) -> np.ndarray:
    """What a panel could hold at most, were it as high as its exponents point to beyond its nodes.

    From the last node to the edge is a quarter of the way between the last two.
    """
    base = np.where(np.isfinite(top), top, 0.0)[panels.row]
    seen, upper = panels.exponent, panels.exponent.max(axis=0)
    with np.errstate(invalid="ignore"):
        rise = 0.5 * np.fmax(np.fmax(seen[0] - seen[1], seen[-1] - seen[-2]), 0.0)
    beyond = upper + rise - base + np.log(panels.right - panels.left)
    return np.asarray(np.exp(np.minimum(beyond, 700.0)))
