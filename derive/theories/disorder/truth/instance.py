"""One instance of a model at N sites: attributes, patterns, labels and couplings, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.theories.disorder.description import (
    LABEL,
    Chosen,
    DisorderedModel,
    Examples,
    GaussianLabel,
    Sites,
    Value,
    overlaps,
    symbol,
)
from derive.theories.disorder.truth.couplings import (
    Interaction,
    Landscape,
    Monomials,
    draw_interactions,
    polynomial,
)
from derive.theories.disorder.truth.laws import draw
from derive.theories.disorder.truth.numeric import Array, evaluate

PROPOSALS = 200
"""Of a tilted pattern. What is left of the untilted law where the tilt is r times its mean is
(1 - 1/r)^PROPOSALS: 4e-5 at r = 20."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the variables and attributes of a model live.

    Attributes:
        model: The description.
        size: N.
        numbers: A number for every parameter, by symbol.
    """

    model: DisorderedModel
    size: int
    numbers: dict[Any, float] = field(repr=False)

    @classmethod
    def of(cls, model: DisorderedModel, size: int, given: Mapping[str, float]) -> Layout:
        """With the numbers given in place of the model's own."""
        numbers = {**model.parameters, **given}
        return cls(model, size, {symbol(name): float(value) for name, value in numbers.items()})

    @cached_property
    def counts(self) -> dict[str, int]:
        """Sites of each population."""
        return {
            sites.name: self.count(sites.ratio, f"sites {sites.name}") for sites in self.model.sites
        }

    @cached_property
    def components(self) -> dict[str, Sites]:
        """Component of a variable to its sites."""
        return {str(name): sites for sites in self.model.sites for name in sites.variables}

    @cached_property
    def homes(self) -> dict[str, Sites]:
        """Attribute to its sites."""
        return {name: sites for sites in self.model.sites for name in sites.attributes}

    @cached_property
    def overlaps(self) -> dict[Any, tuple[str, str]]:
        """The symbol of an overlap to its two components."""
        return {
            name: (str(sites.variables[first - 1]), str(sites.variables[second - 1]))
            for name, (sites, first, second) in overlaps(self.model).items()
        }

    @property
    def own(self) -> dict[Any, str]:
        """The symbol of the overlap of a component with itself, to the component."""
        return {name: first for name, (first, second) in self.overlaps.items() if first == second}

    @property
    def is_binary(self) -> bool:
        """Whether there is one component, whose values are -1 and 1."""
        variables = [sites.variable for sites in self.components.values()]
        return len(variables) == 1 and set(getattr(variables[0], "values", ())) == {-1, 1}

    @cached_property
    def monomials(self) -> list[Monomials]:
        """The covariance of each Gaussian Hamiltonian, taken apart."""
        terms = self.model.couplings
        return [polynomial(term.covariance, list(self.own), self.numbers) for term in terms]

    def count(self, ratio: Any, what: str) -> int:
        """ratio N.

        Raises:
            SamplingError: It is no whole number.
        """
        exact = float(evaluate(ratio, self.numbers)) * self.size
        if abs(exact - round(exact)) > 1e-9 * max(1.0, exact):
            raise SamplingError(
                f"{what}: {ratio} N = {exact:g} at N = {self.size} is no whole number; choose N "
                "such that it is"
            )
        return round(exact)


@dataclass(frozen=True, eq=False)
class ExampleSet:
    """Examples of one kind.

    Attributes:
        examples: Their description.
        patterns: xi/sqrt(N) of each population, shape (P, sites).
        students: Field to the component that it is a field of.
        teacher: Teacher's fields, shape (P,) each.
        labels: y, shape (P,); None where there are none.
    """

    examples: Examples
    patterns: dict[str, Array] = field(repr=False)
    students: dict[Any, Any]
    teacher: dict[Any, Array] = field(repr=False)
    labels: Array | None = field(repr=False)

    @property
    def count(self) -> int:
        """P."""
        return len(next(iter(self.patterns.values())))

    def fields(self, x: Mapping[str, Array]) -> dict[Any, Array]:
        """Students' fields of configurations, shape (batch, P) each."""
        return {
            name: x[component] @ self.patterns[population].T
            for name, (component, population) in self.students.items()
        }

    def values(self, fields: Mapping[Any, Array]) -> dict[Any, Array]:
        """What expressions of an example are made of."""
        label = {} if self.labels is None else {LABEL: self.labels}
        return {**self.teacher, **fields, **label}


@dataclass(frozen=True, eq=False)
class Instance:
    """What is quenched.

    Attributes:
        layout: Of the model at N sites.
        attributes: Name to the attribute of every site.
        sets: Examples of each kind.
        interactions: Monomials of the Gaussian Hamiltonians.
    """

    layout: Layout
    attributes: dict[str, Array] = field(repr=False)
    sets: tuple[ExampleSet, ...] = field(repr=False)
    interactions: tuple[Interaction | Landscape, ...] = field(repr=False)

    @property
    def numbers(self) -> dict[Any, float]:
        """Of the parameters."""
        return self.layout.numbers

    @cached_property
    def quenched(self) -> dict[Any, Array]:
        """Parameters, and attributes as arrays over sites."""
        named: dict[Any, Any] = {symbol(name): v for name, v in self.attributes.items()}
        return {**self.numbers, **named}


def draw_instances(layout: Layout, count: int, seed: int) -> list[tuple[Instance, Any]]:
    """Instances, each with the generator that drew it: the same for every method."""
    generators = [np.random.default_rng([seed, k]) for k in range(count)]
    return [(draw_instance(layout, rng), rng) for rng in generators]


def draw_instance(layout: Layout, rng: Any) -> Instance:
    """An instance at N sites."""
    model, counts = layout.model, layout.counts
    attributes: dict[str, Array] = {}
    for sites in model.sites:
        given: dict[Any, Array] = {}
        for name, law in sites.attributes.items():
            drawn = draw(
                law.base(symbol(name)), symbol(name), layout.numbers, rng, counts[sites.name], given
            )
            attributes[name] = given[symbol(name)] = drawn
    sets = tuple(
        draw_examples(layout, attributes, examples, layout.count(examples.ratio, "examples"), rng)
        for examples in model.examples
    )
    own = [(name, counts[layout.components[name].name]) for name in layout.own.values()]
    interactions = tuple(
        term
        for monomials in layout.monomials
        for term in draw_interactions(monomials, own, layout.size, rng, layout.is_binary)
    )
    return Instance(layout, attributes, sets, interactions)


def draw_examples(
    layout: Layout, attributes: Mapping[str, Array], examples: Examples, count: int, rng: Any
) -> ExampleSet:
    """Examples with the labels of a teacher."""
    model = layout.model
    places = {symbol(field): (of, model.home(of).name) for field, of in examples.fields.items()}
    teachers = {name: places[name] for name in model.teachers(examples)}
    students = {name: places[name] for name in model.students(examples)}

    def fresh() -> tuple[dict[str, Array], dict[Any, Array]]:
        patterns = {
            population: _inputs(examples.inputs, rng, (count, layout.counts[population]))
            / np.sqrt(layout.size)
            for population in sorted({population for _, population in places.values()})
        }
        fields = {name: patterns[home] @ attributes[of] for name, (of, home) in teachers.items()}
        return patterns, fields

    patterns, fields = fresh()
    if examples.tilt is not None:
        patterns, fields = _tilted(examples.tilt, layout, fresh, rng)
    labels = _labels(examples.labels, {**layout.numbers, **fields}, count, rng)
    return ExampleSet(examples, patterns, students, fields, labels)


def _inputs(kind: str, rng: Any, shape: tuple[int, ...]) -> Array:
    if kind == "binary":
        return np.asarray(rng.choice([-1.0, 1.0], size=shape))
    return np.asarray(rng.standard_normal(shape))


def _tilted(tilt: Any, layout: Layout, fresh: Any, rng: Any) -> tuple[dict, dict]:
    """Patterns whose law is tilted, by proposals from the law without the tilt."""
    patterns, fields = fresh()
    weight = evaluate(tilt, {**layout.numbers, **fields})
    for _ in range(PROPOSALS):
        others, other_fields = fresh()
        other = evaluate(tilt, {**layout.numbers, **other_fields})
        taken = rng.random(len(other)) * weight < other
        weight = np.where(taken, other, weight)
        patterns = {s: np.where(taken[:, None], others[s], patterns[s]) for s in patterns}
        fields = {s: np.where(taken, other_fields[s], fields[s]) for s in fields}
    return patterns, fields


def _labels(law: Any, values: Mapping[Any, Any], count: int, rng: Any) -> Array | None:
    """y of every example, from the teacher's fields.

    Raises:
        SamplingError: The probabilities of the values do not sum to one.
    """
    if law is None:
        return None
    if isinstance(law, Value):
        return np.broadcast_to(evaluate(law.expression, values), (count,)).astype(float)
    if isinstance(law, GaussianLabel):
        noise = rng.standard_normal(count) * np.sqrt(evaluate(law.variance, values))
        return np.asarray(evaluate(law.mean, values) + noise)
    assert isinstance(law, Chosen)
    chosen = np.array([float(evaluate(value, values)) for value in law.values])
    odds = [evaluate(law.law, {**values, LABEL: y}) + np.zeros(count) for y in chosen]
    levels = np.cumsum(odds, axis=0)
    if np.abs(levels[-1] - 1).max() > 1e-8:
        raise SamplingError(f"labels: the probabilities {law.law} do not sum to one")
    return chosen[(rng.random(count) > levels).sum(axis=0).clip(max=len(chosen) - 1)]
