"""Blocks of symbolic depth, each drawn once: their rows, and the numbers of what is in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from derive.theories.networks.derivation.render.rails import (
    Key,
    Row,
    Rows,
    end_of,
    run_units,
    stacked,
)
from derive.theories.networks.description import Network, Repeat
from derive.theories.networks.description.layers import Identity, Serial
from derive.theories.networks.description.placing import Places, place, placed_weights


@dataclass(frozen=True)
class Opened:
    """A network in which every block of symbolic depth stands once.

    Attributes:
        network: It.
        places: Its layers between their streams.
        blocks: Of every such block, the places of its layers among those, and its depth.
    """

    network: Network
    places: Places
    blocks: tuple[tuple[range, str], ...]

    @classmethod
    def of(cls, network: Network) -> Opened:
        """Open the blocks of a network."""
        layers: list[Any] = []
        blocks, count = [], 0
        for layer in network.layers:
            inner = layer.layers if isinstance(layer, Repeat) else (layer,)
            size = sum(map(_places, inner))
            if isinstance(layer, Repeat):
                blocks.append((range(count, count + size), str(layer.times)))
            layers += inner
            count += size
        opened = replace(network, layers=tuple(layers))
        return cls(opened, place(opened)[0], tuple(blocks))

    def rows(self, key: Key) -> Rows:
        """The drawing, its blocks in brackets, with what repeats itself left out."""
        units = run_units(self.places, None, key)
        rows: Rows = ()
        last = 0
        for inside, depth in self.blocks:
            rows = (*stacked(units[last : inside.start]), *rows)
            rows = (*_bracketed(stacked(units[inside.start : inside.stop]), depth), *rows)
            last = inside.stop
        ends = Row("○", text="output"), Row("○", text="inputs")
        return (ends[0], *stacked(units[last:]), *rows, ends[1])


def _places(layer: Any) -> int:
    """How many items of a run a layer becomes."""
    if isinstance(layer, Serial):
        return sum(map(_places, layer.layers))
    return 0 if isinstance(layer, Identity) else 1


def _bracketed(rows: Rows, depth: str) -> Rows:
    """A block with a bracket to the left of it."""
    if len(rows) == 1:
        return (replace(rows[0], margin=f"{depth} × [ "),)
    marks = ["╭", *"│" * (len(rows) - 2), "╰"]
    middle = len(rows) // 2
    marks[middle] = f"{depth} × {'┤' if 0 < middle < len(rows) - 1 else marks[middle]}"
    return tuple(replace(row, margin=f"{mark} ") for row, mark in zip(rows, marks, strict=True))


class Numbers:
    """Numbers of weights and streams, where blocks of symbolic depth stand once.

    The copy l of a block of c weights has the numbers of the first copy plus c (l - 1), and what is
    above the block those plus c (L - 1); so has every stream, where a copy begins in the last
    stream of the copy below, or where all begin and end in one.
    """

    def __init__(self, opened: Opened) -> None:
        self.weights: list[Block] = []
        self.streams: list[Block] = []
        for inside, depth in opened.blocks:
            items = opened.places[inside.start : inside.stop]
            placed = list(placed_weights(items))
            begin, end = placed[0].below, placed[0].below
            for item in items:
                end = end_of(item, end)
            assert begin is not None and end is not None
            count = len({item.above for item in placed} - {begin})
            self.weights.append(Block(depth, placed[0].weight, len(placed)))
            if end == begin:  # all copies are in one stream, and open streams of their own
                self.streams.append(Block(depth, begin + 1, count))
            else:
                self.streams.append(Block(depth, begin, count, end == begin + count))

    def weight(self, index: int) -> str:
        """The number of a weight, such as 2l+1."""
        return _number(index, self.weights, 0)

    def stream(self, index: int) -> str:
        """The number of a stream, counted from 1; empty where copies do not follow one rule."""
        return _number(index, self.streams, 1)


@dataclass(frozen=True)
class Block:
    """The first of the numbers in a block, and by how many those of the next copy are larger."""

    depth: str
    first: int
    count: int
    regular: bool = True


def _number(index: int, blocks: list[Block], least: int) -> str:
    constant, terms = index + least, []
    for block in blocks:
        if index < block.first:
            continue
        if not block.regular:
            return ""
        inside = index < block.first + block.count
        terms.append((block.count, "l" if inside else block.depth))
        constant -= block.count
        if inside:
            break
    text = "+".join(f"{count if count > 1 else ''}{letter}" for count, letter in terms if count)
    if not text:
        return str(constant)
    return text if constant == 0 else f"{text}{constant:+d}"


__all__ = ["Block", "Numbers", "Opened"]
