"""Random points at which claims about a disordered model are decided."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from derive.evidence.verdict import Unsettled
from derive.theories.disorder.words.ours import Ours

MOST_DRAWS = 200
"""Points that are tried for one at which the theory has a value."""
NOTHING = 1e-4
"""Of an order parameter: a saddle point with less is one at which wrong claims agree too."""

MIXED = 0.3
"""Overlaps of different components, beside own ones of order 1."""

APART = 0.08
"""How far conjugates are from common multiples of their own: sums of large ones stay positive."""
TRIES = 4
"""Points that are tried with the same parameters, for each that is wanted."""

FREE = "as a function of order parameters and conjugates"
CONJUGATES = "with the conjugates that it does not name at their own equations"
ORDERS = "with the conjugates eliminated by the equations of the order parameters"
OVERLAPS = "with the order parameters that it does not name at their own equations"
AT_SADDLE = "at saddle points alone"
KINDS = (FREE, CONJUGATES, ORDERS, OVERLAPS, AT_SADDLE)
"""Where two forms of a claim are held against each other."""


@dataclass(eq=False)
class Draw:
    """Draws points of a model.

    Attributes:
        ours: The theory.
        assumed: Symbols to what a claim assumes of them, in the others.
        generator: Of everything random.
        named: Symbols that the claim names.
    """

    ours: Ours
    assumed: Mapping[Any, Any]
    generator: np.random.Generator
    named: set[Any] = field(default_factory=set)

    def instance(self, kind: str, count: int) -> list[dict[Any, float]]:
        """So many points with the same parameters.

        Raises:
            Unsettled: There is none at which the theory has a value.
        """
        for _ in range(MOST_DRAWS):
            parameters = self.parameters()
            points = []
            for _ in range(count * TRIES):
                point = self._point(kind, parameters)
                if point is not None:
                    points.append(point)
                if len(points) == count:
                    return points
        raise Unsettled(f"no point was found {kind} at which the theory has a value")

    def parameters(self) -> dict[Any, float]:
        """Below and above the model's own, of both signs where the model is one then too."""
        for _ in range(MOST_DRAWS):
            drawn = {}
            for symbol in self.ours.parameters:
                size = self.ours.model.parameters.get(symbol.name, 1.0) or 0.7
                size *= -1 if symbol in self.signed and self.generator.random() < 0.4 else 1
                drawn[symbol] = self._rounded(size * self.generator.uniform(0.6, 1.5))
            drawn = self._with_assumed(drawn)
            if self.ours.is_model(drawn):
                return drawn
        raise Unsettled("no parameters were found with which the model is one")

    @cached_property
    def signed(self) -> set[Any]:
        """Parameters that may have the other sign than the model's own."""
        model = self.ours.model
        own = {s: model.parameters.get(s.name, 1.0) for s in self.ours.parameters}
        single = {s for s in own if s.name != "beta" and self.ours.is_model({**own, s: -own[s]})}
        return {s for s in single if s not in self.ours.ratios}

    def _rounded(self, number: float) -> float:
        """Three digits, so that a counterexample can be read."""
        return float(f"{number:.3g}")

    def _with_assumed(self, point: dict[Any, float]) -> dict[Any, float]:
        for symbol, meaning in self.assumed.items():
            if meaning.free_symbols <= set(point):
                point[symbol] = float(meaning.subs(point))
        return point

    def _point(self, kind: str, parameters: dict[Any, float]) -> dict[Any, float] | None:
        """One of a kind; None where the theory has no value."""
        try:
            with np.errstate(all="ignore"):
                point = self._made(kind, parameters)
            if point is None or not all(map(math.isfinite, point.values())):
                return None
            values = self.ours.everything(point, 1)
        except Unsettled:
            return None
        wanted = [v for name, v in values.items() if name in ("free_entropy", "entropy")]
        return point if all(map(math.isfinite, wanted)) else None

    def _made(self, kind: str, parameters: dict[Any, float]) -> dict[Any, float] | None:
        if kind == AT_SADDLE:
            return self._saddle(parameters)
        orders = self._orders(parameters)
        if orders is None:
            return None
        if kind == CONJUGATES:
            kept = self.named | set(self.assumed)
            free = self._conjugates(parameters) if self.named & set(self.ours.conjugates) else {}
            if free is None:
                return None
            kept &= set(free) | set(self.assumed)
            start = self._with_assumed({**orders, **{s: v for s, v in free.items() if s in kept}})
            return self._with_assumed(self.ours.own_conjugates(start, kept))
        conjugates = self._conjugates(parameters)
        if conjugates is None:
            return None
        if kind == FREE:
            return self._with_assumed({**orders, **conjugates})
        multipliers = set(self.ours.theory.multipliers)
        conjugates = self.ours.own_conjugates(conjugates, set(self.ours.conjugates) - multipliers)
        kept = self.named & set(self.ours.orders) if kind == OVERLAPS else set()
        start = {**parameters, **conjugates, **{s: v for s, v in orders.items() if s in kept}}
        found = self._with_assumed(self.ours.own_orders(start, kept))
        return found if self._is_possible(found) else None

    def _orders(self, parameters: dict[Any, float]) -> dict[Any, float] | None:
        _, near = self.ours.module.starts(tuple(parameters[s] for s in self.ours.parameters))
        for _ in range(MOST_DRAWS):
            largest = dict(zip(self.ours.orders, near(1.0), strict=True))
            drawn = {s: self._rounded(self._order(s, float(v))) for s, v in largest.items()}
            point = self._with_assumed({**parameters, **drawn})
            if self._is_possible(point):
                return point
        return None

    def _order(self, symbol: Any, largest: float) -> float:
        """A part of the largest value; of both signs where both occur."""
        overlaps = self.ours.theory.overlaps
        number = self.generator.uniform(0.15, 0.85) * largest
        if symbol in {v.parameter for v in overlaps.linears}:
            return float(number * self.generator.choice([-1, 1]))
        if any(s.count > 1 and symbol in (s.off, s.diagonal) for s in overlaps.squares):
            return float(self.generator.uniform(-MIXED, MIXED))
        return float(number)

    def _is_possible(self, point: Mapping[Any, float]) -> bool:
        module = self.ours.module
        order = np.array([point[s] for s in self.ours.orders])
        states = module.overlaps(order, tuple(point[s] for s in self.ours.parameters))
        return all(module.is_possible(state) and module.is_inside(state) for state in states)

    def _conjugates(self, parameters: dict[Any, float]) -> dict[Any, float] | None:
        """Of the size and signs that some order parameters have, and otherwise free."""
        orders = self._orders(parameters)
        if orders is None:
            return None
        own = self.ours.own_conjugates(orders, set())
        common = self.generator.uniform(0.7, 1.4)
        parts = self.generator.uniform(1 - APART, 1 + APART, size=len(self.ours.conjugates))
        drawn = {
            s: self._rounded(own[s] * common * part)
            for s, part in zip(self.ours.conjugates, parts, strict=True)
        }
        return self._with_assumed({**parameters, **drawn})

    def _saddle(self, parameters: dict[Any, float]) -> dict[Any, float] | None:
        given = {s.name: v for s, v in parameters.items()}
        seed = int(self.generator.integers(2**31))
        found = self.ours.module.solve(**given, random=1, seed=seed)
        point = {**found.overlaps, **found.conjugates}
        orders = {s: float(point[s.name]) for s in self.ours.orders}
        if not found.converged or min(map(abs, orders.values()), default=1.0) < NOTHING:
            return None
        return self.ours.own_conjugates({**parameters, **orders}, set())
