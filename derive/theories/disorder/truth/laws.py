"""The laws of a description in numbers, and draws by the inverse of their distribution function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from derive.errors import SamplingError
from derive.theories.disorder.truth.numeric import Array, Values, evaluate

SCAN = np.concatenate([-np.geomspace(1e4, 1e-4, 4001), [0.0], np.geomspace(1e-4, 1e4, 4001)])
"""Where the mass of a density is looked for."""
DEPTH = 40.0
"""ln of how far below its largest value a density is left out: e^-40 is below rounding."""
NODES = 2**15
"""Of the tabulated distribution function: it is off by the square of the spacing, 1e-6."""


def points(base: Any, values: Values) -> tuple[Array, Array]:
    """The values that have weights, and these: (points,), or (points, sites) given attributes."""
    pairs = [
        np.broadcast_arrays(*(np.asarray(evaluate(entry, values), dtype=float) for entry in pair))
        for pair in base.points
    ]
    shape = np.broadcast_shapes(*(place.shape for place, _ in pairs))
    places, weights = (
        np.array([np.broadcast_to(pair[part], shape) for pair in pairs]) for part in (0, 1)
    )
    return places, weights


def log_density(base: Any, symbol: Any, values: Values, x: Array) -> Array:
    """ln of the density where there is one, without the law's points."""
    lower, upper, offset = (
        evaluate(entry, values) for entry in (base.lower, base.upper, base.offset)
    )
    with np.errstate(all="ignore"):
        found = evaluate(base.log_density, {**values, symbol: x}) + offset + np.zeros_like(x)
    return np.where((x >= lower) & (x <= upper) & ~np.isnan(found), found, -np.inf)


def draw(
    base: Any, symbol: Any, numbers: Values, rng: Any, count: int, given: Mapping[Any, Array]
) -> Array:
    """Independent draws from a law, which need not be normalised, one for every site.

    Args:
        base: The law.
        symbol: Of what is drawn.
        numbers: Of the parameters.
        rng: The random generator.
        count: The number of sites.
        given: What the law may depend on, an array over sites each.
    """
    entries = [base.log_density, base.lower, base.upper, *(e for pair in base.points for e in pair)]
    used = {s for entry in entries if entry is not None for s in sympy.sympify(entry).free_symbols}
    known = [name for name in given if name in used]
    if not known:
        return _alike(base, symbol, numbers, rng, count)
    rows, kind = np.unique([given[name] for name in known], axis=1, return_inverse=True)
    drawn = np.empty(count)
    for k, row in enumerate(rows.T):
        here = kind.ravel() == k
        values = {**numbers, **dict(zip(known, map(float, row), strict=True))}
        drawn[here] = _alike(base, symbol, values, rng, int(here.sum()))
    return drawn


def _alike(base: Any, symbol: Any, numbers: Values, rng: Any, count: int) -> Array:
    """Draws from one law.

    Raises:
        SamplingError: It is the sphere's, whose sites are not independent, or has no mass.
    """
    if base.square is not None:
        raise SamplingError(f"{symbol}: the sites of a sphere are not independent")
    places, weights = points(base, numbers) if base.points else (np.zeros(0), np.zeros(0))
    if base.log_density is None:
        return np.asarray(rng.choice(places, size=count, p=weights / weights.sum()))
    grid, mass = _distribution(base, symbol, numbers)
    level = rng.random(count) * (mass[-1] + weights.sum())
    continuous = np.interp(level, mass, grid)
    if not len(places):
        return continuous
    atom = np.searchsorted(mass[-1] + np.cumsum(weights), level).clip(0, len(places) - 1)
    return np.where(level < mass[-1], continuous, places[atom])


def _distribution(base: Any, symbol: Any, numbers: Values) -> tuple[Array, Array]:
    """A grid, and the mass below each of its points by the trapezoidal rule."""
    coarse = log_density(base, symbol, numbers, SCAN)
    top = coarse.max()
    if not np.isfinite(top):
        raise SamplingError(f"the density of {symbol} has no mass: {base.log_density}")
    heavy = np.flatnonzero(coarse > top - DEPTH)
    ends = SCAN[max(heavy[0] - 1, 0)], SCAN[min(heavy[-1] + 1, len(SCAN) - 1)]
    if max(map(abs, ends)) == SCAN[-1]:
        raise SamplingError(f"the density of {symbol} does not fall off: {base.log_density}")
    lower, upper = (float(evaluate(end, numbers)) for end in (base.lower, base.upper))
    grid = np.linspace(max(lower, ends[0]), min(upper, ends[1]), NODES)
    density = np.exp(log_density(base, symbol, numbers, grid))
    steps = np.diff(grid) * (density[1:] + density[:-1]) / 2
    return grid, np.concatenate([[0.0], np.cumsum(steps)])
