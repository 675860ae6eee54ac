r"""The order parameters of a model, by name.

A variable's components overlap with each other (Q in one replica, q between two), and with the
attributes that the teacher's fields read (m); a magnetisation is an order parameter of its own
unless it is such an overlap. Each has a conjugate, its name with `hat` behind the letter. Names
carry the population where there are several, the components where there are several, the
attribute where several are read: `Q_12`, `q_s`, `mhat_t`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import sympy

from derive.theories.disorder.description import DisorderedModel, Sites


def symbol(name: str) -> Any:
    """A symbol of the theory; all are real, and no more is assumed."""
    return sympy.Symbol(name, real=True)


@dataclass(frozen=True)
class Square:
    """Overlaps of two components of one variable.

    Attributes:
        components: Their symbols.
        population: The number of the population.
        diagonal: Q, in one replica.
        off: q, between two replicas.
        conjugates: Qhat and qhat.
        count: How often the pair is counted: 2 where the components differ.
    """

    components: tuple[Any, Any]
    population: int
    diagonal: Any
    off: Any
    conjugates: tuple[Any, Any]
    count: int


@dataclass(frozen=True)
class Linear:
    """An order parameter of one replica: the mean of an observable of a site.

    Attributes:
        observable: t x for an overlap with an attribute; or a declared magnetisation.
        population: The number of the population.
        parameter: m.
        conjugate: mhat.
        component: x, where it is an overlap that fields read, and
        attribute: t; else None.
    """

    observable: Any
    population: int
    parameter: Any
    conjugate: Any
    component: Any = None
    attribute: Any = None


@dataclass(frozen=True)
class Overlaps:
    """All order parameters of a model."""

    squares: tuple[Square, ...]
    linears: tuple[Linear, ...]

    def square(self, first: Any, second: Any) -> Square:
        """The overlaps of two components."""
        return next(s for s in self.squares if set(s.components) == {first, second})

    def linear(self, component: Any, attribute: Any) -> Linear:
        """The overlap of a component with an attribute."""
        return next(v for v in self.linears if (v.component, v.attribute) == (component, attribute))

    @property
    def parameters(self) -> tuple[Any, ...]:
        """The order parameters, those between replicas first."""
        off = [square.off for square in self.squares]
        return (*off, *(s.diagonal for s in self.squares), *(v.parameter for v in self.linears))

    @property
    def conjugates(self) -> tuple[Any, ...]:
        """The conjugates, in the same order."""
        off = [square.conjugates[1] for square in self.squares]
        diagonal = [square.conjugates[0] for square in self.squares]
        return (*off, *diagonal, *(v.conjugate for v in self.linears))


def components(sites: Sites) -> tuple[Any, ...]:
    """The symbols of a variable's components."""
    if sites.components == 1:
        return (symbol(sites.name),)
    return tuple(symbol(f"{sites.name}_{k}") for k in range(1, sites.components + 1))


def population_of(model: DisorderedModel, name: str) -> tuple[int, bool]:
    """Whose variable or attribute a name is, and whether it is a variable."""
    for number, sites in enumerate(model.sites):
        if name in {component.name for component in components(sites)}:
            return number, True
        if name in sites.attributes:
            return number, False
    raise KeyError(name)


def overlaps_of(model: DisorderedModel) -> Overlaps:
    """The order parameters of a model."""
    squares, linears = [], list(_read_overlaps(model))
    for number, sites in enumerate(model.sites):
        tag = f"_{sites.name}" if len(model.sites) > 1 else ""
        names = components(sites)
        for first, second in combinations_with_replacement(range(len(names)), 2):
            index = f"_{first + 1}{second + 1}" if len(names) > 1 else ""
            squares.append(
                Square(
                    (names[first], names[second]),
                    number,
                    symbol(f"Q{index}{tag}"),
                    symbol(f"q{index}{tag}"),
                    (symbol(f"Qhat{index}{tag}"), symbol(f"qhat{index}{tag}")),
                    1 + (first != second),
                )
            )
    for name, observable in (model.mean.magnetisations if model.mean else {}).items():
        linears = _with_magnetisation(model, linears, name, observable)
    return Overlaps(tuple(squares), tuple(linears))


def _read_overlaps(model: DisorderedModel) -> Iterator[Linear]:
    """Overlaps of components with the attributes that fields of the same examples read."""
    pairs: dict[tuple[str, str], int] = {}
    for examples in model.examples:
        homes = {vector: population_of(model, vector) for vector in examples.fields.values()}
        for attribute, (home, varies) in homes.items():
            for vector, (place, student) in homes.items():
                if not varies and student and place == home:
                    pairs[vector, attribute] = home
    attributes = {attribute for _, attribute in pairs}
    for (vector, attribute), number in pairs.items():
        sites = model.sites[number]
        tag = vector[len(sites.name) :]
        tag += f"_{attribute}" if len(attributes) > 1 else ""
        tag += f"_{sites.name}" if len(model.sites) > 1 else ""
        x, t = symbol(vector), symbol(attribute)
        yield Linear(t * x, number, symbol(f"m{tag}"), symbol(f"mhat{tag}"), x, t)


def _with_magnetisation(
    model: DisorderedModel, linears: list[Linear], name: str, observable: Any
) -> list[Linear]:
    """Declared magnetisations; one that is an overlap already gives it its name."""
    conjugate = symbol(name[0] + "hat" + name[1:] if name[1:2] in ("", "_") else name + "hat")
    for place, known in enumerate(linears):
        if sympy.expand(known.observable - observable) == 0:
            renamed = Linear(
                known.observable,
                known.population,
                symbol(name),
                conjugate,
                known.component,
                known.attribute,
            )
            return [*linears[:place], renamed, *linears[place + 1 :]]
    linears = [_renamed(known) if known.parameter.name == name else known for known in linears]
    variables = {s: k for k, sites in enumerate(model.sites) for s in components(sites)}
    population = next(variables[s] for s in observable.free_symbols if s in variables)
    return [*linears, Linear(observable, population, symbol(name), conjugate)]


def _renamed(linear: Linear) -> Linear:
    """An overlap with an attribute, whose name a magnetisation has, by the attribute's name."""
    tag = f"{linear.parameter.name[1:]}_{linear.attribute}"
    names = symbol(f"m{tag}"), symbol(f"mhat{tag}")
    return Linear(linear.observable, linear.population, *names, linear.component, linear.attribute)
