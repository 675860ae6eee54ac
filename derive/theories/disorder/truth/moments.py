r"""Integer moments of the partition function at finite N, without sampling.

Given the replicas and the teacher the fields of an example are jointly Gaussian, with covariances
that are overlaps at N sites, so that for discrete variables

.. math:: E Z^n = \sum_{\text{overlaps}} (\text{number of ways})\; I(\text{overlaps})^P
          e^{N \frac{\beta^2}{2} \sum_{ab} g(Q_{ab}) - \beta N \sum_a e(m_a)}

where the sum runs over the values that overlaps take, built up site by site, and I is an average
over n fields, a teacher's field and a label.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy
from scipy import linalg
from scipy.special import logsumexp

from derive.errors import SamplingError
from derive.theories.disorder.description import (
    BETA,
    LABEL,
    Chosen,
    DisorderedModel,
    Examples,
    GaussianLabel,
    Value,
    symbol,
)
from derive.theories.disorder.truth.fields import chain, expectation
from derive.theories.disorder.truth.instance import Layout
from derive.theories.disorder.truth.laws import points
from derive.theories.disorder.truth.measured import Measured
from derive.theories.disorder.truth.numeric import Array, evaluate
from derive.theories.disorder.truth.weights import log_factor

COARSE, FINE = 12, 16
"""Nodes of a panel; the difference of both is the error."""
SAME = 1e-9
"""Overlaps that differ by less are one."""


@dataclass(frozen=True, eq=False)
class Ways:
    """The values that sums over sites take.

    Attributes:
        labels: What is summed: ("x", a, b), ("t", name, name), ("tx", name, a), ("m", name, a).
        sums: Shape (ways, labels).
        logs: ln of the weight of each.
    """

    labels: tuple[tuple[Any, ...], ...]
    sums: Array = field(repr=False)
    logs: Array = field(repr=False)

    def row(self, k: int) -> dict[tuple[Any, ...], float]:
        """The sums of one way."""
        return dict(zip(self.labels, self.sums[k].tolist(), strict=True))


def moment(
    model: DisorderedModel, size: int, numbers: Mapping[str, float], n: int, *, typical: bool = True
) -> Measured:
    """(1/N) ln E Z^n, with the error of the quadrature.

    Args:
        model: One population of one discrete component, discrete attributes, Gaussian inputs.
        size: N.
        numbers: Of the parameters.
        n: The number of replicas.
        typical: Whether every value of the attributes is at as many sites as its probability says,
            as in E_t ln; otherwise Z^n is averaged over them too.

    Raises:
        SamplingError: The model is not of that form.
    """
    layout = Layout.of(model, size, numbers)
    _require(layout)
    ways = _ways(layout, n, typical)
    coarse, fine = (_log_moment(layout, ways, n, nodes) / size for nodes in (COARSE, FINE))
    detail = f"n = {n}, N = {size}, all {len(ways.sums)} values of the overlaps summed"
    return Measured(f"(1/N) ln E Z^{n}", fine, abs(fine - coarse), detail)


def _require(layout: Layout) -> None:
    model = layout.model
    if len(layout.components) > 1:
        raise SamplingError("moments are written for one component of one population")
    for examples in model.examples:
        if len(model.students(examples)) != 1 or len(model.teachers(examples)) > 1:
            raise SamplingError("moments are written for one field and one teacher's field")
        if examples.inputs != "gaussian":
            raise SamplingError("moments are written for Gaussian inputs")


def _ways(layout: Layout, n: int, typical: bool) -> Ways:
    """All sums over N sites, one site after the other."""
    kinds = _attribute_values(layout)
    classes = [_classes(layout, values, n) for values, _ in kinds]
    labels = classes[0][0]
    if typical:
        counts = [layout.count(sympy.Float(odds), "typical attributes") for _, odds in kinds]
        sites = [k for k, count in enumerate(counts) for _ in range(count)]
        steps = [classes[k][1:] for k in sites]
    else:
        sums = np.concatenate([sums for _, sums, _ in classes])
        logs = [kind[2] + np.log(odds) for kind, (_, odds) in zip(classes, kinds, strict=True)]
        steps = [(sums, np.concatenate(logs))] * layout.size
    total, weight = np.zeros((1, len(labels))), np.zeros(1)
    for more, log_ways in steps:
        total = (total[:, None] + more).reshape(-1, len(labels))
        weight = (weight[:, None] + log_ways).ravel()
        total, weight = _merged(total, weight)
    return Ways(labels, *_merged(_ordered(labels, total, n), weight))


def _ordered(labels: tuple[tuple[Any, ...], ...], sums: Array, n: int) -> Array:
    """Sums with the replicas in one order: the one whose sums come first."""
    place = {label: k for k, label in enumerate(labels)}
    best = sums
    for order in itertools.permutations(range(n)):
        other = sums[:, [place[_renamed(label, order)] for label in labels]]
        differ = np.abs(other - best) > SAME
        first = differ.argmax(axis=1)
        rows = np.arange(len(sums))
        sooner = differ.any(axis=1) & (other[rows, first] < best[rows, first])
        best = np.where(sooner[:, None], other, best)
    return best


def _renamed(label: tuple[Any, ...], order: tuple[int, ...]) -> tuple[Any, ...]:
    """A sum with its replicas renamed."""
    kind, *rest = label
    if kind == "x":
        return ("x", *sorted(order[a] for a in rest))
    return label if kind == "t" else (kind, rest[0], order[rest[1]])


def _merged(sums: Array, logs: Array) -> tuple[Array, Array]:
    """Rows that are alike, with their weights added."""
    keys = np.round(sums / SAME).astype(np.int64)
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    top = np.full(len(first), -np.inf)
    np.maximum.at(top, group.ravel(), logs)
    mass = np.zeros(len(first))
    np.add.at(mass, group.ravel(), np.exp(logs - top[group.ravel()]))
    return sums[first], top + np.log(mass)


def _attribute_values(layout: Layout) -> list[tuple[dict[Any, float], float]]:
    """All values of the attributes of a site, and their probabilities."""
    found: list[tuple[dict[Any, float], float]] = [({}, 1.0)]
    for name, law in layout.model.sites[0].attributes.items():
        base = law.base(symbol(name))
        if base.log_density is not None:
            raise SamplingError(f"{name} is not discrete; moments are sums over its values")
        grown = []
        for values, odds in found:
            places, weights = points(base, {**layout.numbers, **values})
            for place, weight in zip(places.ravel(), weights.ravel(), strict=True):
                grown.append(({**values, symbol(name): float(place)}, odds * float(weight)))
        found = grown
    return found


def _classes(
    layout: Layout, attributes: Mapping[Any, float], n: int
) -> tuple[tuple[tuple[Any, ...], ...], Array, Array]:
    """What a site with given attributes adds to the sums, for all values of its replicas."""
    (name,) = layout.components
    values = {**layout.numbers, **attributes}
    base = layout.components[name].variable.base(symbol(name))
    if base.log_density is not None:
        raise SamplingError(f"{name} is not discrete; moments are sums over its values")
    places, weights = points(base, values)
    rows, logs = [], []
    for chosen in itertools.product(range(len(places)), repeat=n):
        x = [float(places[k]) for k in chosen]
        rows.append(_site(layout, values, x))
        logs.append(float(np.log(weights[list(chosen)]).sum()))
    return tuple(rows[0]), np.array([list(row.values()) for row in rows]), np.array(logs)


def _site(
    layout: Layout, values: Mapping[Any, float], x: list[float]
) -> dict[tuple[Any, ...], float]:
    """What a site adds to the sums."""
    model, (name,) = layout.model, layout.components
    found: dict[tuple[Any, ...], float] = {}
    for a, first in enumerate(x):
        for b in range(a, len(x)):
            found["x", a, b] = first * x[b]
    for examples in model.examples:
        for teacher in model.teachers(examples):
            of = examples.fields[str(teacher)]
            t = values[symbol(of)]
            found["t", of, of] = t * t
            found |= {("tx", of, a): t * value for a, value in enumerate(x)}
    for label, form in model.mean.magnetisations.items() if model.mean else ():
        for a, value in enumerate(x):
            found["m", label, a] = float(evaluate(form, {**values, symbol(name): value}))
    return found


def _log_moment(layout: Layout, ways: Ways, n: int, nodes: int) -> float:
    logs = np.array(
        [ways.logs[k] + _log_factors(layout, ways.row(k), n, nodes) for k in range(len(ways.logs))]
    )
    return float(logsumexp(logs))


def _log_factors(
    layout: Layout, sums: Mapping[tuple[Any, ...], float], n: int, nodes: int
) -> float:
    """ln of everything but the number of ways."""
    model, size, numbers = layout.model, layout.size, layout.numbers
    total = 0.0
    for examples in model.examples:
        count = layout.count(examples.ratio, "examples")
        average = _example(layout, examples, sums, n, nodes)
        with np.errstate(divide="ignore"):
            total += count * float(np.log(average)) if count else 0.0
    ((overlap, _),) = layout.overlaps.items()
    for term in model.couplings:
        for a, b in itertools.product(range(n), repeat=2):
            q = sums["x", min(a, b), max(a, b)] / size
            g = evaluate(term.covariance, {**numbers, overlap: q})
            total += size * numbers[BETA] ** 2 / 2 * float(g)
    if model.mean is not None:
        for a in range(n):
            means = {symbol(name): sums["m", name, a] / size for name in model.mean.magnetisations}
            energy = float(evaluate(model.mean.energy, {**numbers, **means}))
            total -= size * numbers[BETA] * energy
    return total


def _example(
    layout: Layout, examples: Examples, sums: Mapping[tuple[Any, ...], float], n: int, nodes: int
) -> float:
    """The average of the n factors of one example."""
    model = layout.model
    (student,) = model.students(examples)
    replicas = [sympy.Symbol(f"{student}__{a}", real=True) for a in range(n)]
    factor = sympy.exp(log_factor(examples)) if examples.weight is None else examples.weight
    weight = sympy.Mul(*(factor.xreplace({student: h}) for h in replicas))
    tilt = sympy.S.One if examples.tilt is None else examples.tilt
    names = [*model.teachers(examples), *replicas]
    names, covariance, weight = _labelled(
        examples.labels, names, _covariance(layout, examples, sums, n), tilt * weight, layout
    )
    order, determined = chain(names, covariance)
    found = expectation(weight.xreplace(determined), order, layout.numbers, nodes)
    if examples.tilt is None:
        return found
    return found / expectation(tilt, order[:1], layout.numbers, nodes)


def _covariance(
    layout: Layout, examples: Examples, sums: Mapping[tuple[Any, ...], float], n: int
) -> Array:
    """Of the teacher's field, if there is one, and those of the replicas."""
    teachers = layout.model.teachers(examples)
    start = len(teachers)
    found = np.empty((start + n, start + n))
    for a, b in itertools.product(range(n), repeat=2):
        found[start + a, start + b] = sums["x", min(a, b), max(a, b)]
    for teacher in teachers:
        of = examples.fields[str(teacher)]
        found[0, 0] = sums["t", of, of]
        found[0, 1:] = found[1:, 0] = [sums["tx", of, a] for a in range(n)]
    return found / layout.size


def _labelled(
    labels: Any, names: list[Any], covariance: Array, weight: Any, layout: Layout
) -> tuple[list[Any], Array, Any]:
    """Gaussian variables, their covariance, and the weight times the label's law in them."""
    if isinstance(labels, Value):
        return names, covariance, weight.xreplace({LABEL: labels.expression})
    if isinstance(labels, Chosen):
        terms = [(weight * labels.law).xreplace({LABEL: value}) for value in labels.values]
        return names, covariance, sympy.Add(*terms)
    if not isinstance(labels, GaussianLabel):
        return names, covariance, weight
    teacher, slope = names[0], sympy.diff(labels.mean, names[0])
    beside = slope.free_symbols | labels.variance.free_symbols | weight.free_symbols
    if teacher in beside or labels.mean.subs(teacher, 0) != 0:  # noise is a variable of its own
        noise = sympy.Dummy("noise", real=True)
        label = labels.mean + sympy.sqrt(labels.variance) * noise
        covariance = linalg.block_diag(covariance, 1.0)
        return [*names, noise], covariance, weight.xreplace({LABEL: label})
    factor, noise = (float(evaluate(e, layout.numbers)) for e in (slope, labels.variance))
    scale = np.diag([factor, *[1.0] * (len(names) - 1)])
    covariance = scale @ covariance @ scale
    covariance[0, 0] += noise
    return [LABEL, *names[1:]], covariance, weight
