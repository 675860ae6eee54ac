"""The grid of a sweep: the product of the values that are given."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description import Network
from derive.theories.networks.description.graph import stream_graph, values
from derive.theories.networks.description.layers import walk
from derive.theories.networks.report import AS_DESCRIBED
from derive.wording import choices, shown

Parameters = dict[str, float | int | None]


@dataclass(frozen=True)
class Point:
    """One point of a grid.

    Attributes:
        width: N of every stream; infinite, or `AS_DESCRIBED`.
        temperature: T.
        variances: By the name that the user gave; those that are not here are as described.
        examples: P, the number of training examples.
        seed: Of the data, or of the choice of examples; None where nothing is drawn.
        network: The description at this point; at infinite width with streams of width 1.
        depths: How often each block of a swept depth is repeated.
    """

    width: float
    temperature: float
    variances: tuple[tuple[str, float], ...]
    examples: int
    seed: int | None
    network: Network
    depths: tuple[tuple[str, int], ...] = ()

    @cached_property
    def key(self) -> str:
        """A digest of the numbers that the solver is given, whatever they were called."""
        numbers = values(self.network, stream_graph(self.network))
        parts: tuple[Any, ...] = (numbers, math.isinf(self.width), self.examples, self.seed)
        parts += (self.depths,) if self.depths else ()  # equal numbers may stand elsewhere
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def parameters(self) -> Parameters:
        """Its columns in the table."""
        width = None if self.width == AS_DESCRIBED else self.width
        return {
            **dict(self.depths),
            "width": width,
            "temperature": self.temperature,
            **dict(self.variances),
            "examples": self.examples,
            "seed": self.seed,
        }

    def __str__(self) -> str:
        given = {name: value for name, value in self.parameters().items() if value is not None}
        return ", ".join(f"{name} = {value:g}" for name, value in given.items())


@dataclass(frozen=True)
class Axes:
    """What is swept; an axis left empty has the value of the description.

    Attributes:
        widths: One for all streams; infinity is allowed.
        temperatures: Variances of the label noise.
        variances: Names and values. A name is that of a symbol in the description, or what the
            derivation calls the variance of a weight: s_0 for the embedding, ..., s_a.
        examples: Numbers of training examples.
        seeds: Of the data, or of the choice of examples.
        depths: Names of depths, as in the description, and numbers of copies.
    """

    widths: tuple[float, ...] = ()
    temperatures: tuple[float, ...] = ()
    variances: tuple[tuple[str, tuple[float, ...]], ...] = ()
    examples: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    depths: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def swept(self) -> tuple[str, ...]:
        """Columns with more than one value, in the order of the table; seeds left out."""
        named = (
            *self.depths,
            ("width", self.widths),
            ("temperature", self.temperatures),
            *self.variances,
        )
        axes = (*named, ("examples", self.examples))
        return tuple(name for name, given in axes if len(set(given)) > 1)


def grid_of(
    network: Network, axes: Axes, *, examples: int, seeds: tuple[int | None, ...] = (None,)
) -> tuple[Point, ...]:
    """Every point of a grid, in the order of the table.

    Args:
        network: The description; swept symbols need no value.
        axes: What is swept.
        examples: The number of training examples where none are given.
        seeds: Where none are given.

    Raises:
        DescriptionError: A symbol has no value, a name is unknown or stands for what another one
            stands for, or a value is out of range.
    """
    points: list[Point] = []
    for numbers in product(*(_ordered(given) for _, given in axes.depths)):
        depths = dict(zip((name for name, _ in axes.depths), numbers, strict=True))
        refuse_no_depths(network, depths)
        block = _at_depths(network.with_values(depths), axes, examples, seeds)
        points += [replace(p, depths=tuple((n, int(k)) for n, k in depths.items())) for p in block]
    return tuple(points)


def refuse_no_depths(network: Network, names: Iterable[str]) -> None:
    """Raise DescriptionError where a name is that of no depth of a network."""
    known = network.depths()
    for name in names:
        if name not in known:
            there = f"{choices(name, known)}" if known else "; the network has none"
            raise DescriptionError(f"--depth: there is no depth {shown(name)}{there}")


def _at_depths(
    network: Network, axes: Axes, examples: int, seeds: tuple[int | None, ...]
) -> tuple[Point, ...]:
    """The points of a network of known depths."""
    _refuse_unsized(network, axes)
    weights = {name: _weights(network, name) for name, _ in axes.variances}
    _refuse_shared(weights)
    points = tuple(
        Point(
            width,
            float(temperature),
            tuple(zip(weights, map(float, variances), strict=True)),
            count,
            seed,
            _at(network, width, temperature, _by_weight(weights, variances)),
        )
        for width, temperature, *variances, count, seed in product(
            _ordered(axes.widths) or (_described(network),),
            _ordered(axes.temperatures) or (_temperature(network),),
            *(_ordered(given) for _, given in axes.variances),
            _ordered(axes.examples) or (examples,),
            _ordered(axes.seeds) or seeds,
        )
    )
    for point in points:
        _ = point.key  # here, so that a symbol without a value is refused before any work
    return points


def _ordered(given: tuple) -> tuple:
    return tuple(sorted(set(given)))


def _described(network: Network) -> float:
    """The width of all streams, where they have one."""
    if network.infinitely_wide:
        return math.inf
    widths = {stream.width for stream in stream_graph(network).streams}
    single = next(iter(widths))
    return single if len(widths) == 1 and isinstance(single, int) else AS_DESCRIBED


def _refuse_unsized(network: Network, axes: Axes) -> None:
    """Raise DescriptionError where a width is a symbol without a value."""
    widths = [stream.width for stream in stream_graph(network).streams]
    symbols = [width for width in widths if isinstance(width, str)]
    if symbols and not axes.widths:
        raise DescriptionError(
            f"the symbol {symbols[0]} has no value; give --widths, or --set {symbols[0]}=VALUE"
        )


def _temperature(network: Network) -> float:
    if isinstance(network.temperature, str):
        raise DescriptionError(
            f"the symbol {network.temperature} has no value; give it with --temperatures"
        )
    return float(network.temperature)


def _weights(network: Network, name: str) -> tuple[str, ...]:
    """The variances, as the derivation calls them, that a name stands for."""
    names = network.variance_names()
    layers = [layer for _, layer in walk(network.layers) if hasattr(layer, "variance")]
    described = [layer.variance for layer in layers]
    variances = tuple(n for n, value in zip(names, described, strict=True) if value == name)
    if variances or name in names:
        return variances or (name,)
    symbols = {value for value in described if isinstance(value, str)}
    valid = (*sorted(symbols - set(names)), *names)
    raise DescriptionError(f"--variance: there is no variance {shown(name)}{choices(name, valid)}")


def _refuse_shared(weights: dict[str, tuple[str, ...]]) -> None:
    seen: dict[str, str] = {}
    for name, stands_for in weights.items():
        for weight in stands_for:
            if weight in seen:
                raise DescriptionError(
                    f"--variance: {seen[weight]} and {name} are the same variance; give one of them"
                )
            seen[weight] = name


def _by_weight(weights: dict[str, tuple[str, ...]], given: list[float]) -> dict[str, float]:
    paired = zip(weights.values(), given, strict=True)
    return {weight: float(value) for stands_for, value in paired for weight in stands_for}


def _at(network: Network, width: float, temperature: float, variances: dict[str, float]) -> Network:
    changed = network.with_temperature(float(temperature)).with_variances(variances)
    if width == AS_DESCRIBED:
        return changed
    return changed.with_width(1 if math.isinf(width) else int(width))
