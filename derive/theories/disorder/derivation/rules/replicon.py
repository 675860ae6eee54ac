r"""Stability against breaking the symmetry of replicas.

The second variation of the free entropy in a direction eta with zero diagonal and zero row sums.
A tower brings products of moments of one replica, by how many replicas the two pairs share:

.. math:: \sum_{ab,cd} \eta_{ab} \eta_{cd} \langle x_a x_b x_c x_d \rangle
          = 2 \sum_{ab} \eta_{ab}^2\, (P - 2 R_1 + R_0)

with two shared, one, and none; the moments are those of one replica in the same field, averaged
over it. Conjugates stationary, what is left is positive while the replicon is:

.. math:: \lambda = 1 - \max \mathrm{spec}\, (B A)

for A of the sites and B of examples and couplings. With one component
:math:`\lambda = 1 - [\alpha E (\partial^2_\omega L)^2 + \beta^2 g''(q)]\, E (\langle x^2\rangle -
\langle x\rangle^2)^2`.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy

from derive.errors import RuleError
from derive.theories.disorder.derivation.averages import reduced
from derive.theories.disorder.derivation.measures import labels_in, weight_of
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.description.parts import overlaps
from derive.theories.disorder.nodes.towers import (
    FieldIntegral,
    Leaf,
    Mean,
    mean,
    opened,
    slope,
)

Pair = tuple[int, Any, Any]
"""The population, and two of its components, in order."""


def replicon_matrix(state: State) -> sympy.Matrix:
    """The matrix B A over ordered pairs of components, whose largest eigenvalue is 1 - lambda."""
    pairs = pairs_of(state)
    sites = sympy.Matrix([[site_part(state, p, r) for r in pairs] for p in pairs])
    fields = sympy.Matrix([[field_part(state, p, r) for r in pairs] for p in pairs])
    ratios = sympy.diag(*(1 / state.model.sites[p[0]].ratio for p in pairs))
    return (ratios * fields * sites).applyfunc(lambda e: reduced(opened(e)))


def pairs_of(state: State) -> list[Pair]:
    """All ordered pairs of components."""
    found: list[Pair] = []
    for square in state.overlaps.squares:
        first, second = square.components
        found.append((square.population, first, second))
        if first != second:
            found.append((square.population, second, first))
    return found


def site_part(state: State, one: Pair, other: Pair) -> Any:
    """What the sites of a population bring."""
    if one[0] != other[0]:
        return sympy.S.Zero
    for node in state.exponent.atoms(Mean):
        leaf = node.args[0]
        if isinstance(leaf, Leaf) and set(one[1:]) <= set(leaf.inside):
            places = [leaf.inside.index(x) for x in (*one[1:], *other[1:])]
            return mean(contracted(leaf, places), node.law)
    raise RuleError(f"the free entropy has no integral over {one[1]}")


def field_part(state: State, one: Pair, other: Pair) -> Any:
    """What examples and couplings bring."""
    total = sympy.S.Zero
    for examples, (node, count) in example_means(state).items():
        given = state.model.examples[examples].fields
        leaf: Any = node.args[0]
        named = [given[h.name] for h in leaf.inside]
        for places in product(range(len(named)), repeat=4):
            wanted = [x.name for x in (*one[1:], *other[1:])]
            if [named[k] for k in places] == wanted:
                ratios = [state.model.sites[p[0]].ratio for p in (one, other)]
                inner = mean(contracted(leaf, list(places)), node.law)
                total += count * sympy.Mul(*ratios) * inner
    for coupling in state.model.couplings:
        total += BETA**2 * curvature(state, coupling.covariance, one, other)
    return total


def example_means(state: State) -> dict[int, tuple[Mean, Any]]:
    """The mean of each kind of examples in the free entropy, with its ratio.

    Raises:
        RuleError: There is none.
    """
    known = {
        (_plain(node.args[0].weight), _plain(node.law.labels)): node
        for node in state.exponent.atoms(Mean)
        if isinstance(node.args[0], FieldIntegral)
    }
    found = {}
    for number, examples in enumerate(state.model.examples):
        key = _plain(weight_of(examples)), _plain(labels_in(examples))
        if key not in known:
            raise RuleError(f"the free entropy has no mean over {examples}")
        found[number] = known[key], examples.ratio
    return found


def _plain(node: Any) -> Any:
    """A node with products multiplied out, as in a free entropy."""
    if isinstance(node, sympy.Expr):
        return sympy.expand_mul(node)
    return node.func(*map(_plain, node.args)) if node.args else node


def curvature(state: State, covariance: Any, one: Pair, other: Pair) -> Any:
    """g'' in the overlaps of two pairs, each of a component in one replica with one in another."""
    known = {
        (state.model.sites.index(sites), sites.variables[k - 1], sites.variables[m - 1]): s
        for s, (sites, k, m) in overlaps(state.model).items()
    }
    turned = {s: known[place, second, first] for (place, first, second), s in known.items()}
    even = (covariance + covariance.xreplace(turned)) / 2  # either replica may come first
    alike = {s: state.overlaps.square(*pair[1:]).off for pair, s in known.items()}
    return even.diff(known[one]).diff(known[other]).xreplace(alike)


def contracted(leaf: Any, places: list[int]) -> Any:
    """P - 2 R_1 + R_0 of the moments <x_k x_l> in one replica and others, as cumulants.

    `places` are k, l of the first pair of replicas a, b, and m, n of the second.
    """
    k, i, m, n = places
    shared = second(leaf, k, m) * second(leaf, i, n)
    one = second(leaf, k, m) * first(leaf, i) * first(leaf, n)
    two = second(leaf, i, n) * first(leaf, k) * first(leaf, m)
    none = first(leaf, k) * first(leaf, i) * first(leaf, m) * first(leaf, n)
    return opened(shared - one - two + none, powers=True)


def first(leaf: Any, place: int) -> Any:
    """<x_k>, or of a field e^{-L} d e^L / d omega."""
    return slope(leaf, place)


def second(leaf: Any, *places: int) -> Any:
    """<x_k x_l>, or the second derivative likewise."""
    return slope(leaf, *places) + slope(leaf, places[0]) * slope(leaf, places[1])
