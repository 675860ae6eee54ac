"""ln of the weight of configurations, and their energies, written from the description."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from derive.theories.disorder.description import BETA, Examples, symbol
from derive.theories.disorder.truth.instance import Instance
from derive.theories.disorder.truth.numeric import Array, evaluate, logarithm

ENERGY = sympy.Dummy("E", real=True)

Configurations = Mapping[str, Array]
"""Component to its sites, shape (batch, sites)."""


def log_factor(examples: Examples) -> Any:
    """ln of the factor of one example."""
    if examples.energy is None:
        return _log_weight(examples.weight)
    return -BETA * examples.energy


_log_weight = lru_cache(maxsize=256)(logarithm)


@lru_cache(maxsize=256)
def energy_of(log_weight: Any) -> Any:
    """-d ln w / d beta: the energy, where ln w = -beta E."""
    return -sympy.diff(log_weight, BETA)


def log_weights(instance: Instance, x: Configurations) -> Array:
    """ln of the weight of configurations relative to the base measure, shape (batch,)."""
    return _total(instance, x, lambda log_weight: log_weight)


def energies(instance: Instance, x: Configurations) -> Array:
    """E of configurations where ln of the weight is -beta E, shape (batch,).

    A weight that is no exponential of -beta counts by its derivative. The base measure is left out.
    """
    return _total(instance, x, energy_of)


def _total(instance: Instance, x: Configurations, form: Any) -> Array:
    batch = len(next(iter(x.values())))
    total = np.zeros(batch)
    for log_weight, values in _parts(instance, x):
        found = evaluate(form(log_weight), {**instance.numbers, **values})
        count = max([np.shape(value)[-1] for value in values.values() if np.ndim(value)])
        total = total + np.broadcast_to(found, (batch, count)).sum(axis=1)
    return total


def _parts(instance: Instance, x: Configurations) -> list[tuple[Any, dict[Any, Array]]]:
    """What is summed: ln of a factor, and the values that it takes, shape (batch, factors)."""
    parts = [
        (log_factor(examples.examples), examples.values(examples.fields(x)))
        for examples in instance.sets
    ]
    for term in instance.interactions:
        parts.append((-BETA * ENERGY, {ENERGY: term.energy(x)[:, None]}))
    if (mean := instance.layout.model.mean) is not None:
        means = {symbol(name): m[:, None] for name, m in magnetisations(instance, x).items()}
        parts.append((-BETA * instance.layout.size * mean.energy, means))
    return parts


def magnetisations(instance: Instance, x: Configurations) -> dict[str, Array]:
    """The averages over sites of v(t_i, x_i) by name, shape (batch,)."""
    mean = instance.layout.model.mean
    forms = {} if mean is None else mean.magnetisations
    return {name: on_sites(instance, form, x).mean(axis=1) for name, form in forms.items()}


def on_sites(instance: Instance, form: Any, x: Configurations) -> Array:
    """An expression in variables and attributes at every site, shape (batch, sites)."""
    values = {**instance.quenched, **{symbol(name): value for name, value in x.items()}}
    named = [str(s) for s in form.free_symbols]
    homes = {**instance.layout.components, **instance.layout.homes}
    home = next(homes[name].name for name in named if name in homes)
    shape = (len(next(iter(x.values()))), instance.layout.counts[home])
    return np.broadcast_to(evaluate(form, values), shape)
