r"""The replicon, by four replicas in the direction e_12 + e_34 - e_13 - e_24.

At a given field the second variation of a site or an example in that direction is

.. math:: \Big\langle \Big(\sum_{a<b} \eta_{ab}\, x_a x_b\Big)^2 \Big\rangle
          = \langle (x_1 - x_4)^2 \rangle \langle (x_2 - x_3)^2 \rangle

summed over four replicas of a site, and for fields a difference of the integral over four in the
covariance. What the rule makes of moments of one replica must be a quarter of it. Then the matrix
is put together anew: averages of squares by quadrature, differences of the couplings' covariance.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy
from sympy import Tuple

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import Agreement, guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.instance import (
    DIFFERENCES,
    Values,
    agreement,
    attribute_average,
    instance_of,
)
from derive.theories.disorder.derivation.certificates.stationarity import settled
from derive.theories.disorder.derivation.measures import labels_in, weight_of
from derive.theories.disorder.derivation.rules.replicon import contracted, pairs_of
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.description.parts import overlaps
from derive.theories.disorder.nodes.replica_nodes import of_measure
from derive.theories.disorder.nodes.tower_values import at_nodes
from derive.theories.disorder.nodes.towers import (
    FieldIntegral,
    Law,
    Leaf,
    Mean,
    SiteIntegral,
    slope,
)
from derive.theories.disorder.truth.fields import chain, expectation

DIRECTION = {(0, 1): 1, (2, 3): 1, (0, 2): -1, (1, 3): -1}
PANELS = 2
"""Of one of four replicas of a continuous variable."""
NODES = 16
STEP = 0.04


def replicon(state: State, theory: Theory) -> Certificate:
    """Four replicas at some fields, and the matrix put together anew."""

    def check(digits: int) -> Evidence:
        found = agreement(digits, DIFFERENCES)
        values = settled(theory, instance_of(state))
        leaves = sorted(
            {n.args[0] for n in state.exponent.atoms(Mean) if isinstance(n.args[0], Leaf)}, key=str
        )
        singles = [leaf for leaf in leaves if len(leaf.inside) == 1]
        four = agreement(digits, FOUR)
        for leaf in singles:
            _four(four, leaf, values)
        _matrix(found, state, theory, values)
        found.worst = min(found.worst, four.worst) if singles else found.worst
        return found.evidence(
            f"four replicas of {len(singles)} leaves to at most {FOUR} digits, the matrix by "
            f"quadrature to at most {DIFFERENCES}"
        )

    return guarded(check)


FOUR = 3
"""Digits of integrals over four replicas."""


def _four(found: Agreement, leaf: Any, values: Values) -> None:
    """A leaf at a generic field."""
    draw = np.random.default_rng(21)
    free = sorted(leaf.free_symbols - set(values), key=str)
    at = {**values, **{s: 1.0 if s.name == "y" else float(draw.uniform(0.2, 0.6)) for s in free}}
    due = (_four_sites if isinstance(leaf, SiteIntegral) else _four_fields)(leaf, at)
    found.compare(
        f"four replicas of {leaf.inside[0]}", evaluate(contracted(leaf, [0, 0, 0, 0]), at), due / 4
    )


def _four_sites(leaf: Any, at: Values) -> float:
    """The mean of the square of the direction's sum."""
    measure, (x,) = leaf.args[0][0], leaf.inside
    exponent = leaf.centres[0] * x - leaf.args[3][0] * x**2 / 2 + leaf.rest
    used = measure.free_symbols | exponent.free_symbols
    known = {s: float(v) for s, v in at.items() if s in used}
    nodes = of_measure(measure, exponent, exponent, known, 1, PANELS)
    places, mass = nodes.places[0], np.exp(nodes.logs[0] - nodes.logs[0].max())
    kept = mass > 1e-9
    places, mass = places[kept], mass[kept] / mass[kept].sum()
    axes = [places.reshape([-1 if k == a else 1 for k in range(4)]) for a in range(4)]
    total: Any = 0.0
    for (a, b), sign in DIRECTION.items():
        total = total + sign * axes[a] * axes[b]
    square = total**2
    for _ in range(4):
        square = square @ mass
    return float(square)


def _four_fields(leaf: Any, at: Values) -> float:
    """The second difference of the integral over four fields in their covariance."""
    (h,), (omega,) = leaf.inside, leaf.centres
    spread = float(evaluate(leaf.args[3][0], at))
    names = [sympy.Dummy(f"h{k}", real=True) for k in range(4)]
    centre = float(at[omega])
    product = sympy.Mul(*(leaf.weight.xreplace({h: name + centre}) for name in names))
    known = {s: float(v) for s, v in at.items() if s in product.free_symbols}
    step = STEP * spread

    def integral(shift: float) -> float:
        matrix = spread * np.eye(4)
        for (a, b), sign in DIRECTION.items():
            matrix[a, b] += sign * shift
            matrix[b, a] += sign * shift
        order, determined = chain(names, matrix)
        return expectation(product.xreplace(determined), order, known, NODES)

    middle = integral(0.0)
    coarse, fine = ((integral(s) - 2 * middle + integral(-s)) / s**2 for s in (step, step / 2))
    return (4 * fine - coarse) / 3 / middle


def _matrix(found: Agreement, state: State, theory: Theory, values: Values) -> None:
    """B A from averages of squares of second slopes."""
    pairs = pairs_of(state)
    size = len(pairs)
    sites, fields = np.zeros((size, size)), np.zeros((size, size))
    ratios = [float(evaluate(state.model.sites[p[0]].ratio, values)) for p in pairs]
    for row, column in itertools.product(range(size), repeat=2):
        one, other = pairs[row], pairs[column]
        sites[row, column] = _sites(state, one, other, values)
        fields[row, column] = _fields(state, one, other, values) * ratios[row] * ratios[column]
        fields[row, column] += _couplings(state, one, other, values)
    due = np.diag([1 / r for r in ratios]) @ fields @ sites
    ours = [[evaluate(theory.replicon[r, c], values) for c in range(size)] for r in range(size)]
    found.compare("the matrix", ours, due)


def _average(leaf: Any, places: list[int], law: Any, values: Values) -> float:
    """The mean of a product of second slopes: of the first with the third, second with fourth."""
    k, i, m, n = places
    mass, value = at_nodes(slope(leaf, k, m) * slope(leaf, i, n), law, values)
    return float(mass @ value)


def _sites(state: State, one: Any, other: Any, values: Values) -> float:
    if one[0] != other[0]:
        return 0.0
    for node in state.exponent.atoms(Mean):
        leaf = node.args[0]
        if isinstance(leaf, SiteIntegral) and set(one[1:]) <= set(leaf.inside):
            places = [leaf.inside.index(x) for x in (*one[1:], *other[1:])]
            return _average(leaf, places, node.law, values)
    raise CertificateError(f"the free entropy has no mean over sites of {one[1]}")


def _fields(state: State, one: Any, other: Any, values: Values) -> float:
    total = 0.0
    for examples in state.model.examples:
        leaf, law = _example(state, examples, values)
        read = [examples.fields[h.name] for h in leaf.inside]
        for places in itertools.product(range(len(read)), repeat=4):
            if [read[k] for k in places] == [x.name for x in (*one[1:], *other[1:])]:
                count = float(evaluate(examples.ratio, values))
                total += count * _average(leaf, list(places), law, values)
    return total


def _example(state: State, examples: Any, values: Values) -> tuple[Any, Any]:
    """The integral over the fields of one replica, and the law around it, from the description."""
    teachers, students = state.model.teachers(examples), state.model.students(examples)
    names = [*teachers, *students]
    centres = [sympy.Dummy(h.name, real=True) for h in students]

    def spread(rows: Any, place: int) -> list[Any]:
        return [_covariance(state, examples, f, g, place, values) for f in rows for g in rows]

    own = np.subtract(spread(students, 0), spread(students, 1))
    leaf = FieldIntegral(
        weight_of(examples), Tuple(*students), Tuple(*centres), Tuple(*map(sympy.Float, own))
    )
    shared = Tuple(*map(sympy.Float, spread(names, 1)))
    zero = Tuple(*[sympy.S.Zero] * len(names))
    fields, count = Tuple(*teachers, *centres), sympy.Integer(len(teachers))
    return leaf, Law(Tuple(), fields, zero, shared, count, labels_in(examples))


def _covariance(state: State, examples: Any, f: Any, g: Any, place: int, values: Values) -> float:
    """Of two fields, of one replica or of two."""
    read = [examples.fields[name.name] for name in (f, g)]
    homes = [state.model.home(name) for name in read]
    if homes[0] is not homes[1]:
        return 0.0
    ratio = float(evaluate(homes[0].ratio, values))
    variables = {x.name: x for x in homes[0].variables}
    x = [variables[name] for name in read if name in variables]
    t = [s for s in homes[0].quenched if s.name in read]
    if len(x) == 2:
        square = state.overlaps.square(*x)
        return ratio * float(values[square.off if place else square.diagonal])
    if x:
        return ratio * float(values[state.overlaps.linear(x[0], t[0]).parameter])
    population = state.model.sites.index(homes[0])
    product = sympy.Mul(*(sympy.Symbol(name, real=True) for name in read))
    return ratio * attribute_average(state, population, product, values)


def _couplings(state: State, one: Any, other: Any, values: Values) -> float:
    """beta^2 times the second difference of g, each pair by a symbol of its own."""
    places: dict[Any, Any] = {}
    for s, (sites, k, m) in overlaps(state.model).items():
        pair = sites.variables[k - 1], sites.variables[m - 1]
        places[(state.model.sites.index(sites), *pair)] = s
    start = {s: float(values[state.overlaps.square(*p[1:]).off]) for p, s in places.items()}

    def g(term: Any, s: float, t: float) -> float:
        """The mean over both orders of the replicas."""
        moved = {p: start[place] for p, place in places.items()}
        moved[one] += s
        moved[other] += t
        orders = [moved, {(k, i, j): moved[k, j, i] for k, i, j in moved}]
        return sum(
            float(evaluate(term, {**values, **{places[p]: v for p, v in order.items()}})) / 2
            for order in orders
        )

    def crossed(term: Any, s: float) -> float:
        return (g(term, s, s) - g(term, s, -s) - g(term, -s, s) + g(term, -s, -s)) / (4 * s * s)

    total = 0.0
    for coupling in state.model.couplings:
        row = [crossed(coupling.covariance, 0.02 / 2**k) for k in range(3)]
        row = [(4 * near - far) / 3 for far, near in itertools.pairwise(row)]
        total += float(values[BETA]) ** 2 * (16 * row[1] - row[0]) / 15
    return total
