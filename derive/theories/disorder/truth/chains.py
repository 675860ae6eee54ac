"""Chains of configurations of several instances side by side, changed a site at a time.

Fields, magnetisations and ln of the factors are kept, so that a change of one site costs one column
of the patterns. Arrays have the shape (instances, chains, ...).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.theories.disorder.description import BETA, symbol
from derive.theories.disorder.truth.couplings import Interaction, Landscape
from derive.theories.disorder.truth.instance import Instance
from derive.theories.disorder.truth.numeric import Array, evaluate
from derive.theories.disorder.truth.weights import log_factor

Change = tuple[int, Array]
"""A site and its new values, shape (instances, chains)."""


class Chains:
    """Configurations, with what their weights are made of.

    Args:
        instances: Of one model, at one size.
        x: Component to shape (instances, chains, sites).
    """

    def __init__(self, instances: Sequence[Instance], x: dict[str, Array]) -> None:
        self.layout = instances[0].layout
        self.x = x
        self.attributes = {
            symbol(name): np.stack([each.attributes[name] for each in instances])
            for name in instances[0].attributes
        }
        self.factors = [
            Factors([each.sets[k] for each in instances], self.layout.numbers)
            for k in range(len(instances[0].sets))
        ]
        self.interactions = [
            (term.names, np.stack([_symmetric(each.interactions[k]) for each in instances]))
            for k, term in enumerate(instances[0].interactions)
        ]
        self.forms = self._forms()
        self.touched = {
            component: {
                key: (form, home)
                for key, (form, home) in self.forms.items()
                if symbol(component) in form.free_symbols
            }
            for component in x
        }
        self.taken = np.zeros(self.shape, dtype=int)
        self.soft = np.zeros(self.shape, dtype=bool)
        self.refresh()

    def soften(self, floor: float) -> None:
        """Give factors of zero a small weight in the chains that are soft: ln of it."""
        for factors in self.factors:
            factors.floor = np.where(self.soft, floor, -np.inf)[:, :, None]
        self.refresh()

    def refresh(self) -> None:
        """Find what is kept anew, without the rounding of many changes."""
        for factors in self.factors:
            factors.start(self.x)
        self.sums: dict[str, Array] = {
            name: np.sum(
                [self._on_site(form, home, i) for i in range(self.layout.counts[home])], axis=0
            )
            for name, (form, home) in self.forms.items()
        }

    def log_weight(self) -> Array:
        """ln of the factors of examples, shape (instances, chains)."""
        return sum((factors.logs.sum(axis=2) for factors in self.factors), np.zeros(self.shape))

    @property
    def shape(self) -> tuple[int, int]:
        """Instances, chains."""
        first = next(iter(self.x.values()))
        return first.shape[0], first.shape[1]

    def attempt(self, name: str, changes: Sequence[Change], log_ratio: Array, rng: Any) -> Array:
        """Take changes of a component where Metropolis does; returns where.

        Args:
            name: The component.
            changes: Of different sites.
            log_ratio: ln of the base measure's part in the ratio of weights.
            rng: The random generator.
        """
        own = self.x[name]
        old = [own[:, :, site].copy() for site, _ in changes]
        tried = [factors.moved(name, changes, old) for factors in self.factors]
        ratio = log_ratio
        for factors, (_, logs) in self._with(tried):
            with np.errstate(invalid="ignore"):  # from no weight to no weight: not taken
                ratio = ratio + logs.sum(axis=2) - factors.logs.sum(axis=2)
        before, cost = self._mean_energy(), np.zeros(self.shape)
        forms = self.touched[name]
        sums = {key: self.sums[key].copy() for key in forms}
        for (site, new), value in zip(changes, old, strict=True):
            cost = cost + self._interaction_change(name, site, new - value)
            for key, (form, home) in forms.items():
                self.sums[key] = self.sums[key] - self._on_site(form, home, site)
            own[:, :, site] = new
            for key, (form, home) in forms.items():
                self.sums[key] = self.sums[key] + self._on_site(form, home, site)
        cost = cost + self._mean_energy() - before
        if self.interactions or self.layout.model.mean is not None:
            ratio = ratio - self.layout.numbers[BETA] * cost
        taken = np.log(rng.random(self.shape)) < ratio
        self.taken += taken
        for (site, new), value in zip(changes, old, strict=True):
            own[:, :, site] = np.where(taken, new, value)
        for key in forms:
            self.sums[key] = np.where(taken, self.sums[key], sums[key])
        for factors, (fields, logs) in self._with(tried):
            factors.take(taken, fields, logs)
        return taken

    def _with(self, tried: Any) -> Any:
        return zip(self.factors, tried, strict=True)

    def _forms(self) -> dict[str, tuple[Any, str]]:
        """Magnetisation to its expression and the population whose sites it is of."""
        mean = self.layout.model.mean
        found = {}
        for name, form in mean.magnetisations.items() if mean else ():
            used = {str(s) for s in form.free_symbols}
            homes = {**self.layout.components, **self.layout.homes}
            found[name] = (form, next(homes[s].name for s in sorted(used) if s in homes))
        return found

    def _on_site(self, form: Any, home: str, site: int) -> Array:
        """A magnetisation's expression at a site."""
        values = {**self.layout.numbers, **self.at(home, site)}
        for name, sites in self.layout.components.items():
            if sites.name == home:
                values[symbol(name)] = self.x[name][:, :, site]
        return np.broadcast_to(evaluate(form, values), self.shape)

    def attributes_of(self, home: str) -> dict[Any, Array]:
        """The attributes of a population, shape (instances, sites)."""
        homes = self.layout.homes
        return {s: v for s, v in self.attributes.items() if homes[str(s)].name == home}

    def at(self, home: str, site: int) -> dict[Any, Array]:
        """The attributes of a site, shape (instances, 1)."""
        return {name: v[:, site, None] for name, v in self.attributes_of(home).items()}

    def _mean_energy(self) -> Array:
        mean, layout = self.layout.model.mean, self.layout
        if mean is None:
            return np.zeros(self.shape)
        homes = {key: layout.counts[home] for key, (_, home) in self.forms.items()}
        values = {symbol(key): self.sums[key] / homes[key] for key in mean.magnetisations}
        return np.asarray(layout.size * evaluate(mean.energy, {**layout.numbers, **values}))

    def _interaction_change(self, name: str, site: int, step: Array) -> Array:
        """What H changes by where a site of a component moves by `step`."""
        total = np.zeros(self.shape)
        for names, tensor in self.interactions:
            count = names.count(name)
            if not count:
                continue
            start = names.index(name)
            lead = np.moveaxis(tensor, range(1 + start, 1 + start + count), range(1, 1 + count))
            others = names[:start] + names[start + count :]
            for power in range(1, count + 1):
                lead = lead[:, site]
                rest = (name,) * (count - power) + others
                total = total + math.comb(count, power) * step**power * self._contract(lead, rest)
        return total

    def _contract(self, tensor: Array, names: tuple[str, ...]) -> Array:
        """A tensor (instances, ...) with configurations on every index."""
        if not names:
            return tensor[:, None]
        found = np.einsum("m...n,mcn->mc...", tensor, self.x[names[-1]])
        for name in reversed(names[:-1]):
            found = np.einsum("mc...n,mcn->mc...", found, self.x[name])
        return found


class Factors:
    """Fields of examples of one kind, and ln of their factors.

    Args:
        sets: The examples of each instance.
        numbers: Of the parameters.
    """

    def __init__(self, sets: Sequence[Any], numbers: dict[Any, float]) -> None:
        self.students = sets[0].students
        self.patterns = {
            home: np.stack([each.patterns[home] for each in sets]) for home in sets[0].patterns
        }
        known = [each.values({}) for each in sets]
        stacked = {name: np.stack([each[name] for each in known])[:, None] for name in known[0]}
        self.values = {**numbers, **stacked}
        self.expression = log_factor(sets[0].examples)
        self.floor: Any = -np.inf

    def start(self, x: dict[str, Array]) -> None:
        """Fields of configurations."""
        self.fields = {
            field: x[name] @ np.swapaxes(self.patterns[home], 1, 2)
            for field, (name, home) in self.students.items()
        }
        self.logs = self._logs(self.fields)

    def moved(
        self, name: str, changes: Sequence[Change], old: Sequence[Array]
    ) -> tuple[dict[Any, Array], Array]:
        """Fields and ln of the factors after changes of a component."""
        fields = dict(self.fields)
        for field, (component, home) in self.students.items():
            if component != name:
                continue
            for (site, new), value in zip(changes, old, strict=True):
                column = self.patterns[home][:, None, :, site]
                fields[field] = fields[field] + (new - value)[:, :, None] * column
        return fields, self._logs(fields)

    def take(self, taken: Array, fields: dict[Any, Array], logs: Array) -> None:
        """Keep what has moved."""
        where = taken[:, :, None]
        self.fields = {name: np.where(where, fields[name], self.fields[name]) for name in fields}
        self.logs = np.where(where, logs, self.logs)

    def _logs(self, fields: dict[Any, Array]) -> Array:
        found = evaluate(self.expression, {**self.values, **fields})
        return np.maximum(np.broadcast_to(found, next(iter(fields.values())).shape), self.floor)


def _symmetric(term: Interaction | Landscape) -> Array:
    """A tensor averaged over permutations of indices that run over one component.

    Raises:
        SamplingError: There is no tensor.
    """
    if isinstance(term, Landscape):
        raise SamplingError("chains: the couplings are of too many sites each for a tensor")
    places = range(len(term.names))
    orders = [
        order
        for order in itertools.permutations(places)
        if all(term.names[k] == term.names[order[k]] for k in places)
    ]
    return np.mean([np.transpose(term.tensor, order) for order in orders], axis=0)
