"""Which numbers are read off an instance, and the names that they go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derive.theories.disorder.description import LABEL, Observable
from derive.theories.disorder.truth.instance import (
    ExampleSet,
    Instance,
    Layout,
    draw_examples,
)
from derive.theories.disorder.truth.numeric import Array, evaluate
from derive.theories.disorder.truth.weights import on_sites

Fresh = dict[int, ExampleSet]
"""New examples of each kind that an observable is about."""

FRESH = 100
"""New examples that observables are averaged over, of each instance."""


def pairs(layout: Layout) -> list[tuple[str, str, str]]:
    """Two components of one population, and what the name of their overlap ends in."""
    order = list(layout.components)
    return [
        (first, second, name.name.removeprefix("q"))
        for name, (first, second) in layout.overlaps.items()
        if order.index(first) <= order.index(second)
    ]


def taught(layout: Layout) -> list[tuple[str, str, str]]:
    """A component, an attribute that a teacher's field is of, and the name of their overlap."""
    used = {of for examples in layout.model.examples for of in examples.fields.values()}
    attributes = [name for name in layout.homes if name in used]
    found = []
    for name, sites in layout.components.items():
        ending = f"_{sites.name}" if len(layout.model.sites) > 1 else ""
        ending += f"_{name.rpartition('_')[2]}" if sites.components > 1 else ""
        for attribute in attributes:
            if layout.homes[attribute] is sites:
                several = f"_{attribute}" if len(attributes) > 1 else ""
                found.append((name, attribute, f"m{ending}{several}"))
    return found


def order_parameters(
    instance: Instance, means: Mapping[str, Array], seconds: Mapping[tuple[str, str], Array]
) -> dict[str, float]:
    """Overlaps of two replicas, of one, and of the teacher; and the squares of the first and last.

    Args:
        instance: The instance.
        means: Component to <x_i>.
        seconds: Two components of one population to the matrix <x_i x_j>.
    """
    found = {}
    for first, second, ending in pairs(instance.layout):
        found[f"q{ending}"] = float(np.mean(means[first] * means[second]))
        found[f"Q{ending}"] = float(np.mean(np.diagonal(seconds[first, second])))
        product = seconds[first, first] * seconds[second, second]
        found[f"q{ending}_squared"] = float(np.mean(product))
    for name, attribute, label in taught(instance.layout):
        teacher = instance.attributes[attribute]
        found[label] = float(np.mean(teacher * means[name]))
        square = teacher @ seconds[name, name] @ teacher
        found[f"{label}_squared"] = float(square / len(teacher) ** 2)
    return found


def place(layout: Layout, observable: Observable) -> int | None:
    """Which kind of example an observable is about; None where it is about sites.

    An observable of the label alone is about the first kind that has labels.
    """
    found = observable.expression.free_symbols
    for number, examples in enumerate(layout.model.examples):
        if found & set(examples.symbols):
            return number
    labelled = (k for k, e in enumerate(layout.model.examples) if e.labels is not None)
    return next(labelled) if LABEL in found else None


def fresh_sets(instance: Instance, count: int, rng: Any) -> Fresh:
    """New examples of every kind that an observable is about."""
    layout = instance.layout
    numbers = {place(layout, observable) for observable in layout.model.observables.values()}
    return {
        number: draw_examples(
            layout, instance.attributes, layout.model.examples[number], count, rng
        )
        for number in numbers
        if number is not None
    }


def observe(
    instance: Instance,
    observable: Observable,
    fresh: Fresh,
    x: Mapping[str, Array],
) -> Array:
    """An observable in configurations, averaged over sites or new examples, shape (batch,)."""
    number = place(instance.layout, observable)
    if number is None:
        return np.asarray(on_sites(instance, observable.expression, x).mean(axis=1))
    values = fresh[number].values(fresh[number].fields(x))
    found = evaluate(observable.expression, {**instance.numbers, **values})
    shape = (len(next(iter(x.values()))), fresh[number].count)
    return np.asarray(np.broadcast_to(found, shape).mean(axis=1))


def predicted(instance: Instance, fresh: Fresh, means: Mapping[str, Array]) -> dict[str, float]:
    """The observables of the mean predictor."""
    one = {name: mean[None, :] for name, mean in means.items()}
    return {
        name: float(observe(instance, observable, fresh, one)[0])
        for name, observable in instance.layout.model.observables.items()
        if observable.predictor
    }


def sampled(instance: Instance, fresh: Fresh, x: Mapping[str, Array]) -> dict[str, Array]:
    """The observables of sampled configurations, shape (batch,)."""
    return {
        name: observe(instance, observable, fresh, x)
        for name, observable in instance.layout.model.observables.items()
        if not observable.predictor
    }
