"""The layers that a network is made of, as a user writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from derive.errors import DescriptionError
from derive.theories.networks.description.by_name import ByName
from derive.theories.networks.description.convolution import Convolution
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.groups import (
    GROUPS,
    Identity,
    Inner,
    Parallel,
    Repeat,
    Residual,
    Serial,
    as_layers,
    keeps_stream,
)
from derive.theories.networks.description.offered import loaded, offered, points
from derive.theories.networks.description.weighted import (
    Attention,
    Gated,
    Linear,
    Size,
    Value,
    Weighted,
)

ENTRY_POINTS = "derive.layers"
TOKENS = ("last", "first", "mean", "each")
MAX_NESTING = 16
"""Layers within layers; far above any use, far below Python's recursion limit."""


@dataclass(frozen=True)
class Embedding(ByName):
    r"""The first weights.

    .. math:: z = V x / \sqrt{N_0}

    Args:
        width: N, the size of the stream that the embedding writes to.
        variance: Prior variance of the entries of V, shape (N, N_0).
    """

    width: Size
    variance: Value


@dataclass(frozen=True)
class Readout(ByName):
    r"""The last weights, read at one token, at the mean of all, or at each with weights of its own.

    .. math:: f_o = a_o \cdot z_{t^*} / \sqrt{N_a}, \qquad
              f_o = \sum_{t=1}^{T} a_{o t} \cdot z_t / \sqrt{T N_a}

    Args:
        variance: Prior variance of the entries of a.
        token: The readout token t*: "last", "first", "mean" for the mean over tokens (pooled), or
            "each" for a readout per position.
        positions: T, the number of tokens that come to a readout per position.
        outputs: O; labels then have shape (P, O).
    """

    variance: Value
    token: str = "last"
    positions: Size | None = None
    outputs: int = 1
    branch: ClassVar[str] = "position"

    @property
    def branches(self) -> Size:
        """The number of tokens with weights of their own."""
        return 1 if self.positions is None else self.positions

    @property
    def branched(self) -> bool:
        """Whether every token has weights of its own."""
        return self.token == "each"


Layer = Embedding | Features | Inner | Readout
KINDS: dict[str, type] = {
    "embedding": Embedding,
    "features": Features,
    "linear": Linear,
    "attention": Attention,
    "gated": Gated,
    "convolution": Convolution,
    "residual": Residual,
    "parallel": Parallel,
    "serial": Serial,
    "identity": Identity,
    "repeat": Repeat,
    "readout": Readout,
}


def layer_kinds() -> dict[str, type]:
    """Kinds of layers by name: those of this package, and those of installed packages.

    A package offers a class derived from `Weighted` under the entry point group `derive.layers`.

    Raises:
        DescriptionError: An entry point cannot be loaded, or is no kind of layer.
    """
    return KINDS | offered(ENTRY_POINTS, Weighted, tuple(KINDS))


def kind_names() -> tuple[str, ...]:
    """Names of all kinds of layers; those of installed packages are not loaded for it.

    Raises:
        DescriptionError: Two kinds have one name.
    """
    return (*KINDS, *points(ENTRY_POINTS, tuple(KINDS)))


def kind_class(name: str) -> type:
    """The class of one kind; of installed packages only the one that offers it is loaded.

    Raises:
        DescriptionError: Its entry point cannot be loaded, or is no kind of layer.
        KeyError: There is no such kind.
    """
    if name in KINDS:
        return KINDS[name]
    return loaded(points(ENTRY_POINTS, tuple(KINDS))[name], Weighted)


def kind_of(layer: Layer) -> str:
    """The name by which a layer's kind is known in a TOML file.

    A class that no entry point offers is known by its own name.

    >>> kind_of(Readout(variance=1.0))
    'readout'
    """
    cls = type(layer)
    names = [kind for kind, known in KINDS.items() if known is cls]
    if not names and isinstance(layer, Weighted):
        names = [name for name in kind_names() if name not in KINDS and _offers(name, cls)]
    return names[0] if names else cls.__name__.lower()


def _offers(name: str, cls: type) -> bool:
    try:
        return kind_class(name) is cls
    except DescriptionError:  # another package's kind, which this network does not use
        return False


def walk(layers: tuple[Layer, ...], prefix: str = "layers") -> Iterator[tuple[str, Layer]]:
    """Every layer with its place, counted from 1: the lowest first, a group before its layers.

    Raises:
        DescriptionError: Layers are nested deeper than anything can use.

    >>> body = (Linear(variance=1.0), Residual((Linear(variance=1.0),)))
    >>> [place for place, _ in walk((Embedding(3, 1.0), Residual(body)))][2:]
    ['layers[2].layers[1]', 'layers[2].layers[2]', 'layers[2].layers[2].layers[1]']
    """
    if prefix.count(".") > MAX_NESTING:
        raise DescriptionError(
            f"{prefix}: layers are nested more than {MAX_NESTING} deep; nest fewer"
        )
    for number, layer in enumerate(layers, start=1):
        place = f"{prefix}[{number}]"
        yield place, layer
        if isinstance(layer, GROUPS):
            yield from walk(layer.layers, f"{place}.layers")


def output_width(layer: Layer, stream: Size, residual: Size | None = None) -> Size:
    """The width of the stream above a layer.

    Args:
        layer: The layer.
        stream: Width of the stream that it reads; a residual ends in it.
        residual: Width of the stream of the residual around the layer, if there is one: what a
            width that is left out stands for.

    >>> output_width(Linear(variance=1.0), 20, residual=10)
    10
    """
    if isinstance(layer, Readout) or keeps_stream(layer):
        return stream
    if isinstance(layer, Repeat | Serial):
        for inner in layer.layers:
            stream = output_width(inner, stream, residual)
        return stream
    if isinstance(layer, Parallel):
        return output_width(layer.layers[0], stream, residual)
    width: Size | None = getattr(layer, "width", None)
    if width is not None:
        return width
    return stream if residual is None else residual


__all__ = [
    "GROUPS",
    "KINDS",
    "MAX_NESTING",
    "TOKENS",
    "Attention",
    "Convolution",
    "Embedding",
    "Gated",
    "Identity",
    "Layer",
    "Linear",
    "Parallel",
    "Readout",
    "Repeat",
    "Residual",
    "Serial",
    "Size",
    "Value",
    "Weighted",
    "as_layers",
    "keeps_stream",
    "kind_class",
    "kind_names",
    "kind_of",
    "layer_kinds",
    "output_width",
    "walk",
]
