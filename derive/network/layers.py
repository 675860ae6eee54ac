"""The layers that a network is made of, as a user writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from derive.errors import DescriptionError
from derive.network.features import Features
from derive.network.wording import shown

Size = int | str
"""A whole number, or the name of a symbol whose value is given later."""

Value = float | str
"""A number, or the name of a symbol whose value is given later."""

TOKENS = ("last", "first", "mean")
MAX_NESTING = 16
"""Layers within layers; far above any use, far below Python's recursion limit."""


@dataclass(frozen=True)
class Embedding:
    r"""The first weights.

    .. math:: z = V x / \sqrt{N_0}

    Args:
        width: N, the size of the stream that the embedding writes to.
        variance: Prior variance of the entries of V, shape (N, N_0).
    """

    width: Size
    variance: Value


class Weighted:
    r"""A layer with one weight tensor, whose branches act on tokens by fixed operators.

    .. math:: z \mapsto \sum_{h=1}^{H} V^h z\, \Omega^h / \sqrt{H N}

    A kind of one's own is a frozen dataclass with the fields `variance` and `width`, derived from
    this class, that says how many branches it has and what they do to tokens. No rule, no printer
    and no solver asks for more.
    """

    variance: Value
    width: Size | None
    needs: ClassVar[str] = ""
    """The stem of the name of its array in the data, `attention_1` for the lowest; or none."""

    @property
    def branches(self) -> Size:
        """H, the number of branches."""
        return 1

    @property
    def branched(self) -> bool:
        """Whether the kind has branches: only then a symbol stands for their number."""
        return type(self).branches is not Weighted.branches

    @property
    def fixed(self) -> bool:
        """Whether the number of branches is a part of what the layer does."""
        return self.branched and type(self).with_branches is Weighted.with_branches

    def tokens_above(self, tokens: int) -> int:
        """How many tokens come out where so many go in."""
        return tokens

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """The shape of its array for one example."""
        return ()

    def operators(self, data: Any, tokens: int) -> Any:
        """Omega of every branch, shape (P or 1, H, tokens below, tokens above).

        Args:
            data: Its array, shape (P, *data_shape), or None where it needs none.
            tokens: Tokens that go in.
        """
        return np.eye(tokens)[None, None]

    def with_branches(self, count: int) -> Any:
        """The same layer with another number of branches, or itself where the number is fixed."""
        return self


@dataclass(frozen=True)
class Linear(Weighted):
    r"""A linear layer that acts on every token alike.

    .. math:: z \mapsto V z / \sqrt{N}, \qquad N \text{ the width of the stream that it reads}

    Args:
        variance: Prior variance of the entries of V.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
    """

    variance: Value
    width: Size | None = None


@dataclass(frozen=True)
class Attention(Weighted):
    r"""Multi-head attention, linear in its values, with a fixed attention matrix per head.

    .. math:: z \mapsto \sum_{h=1}^{H} V^h z\, \Omega^h / \sqrt{H N}

    Args:
        heads: H, the number of heads.
        variance: Prior variance of the entries of every V^h.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
    """

    heads: Size
    variance: Value
    width: Size | None = None
    needs: ClassVar[str] = "attention"

    @property
    def branches(self) -> Size:
        """H, the number of heads."""
        return self.heads

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """(H, T, T): of every head, keys and queries."""
        return int(self.heads), tokens, tokens

    def operators(self, data: Any, tokens: int) -> Any:
        """The attention matrices, shape (P, H, T, T)."""
        return data

    def with_branches(self, count: int) -> Any:
        """The same layer with another number of heads."""
        return replace(self, heads=count)


@dataclass(frozen=True)
class Gated(Weighted):
    r"""A gated linear layer: a fixed number per gate and example, the same for every token.

    .. math:: z \mapsto \sum_{h=1}^{H} g_h(x)\, V^h z / \sqrt{H N}

    Args:
        gates: H, the number of gates.
        variance: Prior variance of the entries of every V^h.
        width: The width of the output; inside a residual, left out, that of the residual's stream.

    Source: Li and Sompolinsky 2022.
    """

    gates: Size
    variance: Value
    width: Size | None = None
    needs: ClassVar[str] = "gates"

    @property
    def branches(self) -> Size:
        """H, the number of gates."""
        return self.gates

    def data_shape(self, tokens: int) -> tuple[int, ...]:
        """(H,): the gates of one example."""
        return (int(self.gates),)

    def operators(self, data: Any, tokens: int) -> Any:
        """g_h times the identity, shape (P, H, T, T)."""
        return np.asarray(data)[:, :, None, None] * np.eye(tokens)

    def with_branches(self, count: int) -> Any:
        """The same layer with another number of gates."""
        return replace(self, gates=count)


@dataclass(frozen=True)
class Convolution(Weighted):
    r"""A convolution over a line of tokens: one branch per offset of the filter.

    .. math:: z_t \mapsto \sum_{k=1}^{K} V^k z_{s t + k - 1 - p} / \sqrt{K N}

    with zeros beyond the ends; s is the stride, p the padding on either side.

    Args:
        size: K, the number of offsets.
        variance: Prior variance of the entries of every V^k.
        width: The width of the output; inside a residual, left out, that of the residual's stream.
        stride: s.
        padding: p.

    Source: Aiudi et al. (local kernel renormalisation), with a readout per position.
    """

    size: int
    variance: Value
    width: Size | None = None
    stride: int = 1
    padding: int = 0

    @property
    def branches(self) -> Size:
        """K, the number of offsets."""
        return self.size

    def tokens_above(self, tokens: int) -> int:
        """How many positions the filter has."""
        return (tokens + 2 * self.padding - self.size) // self.stride + 1

    def operators(self, data: Any, tokens: int) -> Any:
        """The shifts, shape (1, K, T below, T above)."""
        above = self.tokens_above(tokens)
        found = np.zeros((1, self.size, tokens, above))
        for k in range(self.size):
            for t in range(above):
                place = self.stride * t + k - self.padding
                if 0 <= place < tokens:
                    found[0, k, place, t] = 1.0
        return found


@dataclass(frozen=True)
class Residual:
    r"""A skip around layers that end in the stream in which they begin.

    .. math:: z \mapsto z + \mathrm{layers}(z)

    Args:
        layers: The layers of the body, the lowest first; linear, attention, residual or repeat.

    Raises:
        DescriptionError: `layers` is not a sequence of layers.
    """

    layers: tuple[Weighted | Residual | Repeat, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", as_layers(self.layers, "residual"))


@dataclass(frozen=True)
class Repeat:
    r"""Layers that stand one above the other a number of times.

    .. math:: z \mapsto \mathrm{layers}(\cdots \mathrm{layers}(z)), \qquad L \text{ times}

    A number of times is written out at once. A symbol is kept: the theory is then derived for any
    depth, by induction, with sizes and variances of their own in every copy; it may stand between
    embedding and readout, not inside another layer.

    Args:
        layers: What is repeated, the lowest first; linear, attention, residual or repeat.
        times: L, how often.

    Raises:
        DescriptionError: `layers` is not a sequence of layers.
    """

    layers: tuple[Weighted | Residual | Repeat, ...]
    times: Size

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", as_layers(self.layers, "repeat"))


@dataclass(frozen=True)
class Readout:
    r"""The last weights, read at one token.

    .. math:: f = a \cdot z_{t^*} / \sqrt{N_a}

    Args:
        variance: Prior variance of the entries of a.
        token: The readout token t*: "last", "first", or "mean" for the mean over tokens.
    """

    variance: Value
    token: str = "last"


Layer = Embedding | Features | Weighted | Residual | Repeat | Readout
GROUPS = (Residual, Repeat)
"""Layers that are made of layers."""
KINDS: dict[str, type] = {
    "embedding": Embedding,
    "features": Features,
    "linear": Linear,
    "attention": Attention,
    "gated": Gated,
    "convolution": Convolution,
    "residual": Residual,
    "repeat": Repeat,
    "readout": Readout,
}


def kind_of(layer: Layer) -> str:
    """The name by which a layer's kind is known in a TOML file.

    >>> kind_of(Readout(variance=1.0))
    'readout'
    """
    return next(kind for kind, cls in KINDS.items() if type(layer) is cls)


def as_layers(layers: Any, place: str) -> tuple[Any, ...]:
    """Layers given in any sequence, as a tuple.

    Raises:
        DescriptionError: It is not a sequence.
    """
    if isinstance(layers, str) or not hasattr(layers, "__iter__"):
        raise DescriptionError(
            f"{place}: {shown(layers)} where a sequence of layers is due; write (layer, layer, ...)"
        )
    return tuple(layers)


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
    if isinstance(layer, Residual | Readout):
        return stream
    if isinstance(layer, Repeat):
        for inner in layer.layers:
            stream = output_width(inner, stream, residual)
        return stream
    width: Size | None = layer.width
    if width is not None:
        return width
    return stream if residual is None else residual
