"""How a site's variable is moved, by its law: to another point, a step away, around the sphere."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import sympy

from derive.theories.disorder.description import symbol
from derive.theories.disorder.truth.chains import Chains, Change
from derive.theories.disorder.truth.laws import draw, log_density, points
from derive.theories.disorder.truth.numeric import Array, evaluate
from derive.theories.disorder.truth.weights import energy_of

Proposal = tuple[list[Change], Array]
"""Changes, and ln of the base measure's part in the ratio."""

POOL = 256
"""Values of a site drawn from a law at once."""
AIM = 0.4
"""The part of steps that should be taken."""


class Move(Protocol):
    """Moves of the sites of a component."""

    def propose(self, chains: Chains, site: int, rng: Any) -> Proposal:
        """New values of a site, and maybe of another."""

    def took(self, part: float) -> None:
        """Told which part of the steps of a sweep was taken, while steps may still change."""

    def energy(self, chains: Chains) -> Array:
        """-d ln of the base measure / d beta, shape (instances, chains)."""


def move_of(chains: Chains, name: str) -> Move:
    """The moves of a component, by the measure of its law."""
    base = chains.layout.components[name].variable.base(symbol(name))
    if base.square is not None:
        return Rotate(name)
    if base.log_density is None:
        return Jump(chains, name, base)
    return Mix(name, base) if base.points else Step(name, base)


class Jump:
    """To another of the points of a discrete law."""

    def __init__(self, chains: Chains, name: str, base: Any) -> None:
        self.name, self.home = name, chains.layout.components[name].name
        shape = (chains.shape[0], chains.layout.counts[self.home], len(base.points))
        values = {**chains.layout.numbers, **chains.attributes_of(self.home)}

        def table(entries: Array) -> Array:
            spread = entries if entries.ndim > 1 else entries[:, None, None]
            return np.broadcast_to(np.moveaxis(spread, 0, -1), shape)

        places, weights = points(base, values)
        self.places, self.logs = table(places), np.log(table(weights))
        costs = [evaluate(energy_of(sympy.log(w)), values) for _, w in base.points]
        self.costs = np.stack([np.broadcast_to(cost, shape[:2]) for cost in costs], axis=-1)

    def _number(self, x: Array, site: int) -> Array:
        """Which point a site is at."""
        gaps = np.abs(x[..., None] - self.places[:, None, site])
        return np.asarray(gaps.argmin(axis=-1))

    def propose(self, chains: Chains, site: int, rng: Any) -> Proposal:
        """Another point, each as likely."""
        count = self.places.shape[-1]
        old = self._number(chains.x[self.name][:, :, site], site)
        new = (old + rng.integers(1, count, size=old.shape)) % count
        rows = np.arange(len(old))[:, None]
        gain = self.logs[rows, site, new] - self.logs[rows, site, old]
        return [(site, self.places[rows, site, new])], gain

    def took(self, part: float) -> None:
        """There is no step to change."""

    def energy(self, chains: Chains) -> Array:
        """Of the points' weights."""
        rows = np.arange(chains.shape[0])[:, None]
        x = chains.x[self.name]
        costs = [
            self.costs[rows, site, self._number(x[:, :, site], site)] for site in range(x.shape[2])
        ]
        return np.sum(costs, axis=0)


class Step:
    """A Gaussian step away, where there is a density."""

    def __init__(self, name: str, base: Any) -> None:
        self.name, self.base, self.width = name, base, 1.0

    def propose(self, chains: Chains, site: int, rng: Any) -> Proposal:
        """A site moves."""
        old = chains.x[self.name][:, :, site]
        new = old + self.width * rng.standard_normal(old.shape)
        return [(site, new)], self._log(chains, site, new) - self._log(chains, site, old)

    def _log(self, chains: Chains, site: int, x: Array) -> Array:
        values = {**chains.layout.numbers, **chains.at(self._home(chains), site)}
        return log_density(self.base, symbol(self.name), values, x)

    def _home(self, chains: Chains) -> str:
        return chains.layout.components[self.name].name

    def took(self, part: float) -> None:
        """Longer steps where many are taken."""
        self.width *= float(np.exp(np.clip(part - AIM, -0.3, 0.3)))

    def energy(self, chains: Chains) -> Array:
        """Of the density."""
        x, form = chains.x[self.name], energy_of(self.base.log_density)
        own = {s: v[:, None] for s, v in chains.attributes_of(self._home(chains)).items()}
        found = evaluate(form, {**chains.layout.numbers, **own, symbol(self.name): x})
        return np.broadcast_to(found, x.shape).sum(axis=2)


class Mix(Step):
    """A fresh draw from a law with points and a density, or a step within the density."""

    def __init__(self, name: str, base: Any) -> None:
        super().__init__(name, base)
        self.pools: dict[int, list[Array]] = {}

    def propose(self, chains: Chains, site: int, rng: Any) -> Proposal:
        """Each half of the times; what is at a point takes no step."""
        old = chains.x[self.name][:, :, site]
        here = {**chains.layout.numbers, **chains.at(self._home(chains), site)}
        if rng.random() < 0.5:
            if not self.pools.get(site):
                self.pools[site] = self._fresh(chains, site, rng)
            return [(site, self.pools[site].pop())], np.zeros(old.shape)
        places, _ = points(self.base, here)
        changes, gain = super().propose(chains, site, rng)
        at_point = np.any(old == places.reshape(len(places), -1, 1), axis=0)
        return changes, np.where(at_point, -np.inf, gain)

    def _fresh(self, chains: Chains, site: int, rng: Any) -> list[Array]:
        """Values of a site drawn from the law."""
        shape = (POOL, *chains.shape)
        given = {
            name: np.broadcast_to(values, shape).ravel()
            for name, values in chains.at(self._home(chains), site).items()
        }
        number = int(np.prod(shape))
        drawn = draw(self.base, symbol(self.name), chains.layout.numbers, rng, number, given)
        return list(drawn.reshape(shape))


class Rotate:
    """Two sites of a sphere turn about an angle."""

    def __init__(self, name: str) -> None:
        self.name, self.width = name, 1.0

    def propose(self, chains: Chains, site: int, rng: Any) -> Proposal:
        """With any other site."""
        own = chains.x[self.name]
        other = (site + int(rng.integers(1, own.shape[2]))) % own.shape[2]
        angle = self.width * rng.standard_normal(chains.shape)
        cosine, sine = np.cos(angle), np.sin(angle)
        first, second = own[:, :, site], own[:, :, other]
        turned = cosine * first + sine * second, cosine * second - sine * first
        return [(site, turned[0]), (other, turned[1])], np.zeros(chains.shape)

    def took(self, part: float) -> None:
        """Longer turns where many are taken, up to all of them."""
        self.width = min(3.0, self.width * float(np.exp(np.clip(part - AIM, -0.3, 0.3))))

    def energy(self, chains: Chains) -> Array:
        """None."""
        return np.zeros(chains.shape)
