"""Modules for any depth beside those of networks written out, with generic parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from repeated_networks import REPEATED
from small_networks import random_overlaps, random_symmetric

from derive import Module, derive, generate
from derive.theories.networks.description import stream_graph

HEADS = (2, 1, 3, 1, 2, 1, 1, 1, 2, 1)


@cache
def module_of(name: str) -> Module:
    """The module for any depth."""
    return generate(derive(REPEATED[name]))


@cache
def generated(name: str) -> Any:
    """The module for any depth, loaded."""
    return module_of(name).load()


def generated_source(name: str) -> str:
    """Its text."""
    return module_of(name).source


@dataclass(frozen=True)
class Case:
    """A network at a depth: the module for any depth, and that of the network written out."""

    name: str
    depth: int

    @cached_property
    def depths(self) -> dict[str, int]:
        """Unequal ones, where there are two."""
        return {name: self.depth + k for k, name in enumerate(REPEATED[self.name].depths())}

    @property
    def arguments(self) -> dict[str, int]:
        """The depths as arguments of the module's functions."""
        if len(self.depths) == 1:
            return {"depth": self.depth}
        return {f"depth_{name}": value for name, value in self.depths.items()}

    @cached_property
    def written_out(self) -> Any:
        """The network with its depths in numbers."""
        return REPEATED[self.name].with_values(self.depths)

    @cached_property
    def expected(self) -> Any:
        """The module of the network written out."""
        return generate(derive(self.written_out)).load()

    @property
    def found(self) -> Any:
        """The module for any depth."""
        return generated(self.name)

    @cached_property
    def parameters(self) -> tuple[Any, ...]:
        """Widths, variances, temperature and heads: unequal, and none of them 1 but some heads.

        No stream is narrower than its vectors are many: below that overlaps have no law.
        """
        graph = stream_graph(self.written_out)
        counts = iter(HEADS)
        heads = tuple(next(counts) if w.branching else 1 for w in graph.weights)
        least = (max(35.0, graph.vectors(stream, heads)) for stream in graph.streams)
        widths = tuple(size + 3.5 * (k * 5 % 7) + k for k, size in enumerate(least))
        variances = tuple(0.7 + 0.11 * (k * 3 % 8) for k in range(len(graph.weights)))
        own = tuple(h for h, weight in zip(heads, graph.weights, strict=True) if weight.branching)
        return widths, variances, 0.31, own

    @cached_property
    def data(self) -> tuple[Any, Any]:
        """Attended inputs and labels."""
        rng = np.random.default_rng(self.depth)
        paths = len(self.expected.path_table(self.parameters[-1]))
        return rng.normal(size=(6, 5, paths)), rng.normal(size=6)

    @cached_property
    def problems(self) -> tuple[Any, Any]:
        """What is found's, and what is expected's."""
        given = (*self.data, *self.parameters)
        found = self.found.make_problem(*given, **self.direction, **self.arguments)
        return found, self.expected.make_problem(*given, **self.direction)

    @property
    def direction(self) -> dict[str, Any]:
        """Where the mean of features lies, for a first layer that has one."""
        if not hasattr(self.expected, "projections"):
            return {}
        found = np.random.default_rng(12).normal(size=self.data[0].shape[1])
        return {"mean_direction": found / np.linalg.norm(found)}

    @cached_property
    def overlaps(self) -> tuple[np.ndarray, ...]:
        """Random ones."""
        return random_overlaps(self.expected, self.problems[1], seed=3)

    @cached_property
    def directions(self) -> tuple[np.ndarray, ...]:
        """Random symmetric matrices."""
        rng = np.random.default_rng(5)
        return tuple(random_symmetric(rng, len(overlap)) for overlap in self.overlaps)


@cache
def case(name: str, depth: int) -> Case:
    """Each once."""
    return Case(name, depth)
