"""Repeats: those of a known number written out, those of a symbol cut apart from what is around."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.groups import keeps_stream
from derive.theories.networks.description.layers import (
    GROUPS,
    Embedding,
    Layer,
    Parallel,
    Repeat,
    Serial,
    Size,
    walk,
)
from derive.wording import shown

MAX_LAYERS = 2000
"""Layers after every known repeat is written out."""


def check_repeats(layers: tuple[Any, ...]) -> None:
    """Check that a repeat of a symbol stands between embedding and readout, and that none is huge.

    Raises:
        DescriptionError: One stands inside another layer, or too many layers would come of them.
    """
    for place, layer in walk(layers):
        if isinstance(layer, Repeat) and isinstance(layer.times, str) and "." in place:
            raise DescriptionError(
                f"{place}.times: the depth {shown(layer.times)} is a symbol inside another layer; "
                "give a number there, or repeat between embedding and readout"
            )
    count = sum(_count(layer) for layer in layers)
    if count > MAX_LAYERS and any(isinstance(layer, Repeat) for _, layer in walk(layers)):
        raise DescriptionError(
            f"layers: {count} of them when repeats are written out, {MAX_LAYERS} at most; "
            "give a smaller number of times, or a symbol"
        )


def _count(layer: Layer) -> int:
    if not isinstance(layer, GROUPS):
        return 1
    times = layer.times if isinstance(layer, Repeat) and isinstance(layer.times, int) else 1
    return times * sum(_count(inner) for inner in layer.layers)


def written_out(layers: tuple[Any, ...], *, branches: bool = False) -> tuple[Any, ...]:
    """The layers with every repeat of a known number written out.

    Args:
        layers: One above the other.
        branches: Whether they are the branches of a sum instead: a repeat among them stays one
            branch, its copies one above the other.

    >>> from derive.theories.networks.description import Linear, Repeat
    >>> written_out((Repeat((Linear(1.0, 9),), 2),))
    (Linear(variance=1.0, width=9), Linear(variance=1.0, width=9))
    """
    written: list[Any] = []
    for layer in layers:
        if isinstance(layer, GROUPS):
            inner = written_out(layer.layers, branches=isinstance(layer, Parallel))
            layer = replace(layer, layers=inner)
        known = isinstance(layer, Repeat) and isinstance(layer.times, int)
        copies = layer.layers * layer.times if known else (layer,)
        written.extend((Serial(copies),) if branches and known else copies)
    return tuple(written)


@dataclass(frozen=True)
class Segment:
    """A run of layers: in a repeat, one copy of it.

    A segment whose layers are residuals stands in the stream that the segment above it begins in.

    Attributes:
        layers: The lowest first; the lowest segment begins with the embedding, the highest ends
            with the readout.
        times: The symbol of its depth; None for layers that stand once.
        fewer: How many copies stand outside: the segment has `times` - `fewer` copies.
    """

    layers: tuple[Any, ...]
    times: str | None = None
    fewer: int = 0

    @property
    def opens(self) -> bool:
        """Whether there are layers, and one of them opens a stream outside residuals."""
        layers = [layer for layer in self.layers if not isinstance(layer, Embedding | Features)]
        return _residuals_on_top(self.layers) < len(layers)


def segments(layers: tuple[Any, ...]) -> tuple[Segment, ...]:
    """The layers cut so that the layer below each cut opens a stream.

    A residual adds vectors to the stream that the layer below it opens, so it stays with what is
    above. A copy that ends in residuals is cut below them, and the rest goes around: A B, A B,
    A B is A, then B A, B A, then B. Copies of residuals alone are all in one stream, which the
    layers above it open: there the cuts are between the copies, and no repeat begins above them.

    >>> from derive.theories.networks.description import Embedding, Linear, Readout, Repeat
    >>> layers = (Embedding("N", 1.0), Repeat((Linear(1.0, "N"),), "L"), Readout(1.0))
    >>> [(len(segment.layers), segment.times) for segment in segments(layers)]
    [(1, None), (1, 'L'), (1, None)]
    """
    parts: list[Segment] = [Segment(())]
    for layer in layers:
        if not isinstance(layer, Repeat):
            parts[-1] = replace(parts[-1], layers=(*parts[-1].layers, layer))
            continue
        if _residuals_on_top(layer.layers) == len(layer.layers):
            parts = [*_cut_below_residuals(parts), Segment(layer.layers, str(layer.times))]
            parts.append(Segment(()))
            continue
        body, rest = _parted(layer.layers)
        below, fewer = parts[-1].layers, 0
        if rest or _residuals_on_top(below) or (not below and not parts[-2].opens):
            below = (*below, *body)
            body = (*rest, *body)
            fewer = 1
        parts[-1] = replace(parts[-1], layers=below)
        parts += [Segment(body, str(layer.times), fewer), Segment(rest)]
    return tuple(parts)


def _parted(layers: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The layers down from the last that opens a stream, and the residuals above it."""
    count = len(layers) - _residuals_on_top(layers)
    return layers[:count], layers[count:]


def _cut_below_residuals(parts: list[Segment]) -> list[Segment]:
    """The segments with the residuals at the upper end apart from what opens their stream."""
    below, rest = _parted(parts[-1].layers)
    if not rest or not any(not isinstance(layer, Embedding | Features) for layer in below):
        return parts
    return [*parts[:-1], replace(parts[-1], layers=below), Segment(rest)]


def _residuals_on_top(layers: tuple[Any, ...]) -> int:
    """How many layers at the upper end open no stream."""
    count = 0
    while count < len(layers) and keeps_stream(layers[-1 - count]):
        count += 1
    return count


def with_repeat(layers: tuple[Any, ...], times: Size) -> tuple[Any, ...]:
    """The layers with what stands between embedding and readout repeated.

    Layers that already repeat a block count as that block: two attention layers, repeated L times,
    are one attention layer L times.

    Args:
        layers: From the embedding to the readout.
        times: A number, or the name of a depth.

    Raises:
        DescriptionError: Nothing stands between, or it has a depth of its own.

    >>> from derive.theories.networks.description import Embedding, Linear, Readout
    >>> ends = Embedding("N", 1.0), Readout(1.0)
    >>> with_repeat((ends[0], Linear(1.0, "N"), Linear(1.0, "N"), ends[1]), "L")[1].times
    'L'
    """
    bottom, *inner, top = layers
    if not inner:
        raise DescriptionError(
            "layers: nothing stands between embedding and readout; give a layer to repeat"
        )
    for place, layer in walk(layers):
        if isinstance(layer, Repeat):
            raise DescriptionError(
                f"{place}: the network has the depth {shown(layer.times)} already; give it a "
                "number, or do not repeat it"
            )
    forms = [_form(layer) for layer in inner]
    period = next(
        k
        for k in range(1, len(inner) + 1)
        if len(inner) % k == 0 and forms == forms[:k] * (len(inner) // k)
    )
    return (bottom, Repeat(tuple(inner[:period]), times), top)


def _form(layer: Layer) -> Any:
    """A layer without its sizes and variances, which every copy has for itself."""
    inside = tuple(map(_form, layer.layers)) if isinstance(layer, GROUPS) else ()
    return type(layer), inside
