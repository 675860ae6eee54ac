"""A whole network: its layers, its temperature, and the numbers that its symbols stand for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description.feature_maps import kernel_name
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.joined import check_skips
from derive.theories.networks.description.layers import (
    GROUPS,
    Identity,
    Layer,
    Parallel,
    Readout,
    Repeat,
    Size,
    Value,
    Weighted,
    as_layers,
    kind_of,
    walk,
)
from derive.theories.networks.description.repeat import check_repeats, with_repeat, written_out
from derive.theories.networks.description.validate import (
    check_layers,
    check_name,
    check_structure,
    check_symbols,
    check_value,
    check_widths,
    named_values,
    plain,
)
from derive.wording import shown


@dataclass(frozen=True)
class Values:
    """The numbers of a network, in the order of its stream graph.

    Attributes:
        widths: N of every stream, the lowest first.
        variances: Of every weight, the embedding first, the readout last.
        heads: Branches of every weight, in the same order; 1 where a weight has one.
        temperature: The variance of the label noise.
    """

    widths: tuple[int, ...]
    variances: tuple[float, ...]
    heads: tuple[int, ...]
    temperature: float


@dataclass(frozen=True)
class Network:
    """A Bayesian network that is linear in each of its weights.

    Args:
        layers: Embedding or features, then any number of other layers, then readout. Repeats of a
            known number are written out.
        temperature: Variance of the label noise; zero is allowed.
        name: What the network is called in titles: at most 200 printable characters.

    Raises:
        DescriptionError: The description is wrong; the message says where and what would do.

    >>> from derive.theories.networks.description import Attention, Embedding
    >>> Network((Embedding(10, 1.0), Attention(2, 1.1, 20), Readout(1.2)), 0.01).describe()
    'embedding(N=10) -> attention(H=2, N=20) -> readout(last)'
    """

    layers: tuple[Layer, ...]
    temperature: Value
    name: str = "network"

    def __post_init__(self) -> None:
        layers = as_layers(self.layers, "layers")
        check_structure(layers)
        layers = tuple(_map_layer(layer, lambda _, value: plain(value)) for layer in layers)
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "temperature", plain(self.temperature))
        check_layers(layers)
        check_repeats(layers)
        check_widths(layers)
        check_value("temperature", self.temperature, zero_allowed=True)
        check_symbols(layers, self.temperature)
        check_name(self.name)
        check_skips(layers)
        object.__setattr__(self, "layers", written_out(layers))

    @property
    def readout(self) -> Readout:
        """The readout layer."""
        last = self.layers[-1]
        assert isinstance(last, Readout)
        return last

    def symbols(self) -> tuple[str, ...]:
        """Names of the symbols that still need a value, sorted."""
        values = {value for _, _, value in named_values(self.layers)}
        return tuple(sorted(v for v in values | {self.temperature} if isinstance(v, str)))

    def with_values(self, values: Mapping[str, float]) -> Network:
        """The same network with numbers in the place of symbols.

        Raises:
            DescriptionError: A name that the network does not have, or a value it cannot take.
        """
        unknown = sorted(set(values) - set(self.symbols()))
        if unknown:
            known = ", ".join(self.symbols()) or "none"
            raise DescriptionError(
                f"no symbol {shown(unknown[0])} in this network; its symbols: {known}"
            )

        def change(key: str, old: Any) -> Any:
            value = plain(values.get(old, old))
            whole = key != "variance" and isinstance(value, float) and value.is_integer()
            return int(value) if whole else value

        return replace(self._mapped(change), temperature=change("variance", self.temperature))

    def _mapped(self, change: Any) -> Network:
        """The same network with sizes and variances changed, given the name and value of each."""
        return replace(self, layers=tuple(_map_layer(layer, change) for layer in self.layers))

    @property
    def infinitely_wide(self) -> bool:
        """Whether the widths are infinite: then the theory is a Gaussian process."""
        return bool(getattr(self.layers[0], "width", None) == math.inf)

    def depths(self) -> tuple[str, ...]:
        """Names of the symbols that say how often layers are repeated, the lowest first."""
        times = [layer.times for layer in self.layers if isinstance(layer, Repeat)]
        return tuple(dict.fromkeys(map(str, times)))

    def with_width(self, width: Size | float) -> Network:
        """The same network with one width for every stream; it may be infinite.

        >>> from derive.theories.networks.description import Embedding
        >>> Network((Embedding(10, 1.0), Readout(1.2)), 0.01).with_width(math.inf).describe()
        'embedding(N=inf) -> readout(last)'
        """
        return self._mapped(lambda key, old: width if key == "width" and old is not None else old)

    def repeated(self, times: Size) -> Network:
        """The same network with what stands between embedding and readout repeated.

        Raises:
            DescriptionError: Nothing stands there, or it has a depth of its own.
        """
        name = f"depth {times}"
        return replace(self, layers=with_repeat(self.layers, times), name=name)

    def with_heads(self, heads: Size) -> Network:
        """The same network with one number of heads, or one symbol, for every attention layer.

        Raises:
            DescriptionError: There is no attention layer.
        """
        if not any(hasattr(layer, "heads") for _, layer in walk(self.layers)):
            raise DescriptionError("heads: the network has no attention layer; give it one")
        return self._mapped(lambda key, old: heads if key == "heads" else old)

    def with_temperature(self, temperature: Value) -> Network:
        """The same network at another temperature."""
        return replace(self, temperature=temperature)

    def variance_names(self) -> tuple[str, ...]:
        """What the derivation calls the variances: s_0 the embedding's, ..., s_a the readout's.

        >>> from derive.theories.networks.description import Embedding, Linear
        >>> Network((Embedding(10, 1.0), Linear(1.1, 20), Readout("s")), 0.01).variance_names()
        ('s_0', 's_1', 's_a')
        """
        inner = sum(hasattr(layer, "variance") for _, layer in walk(self.layers)) - 1
        return (*(f"s_{number}" for number in range(inner)), "s_a")

    def with_variances(self, variances: Mapping[str, Value]) -> Network:
        """The same network with other variances, by the names of `variance_names`.

        Raises:
            DescriptionError: A value is no variance, or a name that of none.
        """
        unknown = set(variances) - set(self.variance_names())
        if unknown:
            known = ", ".join(self.variance_names())
            raise DescriptionError(
                f"no variance {shown(min(unknown, key=str))} in this network; it has {known}"
            )
        names = iter(self.variance_names())

        def change(key: str, old: Any) -> Any:
            return variances.get(next(names), old) if key == "variance" else old

        return self._mapped(change)

    def describe(self) -> str:
        """The network in one line, the input on the left."""
        return " -> ".join(_describe(layer) for layer in self.layers)


def _describe(layer: Layer) -> str:
    if isinstance(layer, GROUPS):
        inside = (" + " if isinstance(layer, Parallel) else " -> ").join(
            map(_describe, layer.layers)
        )
        times = f"{layer.times} x " if isinstance(layer, Repeat) else ""
        return f"{kind_of(layer)}({times}{inside})"
    if isinstance(layer, Identity):
        return kind_of(layer)
    return f"{kind_of(layer)}({', '.join(_described(layer))})"


def _described(layer: Any) -> Iterator[str]:
    """What one line says of a layer with a weight."""
    if isinstance(layer, Weighted) and layer.branched:
        yield f"{'K' if layer.fixed else 'H'}={layer.branches}"
    if getattr(layer, "width", None) is not None:
        yield f"N={layer.width}"
    if isinstance(layer, Features):
        yield kernel_name(layer.kernel)
    if isinstance(layer, Readout):
        yield layer.token
        if layer.branched:
            yield f"T={layer.positions}"
        if layer.outputs > 1:
            yield f"O={layer.outputs}"


def _map_layer(layer: Any, change: Any) -> Any:
    """A layer with its sizes and variances changed, given the name and the value of each."""
    names = ["width", "variance", "times", "positions", getattr(layer, "counted", "")]
    known = [f.name for f in fields(layer)]
    changed = {name: change(name, getattr(layer, name)) for name in names if name in known}
    if isinstance(layer, GROUPS):
        changed["layers"] = tuple(_map_layer(inner, change) for inner in layer.layers)
    return replace(layer, **changed)
