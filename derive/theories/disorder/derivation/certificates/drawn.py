"""Vectors drawn at a few sites, and their overlaps by loops over the sites."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.theories.disorder.derivation.certificates.instance import Values
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import Entry, N
from derive.theories.disorder.truth.numeric import Array, evaluate

SITES = 4
"""Of each population."""


@dataclass(frozen=True)
class Drawn:
    """Components and attributes at the sites of all populations.

    Attributes:
        x: From components to arrays of shape (replicas, sites).
        t: From attributes to arrays over the sites.
    """

    x: dict[Any, Array]
    t: dict[Any, Array]

    @property
    def replicas(self) -> int:
        """n."""
        return len(next(iter(self.x.values())))


def drawn(state: State, replicas: int, seed: int) -> Drawn:
    """Generic vectors: a covariance knows nothing of where they are from."""
    draw = np.random.default_rng(seed)
    x: dict[Any, Array] = {}
    t: dict[Any, Array] = {}
    for sites in state.model.sites:
        x |= {name: draw.normal(size=(replicas, SITES)) for name in sites.variables}
        t |= {name: draw.normal(size=SITES) for name in sites.quenched}
    return Drawn(x, t)


def entries_of(state: State, of: Drawn) -> Values:
    """Overlaps per site of a population, and means of observables, entry by entry."""
    n = of.replicas
    found: Values = {N: n}
    for square in state.overlaps.squares:
        first, second = (of.x[x] for x in square.components)
        for a, b in itertools.product(range(n), repeat=2):
            found[Entry(square.off, a, b)] = float(first[a] @ second[b] / first.shape[1])
    for linear in state.overlaps.linears:
        for a in range(n):
            found[Entry(linear.parameter, a)] = observed(linear.observable, of, a)
    return found


def observed(observable: Any, of: Drawn, replica: int) -> float:
    """The mean of an observable over the sites."""
    values = {**of.t, **{name: x[replica] for name, x in of.x.items()}}
    used = {s: v for s, v in values.items() if s in observable.free_symbols}
    return float(np.mean(evaluate(observable, used)))


__all__ = ["SITES", "Drawn", "drawn", "entries_of", "observed"]
