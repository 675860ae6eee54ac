r"""Sums over all configurations of discrete variables, averaged over instances.

.. math:: \ln Z = \ln \sum_x \prod_i \mu(x_i) \prod_\mu w(y_\mu, h_\mu(x)) e^{-\beta H(x)}
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy

from derive.errors import SamplingError, SizeError
from derive.theories.disorder.description import BETA, DisorderedModel, symbol
from derive.theories.disorder.truth.instance import Instance, Layout, draw_instances
from derive.theories.disorder.truth.laws import points
from derive.theories.disorder.truth.measured import Measured, average
from derive.theories.disorder.truth.numeric import Array
from derive.theories.disorder.truth.overlaps import (
    FRESH,
    fresh_sets,
    order_parameters,
    pairs,
    predicted,
    sampled,
)
from derive.theories.disorder.truth.weights import energies, energy_of, log_weights, magnetisations

MOST = 2**22
"""Configurations that are summed."""
BLOCK = 2**13
"""Configurations that are summed at once."""
MOST_LOST = 0.05
"""The part of instances whose Z may be zero, where the average is still that of typical ones."""
NEGLIGIBLE = 1e-20
"""A probability that `MOST` configurations together do not lift above rounding."""


class NoWeight(SamplingError):
    """An instance without a configuration of finite weight: its ln Z is -oo."""


@dataclass(frozen=True, eq=False)
class Configurations:
    """Some configurations.

    Attributes:
        x: Component to shape (batch, sites).
        log_measure: ln of the base measure, shape (batch,).
        energy: -d ln of it / d beta, the same shape.
    """

    x: dict[str, Array]
    log_measure: Array
    energy: Array


@dataclass(frozen=True, eq=False)
class Space:
    """All configurations, numbered.

    Attributes:
        slots: For every site of every component its name, its values, ln of their weights, and
            -d ln / d beta of these.
        total: The number of configurations.
    """

    slots: tuple[tuple[str, Array, Array, Array], ...]
    total: int

    @classmethod
    def of(cls, instance: Instance) -> Space:
        """Of the variables of an instance.

        Raises:
            SamplingError: A variable is not discrete.
            SizeError: There are too many configurations.
        """
        layout, slots = instance.layout, []
        for name, sites in layout.components.items():
            base = sites.variable.base(symbol(name))
            if base.log_density is not None:
                raise SamplingError(f"{name} is not discrete; its configurations have no number")
            count = layout.counts[sites.name]
            energy = replace(
                base, points=tuple((v, energy_of(sympy.log(w))) for v, w in base.points)
            )
            values, weights = points(base, instance.quenched)
            _, energies = points(energy, instance.quenched)
            parts = (_by_site(part, count) for part in (values, np.log(weights), energies))
            slots += list(zip([name] * count, *parts, strict=True))
        total = 1
        for _, values, _, _ in slots:
            total *= len(values)
        if total > MOST:
            raise SizeError(f"N = {layout.size}: {total} configurations; at most {MOST} are summed")
        return cls(tuple(slots), total)

    def numbered(self, numbers: Array) -> Configurations:
        """Configurations of given numbers."""
        rest = numbers
        columns: dict[str, list[Array]] = {}
        log_measure, energy = np.zeros((2, len(numbers)))
        for name, values, logs, costs in self.slots:
            rest, digit = np.divmod(rest, len(values))
            columns.setdefault(name, []).append(values[digit])
            log_measure += logs[digit]
            energy += costs[digit]
        x = {name: np.stack(column, axis=1) for name, column in columns.items()}
        return Configurations(x, log_measure, energy)

    def blocks(self) -> Iterator[tuple[slice, Configurations]]:
        """All of them."""
        for start in range(0, self.total, BLOCK):
            part = np.arange(start, min(start + BLOCK, self.total))
            yield slice(start, start + len(part)), self.numbered(part)


def _by_site(entries: Array, count: int) -> Array:
    """An array (points,) or (points, sites) as (sites, points)."""
    return np.broadcast_to(entries.reshape(len(entries), -1), (len(entries), count)).T


@dataclass(frozen=True, eq=False)
class Summed:
    """The law of all configurations of an instance.

    Attributes:
        instance: The instance.
        space: The configurations.
        log_partition: ln Z.
        probability: Of each configuration.
    """

    instance: Instance
    space: Space
    log_partition: float
    probability: Array

    def likely(self) -> Iterator[tuple[Array, Configurations]]:
        """Probabilities and configurations, without those that no average sees."""
        for start in range(0, self.space.total, BLOCK):
            part = self.probability[start : start + BLOCK]
            kept = np.flatnonzero(part > NEGLIGIBLE)
            if len(kept):
                yield part[kept], self.space.numbered(start + kept)


def summed(instance: Instance) -> Summed:
    """ln Z and all probabilities.

    Raises:
        NoWeight: No configuration has a weight.
    """
    space = Space.of(instance)
    logs = np.empty(space.total)
    for part, some in space.blocks():
        logs[part] = some.log_measure + log_weights(instance, some.x)
    top = logs.max()
    if not np.isfinite(top):
        raise NoWeight(f"an instance at N = {instance.layout.size} has no configuration")
    probability = np.exp(logs - top)
    total = probability.sum()
    return Summed(instance, space, float(top + np.log(total)), probability / total)


def thermodynamics(law: Summed) -> dict[str, float]:
    """(1/N) ln Z, energy, and entropy = free entropy - <ln w>."""
    size, beta = law.instance.layout.size, law.instance.numbers.get(BETA, 0.0)
    energy = logs = 0.0
    for weight, some in law.likely():
        energy += float(weight @ (some.energy + energies(law.instance, some.x)))
        logs += float(weight @ (log_weights(law.instance, some.x) - beta * some.energy))
    free = law.log_partition / size
    return {"free_entropy": free, "energy": energy / size, "entropy": free - logs / size}


def moments(law: Summed) -> tuple[dict[str, Array], dict[tuple[str, str], Array]]:
    """<x_i> of every component, and <x_i x_j> of two components of one population."""
    names = list(law.instance.layout.components)
    means: dict[str, Array] = dict.fromkeys(names, np.zeros(1))
    couples = [(first, second) for first, second, _ in pairs(law.instance.layout)]
    seconds: dict[tuple[str, str], Array] = dict.fromkeys(couples, np.zeros((1, 1)))
    for weight, some in law.likely():
        for name in names:
            means[name] = means[name] + weight @ some.x[name]
        for first, second in couples:
            product = (weight[:, None] * some.x[first]).T @ some.x[second]
            seconds[first, second] = seconds[first, second] + product
    return means, seconds


def readings(law: Summed, rng: Any) -> dict[str, float]:
    """Everything that is averaged over instances."""
    means, seconds = moments(law)
    fresh = fresh_sets(law.instance, FRESH, rng)
    totals: dict[str, float] = {}
    for weight, some in law.likely():
        numbers = {
            **sampled(law.instance, fresh, some.x),
            **magnetisations(law.instance, some.x),
        }
        for name, values in numbers.items():
            totals[name] = totals.get(name, 0.0) + float(weight @ values)
    return {
        **thermodynamics(law),
        **order_parameters(law.instance, means, seconds),
        **totals,
        **predicted(law.instance, fresh, means),
    }


def enumeration(
    model: DisorderedModel,
    size: int,
    numbers: Mapping[str, float],
    *,
    instances: int = 100,
    seed: int = 0,
) -> dict[str, Measured]:
    """Averages over instances of what all configurations at N sites say, with standard errors.

    Instances whose Z is zero are left out; where they are many, the errors are no numbers.

    Args:
        model: Its variables are discrete.
        size: N.
        numbers: Of its parameters.
        instances: How many are drawn.
        seed: Of the random generator.
    """
    layout = Layout.of(model, size, numbers)
    records = []
    for instance, rng in draw_instances(layout, instances, seed):
        with contextlib.suppress(NoWeight):
            records.append(readings(summed(instance), rng))
    lost = instances - len(records)
    detail = f"{instances} instances at N = {size}, all configurations summed"
    told = f"{lost} instances have no configuration with a weight and are left out"
    if lost > MOST_LOST * instances:
        return average(records, detail, told)
    return average(records, f"{detail}; {told}" if lost else detail)


def overlap_distribution(law: Summed, count: int, rng: Any) -> dict[str, Array]:
    """Overlaps of pairs of replicas, drawn from the law: by name, shape (count,)."""
    drawn = rng.choice(law.space.total, size=(2, count), p=law.probability)
    first, second = (law.space.numbered(row).x for row in drawn)
    return {
        f"q{ending}": (first[a] * second[b]).mean(axis=1)
        for a, b, ending in pairs(law.instance.layout)
    }
