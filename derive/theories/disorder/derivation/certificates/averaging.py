r"""The average over the disorder, for drawn vectors.

The fields' generating function is a product over the inputs, each averaged by itself:

.. math:: E\, e^{\sum_f \lambda_f h_f}
          = \prod_i E_\xi\, e^{\xi \sum_f \lambda_f v_{f,i} / \sqrt N}

Of inputs that are not Gaussian the second moments are compared. Couplings are drawn one by one: the
variance of a sum over their indices, by loops. Weights and labels are those of the description.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import Agreement, guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.drawn import (
    SITES,
    Drawn,
    drawn,
    entries_of,
    observed,
)
from derive.theories.disorder.derivation.certificates.instance import (
    QUADRATURE,
    Values,
    agreement,
    attribute_average,
    parameters_of,
)
from derive.theories.disorder.derivation.state import BETA, State
from derive.theories.disorder.description import LABEL, Chosen, Examples, GaussianLabel, Value
from derive.theories.disorder.description.parts import overlaps
from derive.theories.disorder.nodes.replica_values import at_replicas
from derive.theories.disorder.nodes.replicas import FieldMoment
from derive.theories.disorder.truth.numeric import evaluate as number
from derive.theories.disorder.truth.weights import log_factor

REPLICAS = 2
MOST_SPINS = 5
"""Couplings of more spins than this are too many to be looped over."""


def averaging(before: State, after: State) -> Certificate:
    """Fields, couplings and the mean energy."""

    def check(digits: int) -> Evidence:
        found, values = agreement(digits), parameters_of(before, 11)
        vectors = drawn(before, REPLICAS, 12)
        at = {**values, **entries_of(before, vectors)}
        moments: dict[Any, Any] = {}
        total: Any = 0.0
        for examples in before.model.examples:
            node = _moment_of(after, examples)
            _fields(found, before, examples, node, at, vectors)
            _weights(found, before, examples, node, values)
            moments[node] = moments.get(node, sympy.Dummy(real=True))
            weight = 0.4 + 0.1 * len(moments)
            at[moments[node]] = at.get(moments[node], weight)
            total += float(evaluate(examples.ratio, values)) * at[moments[node]]
        total += _energies(before, at, vectors, values)
        found.compare("the exponent", evaluate(after.exponent.xreplace(moments), at), total)
        return found.evidence(
            f"{SITES} sites and {REPLICAS} replicas, input by input and coupling by coupling, "
            f"to at most {QUADRATURE} digits"
        )

    return guarded(check)


def _moment_of(state: State, examples: Examples) -> Any:
    """The node of some examples, found by its fields and its weight at a point."""
    names = {str(s) for s in examples.symbols}
    for node in sorted(state.exponent.atoms(FieldMoment), key=str):
        fields = {s.name for s in (*node.args[1], *node.args[2])}
        if fields == names and _same_weight(node, examples):
            return node
    raise CertificateError(f"no moment of the fields {', '.join(sorted(names))} with their weight")


def _same_weight(node: Any, examples: Examples) -> bool:
    symbols = sorted(log_factor(examples).free_symbols | node.args[0].free_symbols, key=str)
    for seed in range(5):
        draw = np.random.default_rng(seed)
        at = {s: float(draw.uniform(0.2, 1.4)) for s in symbols}
        with np.errstate(all="ignore"):
            due = np.exp(number(log_factor(examples), at))
        if not np.isclose(number(node.args[0], at), due, rtol=1e-10, atol=0):
            return False
    return True


def _fields(
    found: Agreement, state: State, examples: Examples, node: Any, at: Values, vectors: Drawn
) -> None:
    """The covariance of all fields against the inputs, one by one."""
    columns, entries, kinds = _columns(state, examples, node, at, vectors)
    size = len(node.args[1]) + len(node.args[2])
    covariance = np.empty((len(columns), len(columns)))
    for row, column in itertools.product(range(len(columns)), repeat=2):
        (place, a), (other, b) = entries[row], entries[column]
        replicas = [r for r in (a, b) if r is not None]
        covariance[row, column] = evaluate(
            at_replicas(node.args[3][place * size + other], *replicas), at
        )
    for row, column in itertools.product(range(len(columns)), repeat=2):
        if kinds[row] is not None and kinds[column] is not None:  # two attributes
            population = kinds[row][0]
            due = 0.0
            if population == kinds[column][0]:
                ratio = float(evaluate(state.model.sites[population].ratio, at))
                due = ratio * attribute_average(
                    state, population, kinds[row][1] * kinds[column][1], at
                )
            found.compare("the teacher's fields", covariance[row, column], due)
            # The drawn vectors are not typical ones.
            covariance[row, column] = columns[row] @ columns[column]
    if examples.inputs == "gaussian":
        lam = np.linspace(0.31, -0.43, len(columns))
        sums = np.transpose(columns) @ lam
        xi, mass = np.polynomial.hermite_e.hermegauss(60)
        logs = np.log(np.exp(np.outer(sums, xi)) @ (mass / mass.sum()))
        found.compare("the fields", lam @ covariance @ lam / 2, logs.sum())
        return
    inputs = np.array(list(itertools.product((1.0, -1.0), repeat=np.shape(columns)[1])))
    fields = inputs @ np.transpose(columns)
    found.compare("the fields", covariance, fields.T @ fields / len(inputs))


def _columns(
    state: State, examples: Examples, node: Any, at: Values, vectors: Drawn
) -> tuple[Any, Any, Any]:
    """What each field reads at each input over sqrt(N), and its place in the covariance."""
    columns: list[Any] = []
    entries: list[Any] = []
    kinds: list[Any] = []
    width = SITES * len(state.model.sites)
    names = [*node.args[2], *node.args[1]]
    order: list[Any] = [(k, None) for k in range(len(node.args[2]))]
    order += [(len(node.args[2]) + k, a) for a in range(REPLICAS) for k in range(len(node.args[1]))]
    for place, replica in order:
        of = examples.fields[names[place].name]
        home = state.model.home(of)
        number_of = state.model.sites.index(home)
        known = {s.name: s for s in (*home.variables, *home.quenched)}[of]
        vector = vectors.t[known] if replica is None else vectors.x[known][replica]
        full = np.zeros(width)
        # N is the number of sites of this population over its ratio.
        size = SITES / float(evaluate(home.ratio, at))
        full[number_of * SITES : (number_of + 1) * SITES] = vector / np.sqrt(size)
        columns.append(full)
        entries.append((place, replica))
        kinds.append((number_of, known) if replica is None else None)
    return np.array(columns), entries, kinds


def _weights(found: Agreement, state: State, examples: Examples, node: Any, values: Values) -> None:
    """A function of the label, given the teacher's fields, averaged by both."""
    labels, draw = node.args[4], np.random.default_rng(4)
    for _ in range(3):
        at = {**values, **{u: float(draw.normal()) for u in node.args[2]}}
        due = 1.0 if examples.tilt is None else float(number(examples.tilt, at))
        found.compare("the tilt", float(number(labels.tilt, at)), due)
        found.compare("the label's law", *map(_label_moments, (labels, examples.labels), (at, at)))


def _label_moments(labels: Any, at: Values) -> list[float]:
    """The mean of 1, y, y^2 and y^3."""
    kind = getattr(labels, "kind", None)
    if labels is None or kind == "none":
        return [1.0, 0.0, 0.0, 0.0]
    if isinstance(labels, Value) or kind == "value":
        given = labels.expression if kind is None else labels.expressions[0]
        y = float(number(given, at))
        return [1.0, y, y**2, y**3]
    if isinstance(labels, Chosen) or kind == "chosen":
        law = labels.law if kind is None else labels.expressions[0]
        values = [float(number(v, at)) for v in labels.values]
        odds = [float(number(law, {**at, LABEL: v})) for v in values]
        return [sum(p * v**k for p, v in zip(odds, values, strict=True)) for k in range(4)]
    pair = (
        (labels.mean, labels.variance) if isinstance(labels, GaussianLabel) else labels.expressions
    )
    mean, variance = (float(number(e, at)) for e in pair)
    return [1.0, mean, mean**2 + variance, mean**3 + 3 * mean * variance]


def _energies(state: State, at: Values, vectors: Drawn, values: Values) -> float:
    """Of the Gaussian Hamiltonians (1/N) ln E exp(-beta sum_a H), and -beta e, per site."""
    total = 0.0
    known = overlaps(state.model)
    for term in state.model.couplings:
        for a, b in itertools.product(range(REPLICAS), repeat=2):
            total += values[BETA] ** 2 / 2 * _coupled(term.covariance, known, vectors, a, b, values)
    mean = state.model.mean
    if mean is not None:
        for a in range(REPLICAS):
            means = {
                sympy.Symbol(name, real=True): observed(what, vectors, a)
                for name, what in mean.magnetisations.items()
            }
            total -= values[BETA] * float(number(mean.energy, {**values, **means}))
    return total


def _coupled(g: Any, known: Any, vectors: Drawn, a: int, b: int, values: Values) -> float:
    """E H(x^a) H(x^b) / N: of each monomial the couplings one by one, if they are not too many."""
    symbols = list(known)
    places = {
        s: (of.variables[k - 1], of.variables[other - 1]) for s, (of, k, other) in known.items()
    }
    plain = sympy.expand(g.xreplace({s: sympy.Float(v) for s, v in values.items()}))
    low = plain.is_polynomial(*symbols) and sympy.Poly(plain, *symbols).total_degree() <= MOST_SPINS
    if not low:  # the description says what it is
        overlap = {
            s: float(vectors.x[first][a] @ vectors.x[second][b] / SITES)
            for s, (first, second) in places.items()
        }
        return float(number(plain, overlap))
    total = 0.0
    for powers, coefficient in sympy.Poly(plain, *symbols).terms():
        pairs = [places[s] for s, power in zip(symbols, powers, strict=True) for _ in range(power)]
        for indices in itertools.product(range(SITES), repeat=len(pairs)):
            product = float(coefficient)
            for (first, second), i in zip(pairs, indices, strict=True):
                product *= vectors.x[first][a, i] * vectors.x[second][b, i] / SITES
            total += product
    return total
