r"""Approximate message passing on one instance, with single-site and single-field functions given.

.. math:: \omega &= F a - V g, & V &= \tfrac{1}{N} \sum_i v_i, & g, g' &= \text{field}(y, \omega, V)
          \\ B &= F^\top g + A a, & A &= -\tfrac{1}{N} \sum_\mu g'_\mu,
          & a, v &= \text{site}(B, A, t)

with F = xi / sqrt(N). Its fixed points are the replica-symmetric equations' at large N; here they
are measured on instances, which know nothing of those equations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.truth.instance import ExampleSet, Instance, Layout, draw_instances
from derive.theories.disorder.truth.measured import Measured, average
from derive.theories.disorder.truth.numeric import Array
from derive.theories.disorder.truth.overlaps import FRESH, fresh_sets, predicted, taught

Site = Callable[[Array, Any, Mapping[str, Array]], tuple[Array, Array]]
"""From B, A and the attributes by name to mean and variance of every site."""
Field = Callable[[Array | None, Array, Any], tuple[Array, Array]]
"""From y, omega and V to g and dg/domega of every example."""

MOST_STEPS = 2000
PRECISE = 1e-8
"""Root mean square change of the means, relative to theirs, at which the iteration ends."""
NOISE = 1e-2
"""Of the means at an uninformed start: what is zero by symmetry alone is left behind."""


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Where an iteration has come to.

    Attributes:
        mean: a.
        variance: v.
        converged: Whether it has ended.
    """

    mean: Array = field(repr=False)
    variance: Array = field(repr=False)
    converged: bool


def parts(instance: Instance) -> tuple[str, ExampleSet]:
    """The component, and the examples.

    Raises:
        SamplingError: There is more than one population, component, field or kind of examples.
    """
    model, names = instance.layout.model, list(instance.layout.components)
    rest = model.couplings or model.mean is not None
    if len(names) > 1 or len(instance.sets) != 1 or len(instance.sets[0].students) != 1 or rest:
        raise SamplingError(
            "message passing is written for one component and one kind of examples with one field "
            "of it, without couplings or a mean field"
        )
    return names[0], instance.sets[0]


def iterate(
    instance: Instance, site: Site, channel: Field, start: Array, damping: float = 0.3
) -> Beliefs:
    """The fixed point that is reached from some means.

    Args:
        instance: The instance.
        site: Of B, A and attributes.
        channel: Of y, omega and V.
        start: The means.
        damping: The part of the old messages that is kept.
    """
    name, examples = parts(instance)
    patterns = examples.patterns[instance.layout.components[name].name]
    size, mean, variance = instance.layout.size, start, np.ones_like(start)
    pull = np.zeros(len(patterns))
    for _ in range(MOST_STEPS):
        width = variance.sum() / size
        omega = patterns @ mean - width * pull
        fresh, slope = channel(examples.labels, omega, width)
        pull = (1 - damping) * fresh + damping * pull
        stiffness = -np.broadcast_to(slope, pull.shape).sum() / size
        old, aim = mean, patterns.T @ pull + stiffness * mean
        mean, spread = site(aim, stiffness, instance.attributes)
        variance = np.broadcast_to(spread, mean.shape)
        mean = (1 - damping) * mean + damping * old
        if not np.isfinite(mean).all():
            break
        if np.linalg.norm(mean - old) <= PRECISE * np.linalg.norm(mean):
            return Beliefs(mean, variance, True)
    return Beliefs(mean, variance, False)


def message_passing(
    model: DisorderedModel,
    size: int,
    numbers: Mapping[str, float],
    site: Site,
    channel: Field,
    *,
    instances: int = 10,
    seed: int = 0,
    informed: bool = False,
    damping: float = 0.3,
) -> dict[str, Measured]:
    """Overlaps and observables of the mean predictor at fixed points, averaged over instances.

    Where an instance does not converge, the errors are no numbers.

    Args:
        model: One component and one kind of examples.
        size: N.
        numbers: Of the parameters.
        site: From B, A and attributes to mean and variance.
        channel: From y, omega and V to g and its derivative.
        instances: How many are drawn.
        seed: Of the random generator.
        informed: Whether to start at the teacher.
        damping: The part of the old messages that is kept.
    """
    layout = Layout.of(model, size, numbers)
    records, lost = [], 0
    for instance, rng in draw_instances(layout, instances, seed):
        start = _start(instance, rng, informed)
        found = iterate(instance, site, channel, start, damping)
        lost += not found.converged
        records.append(_readings(instance, found, rng))
    doubt = f"{lost} did not converge in {MOST_STEPS} steps" if lost else ""
    return average(records, f"message passing, {instances} instances at N = {size}", doubt)


def _start(instance: Instance, rng: Any, informed: bool) -> Array:
    name, _ = parts(instance)
    if not informed:
        sites = instance.layout.components[name]
        return np.asarray(NOISE * rng.standard_normal(instance.layout.counts[sites.name]))
    teachers = taught(instance.layout)
    if not teachers:
        raise SamplingError("informed: there is no teacher to start at")
    return instance.attributes[teachers[0][1]]


def _readings(instance: Instance, found: Beliefs, rng: Any) -> dict[str, float]:
    name, _ = parts(instance)
    q = float(np.mean(found.mean**2))
    overlaps = {
        label: float(np.mean(instance.attributes[attribute] * found.mean))
        for _, attribute, label in taught(instance.layout)
    }
    fresh = fresh_sets(instance, FRESH, rng)
    return {
        **{"q": q, "Q": q + float(np.mean(found.variance))},
        **overlaps,
        **predicted(instance, fresh, {name: found.mean}),
    }
