"""Numbers for a model, at which nothing is symmetric, equal to one, or at the saddle point."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy

from derive.steps.compare import Agreement
from derive.theories.disorder.derivation.measures import attributes_of
from derive.theories.disorder.derivation.overlaps import Linear
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.nodes import replica_values, tower_values
from derive.theories.disorder.nodes.replicas import Entry, N
from derive.theories.disorder.nodes.tower_values import at_nodes
from derive.theories.disorder.nodes.towers import NO_LABELS, Law

QUADRATURE = 8
"""Digits that float quadrature gives."""
DIFFERENCES = 6
"""Digits that differences of it give."""

Values = dict[Any, Any]


def agreement(digits: int, most: int = QUADRATURE) -> Agreement:
    """As many digits as are asked for, and as quadrature gives."""
    return Agreement(min(digits, most))


def parameters_of(state: State, seed: int) -> Values:
    """Parameters between their defaults and one, so that no weight is narrow.

    The temperature is one at which moments of few replicas exist.
    """
    draw = np.random.default_rng(seed)
    model = state.model
    found: Values = {}
    for s in model.free():
        default = model.parameters.get(s.name)
        near = draw.uniform(0.85, 0.97)
        size = draw.uniform(0.4, 0.7) if default is None else abs(default) ** 0.5 or 0.2
        found[s] = float(near * size * (-1 if default is not None and default < 0 else 1))
    if BETA in found:
        found[BETA] = float(draw.uniform(0.31, 0.37))
    for s in _exponents(state):
        found[s] = model.parameters.get(s.name, 3.0)
    return found


def _exponents(state: State) -> set[Any]:
    """Parameters that are powers: of spins per coupling there is a whole number."""
    powers = [p for c in state.model.couplings for p in c.covariance.atoms(sympy.Pow)]
    return set().union(*(p.exp.free_symbols for p in powers))


def instance_of(state: State, seed: int = 3) -> Values:
    """Values of parameters, order parameters and conjugates, replica symmetric."""
    draw = np.random.default_rng(seed + 1)
    values = parameters_of(state, seed)

    def near(size: float) -> float:
        return float(size * draw.uniform(0.9, 1.1))

    for square in state.overlaps.squares:
        sizes = (1.3, 0.31, 1.45, 0.17) if square.count == 1 else (0.13, 0.07, 0.06, 0.04)
        names = (square.diagonal, square.off, *square.conjugates)
        values |= {name: near(size) for name, size in zip(names, sizes, strict=True)}
    for linear in state.overlaps.linears:
        scale = _scale(state, linear, values)
        values |= {linear.parameter: near(0.27) * scale, linear.conjugate: near(0.19) / scale}
    return values


def _scale(state: State, linear: Linear, values: Values) -> float:
    """The size of the attribute that an overlap is with."""
    if linear.attribute is None:
        return 1.0
    return float(np.sqrt(attribute_average(state, linear.population, linear.attribute**2, values)))


def attribute_average(state: State, population: int, function: Any, values: Values) -> float:
    """The mean of a function of attributes, by quadrature."""
    attributes = attributes_of(state.model.sites[population])
    empty = sympy.Tuple()
    law = Law(sympy.Tuple(*attributes), empty, empty, empty, sympy.S.Zero, NO_LABELS)
    mass, found = at_nodes(function, law, values)
    return float(mass @ found)


def symmetric_entries(state: State, values: Values, n: int) -> Values:
    """Matrices and vectors of n replicas that are symmetric, entry by entry."""
    found: Values = {N: n}
    for square in state.overlaps.squares:
        hat, off_hat = square.conjugates
        for a, b in itertools.product(range(n), repeat=2):
            alike = a == b
            found[Entry(square.off, a, b)] = values[square.diagonal if alike else square.off]
            found[Entry(off_hat, a, b)] = -values[hat] if alike else values[off_hat]
    for linear in state.overlaps.linears:
        for a in range(n):
            for each in (linear.parameter, linear.conjugate):
                found[Entry(each, a)] = values[each]
    return {**values, **found}


__all__ = [
    "QUADRATURE",
    "agreement",
    "attribute_average",
    "instance_of",
    "parameters_of",
    "replica_values",
    "symmetric_entries",
    "tower_values",
]
