"""Whether branches that are added, and skips, join streams of one width."""

from __future__ import annotations

from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description.groups import branches_of, keeps_stream
from derive.theories.networks.description.layers import (
    Layer,
    Parallel,
    Repeat,
    Residual,
    Serial,
    Size,
    kind_of,
    output_width,
)


def check_skips(
    layers: tuple[Layer, ...],
    stream: Size = 0,
    residual: Size | None = None,
    prefix: str = "layers",
    *,
    first: int = 1,
) -> None:
    """Check that skips and other branches that are added join streams of equal width.

    Args:
        layers: The layers, the lowest first.
        stream: Width of the stream that the first of them reads.
        residual: Width of the stream of the residual around them, if there is one.
        prefix: The place of the layers.
        first: The number of the first of them there.

    Raises:
        DescriptionError: Streams of unequal widths are joined.
    """
    layer: Any
    for number, layer in enumerate(layers, start=first):
        place = f"{prefix}[{number}]"
        around = stream if keeps_stream(layer) else residual
        if isinstance(layer, Residual | Parallel):
            _check_sum(layer, stream, around, place)
        if isinstance(layer, Residual | Serial):
            check_skips(layer.layers, stream, around, f"{place}.layers")
        if isinstance(layer, Parallel):
            for k, branch in enumerate(layer.layers, start=1):
                if isinstance(branch, Serial):
                    inside = f"{place}.layers[{k}].layers"
                    check_skips(branch.layers, stream, around, inside)
                else:
                    check_skips((branch,), stream, around, f"{place}.layers", first=k)
        if isinstance(layer, Repeat):
            again = output_width(layer, stream, residual)
            for below in (stream, again):  # the first copy, and those above it
                check_skips(layer.layers, below, residual, f"{place}.layers")
        stream = output_width(layer, stream, residual)


def _check_sum(layer: Any, stream: Size, around: Size | None, place: str) -> None:
    """Check that all branches of a sum end in one width."""
    ends = []
    for branch in branches_of(layer):
        end = stream
        for inner in branch:
            end = output_width(inner, end, around)
        ends.append(end)
    if keeps_stream(layer) and set(ends) != {stream}:
        end = next(end for end in ends if end != stream)
        raise DescriptionError(
            f"{place}: a skip between unequal widths, {stream} below and {end} above; give the "
            f"last layer of the {kind_of(layer)} the width {stream}, or leave its width out, or "
            f"put a linear layer of width {end} in the place of the skip (a parallel)"
        )
    if len(set(ends)) > 1:
        raise DescriptionError(
            f"{place}: branches of unequal widths, {' and '.join(map(str, dict.fromkeys(ends)))}, "
            "cannot be added; give their last layers one width"
        )
