"""Every layer in its place between two streams, and the one descent through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from derive.errors import DescriptionError
from derive.theories.networks.description.groups import branches_of, keeps_stream
from derive.theories.networks.description.layers import (
    Identity,
    Layer,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Serial,
    Size,
    Weighted,
    output_width,
)
from derive.theories.networks.description.network import Network
from derive.wording import shown

T = TypeVar("T")


@dataclass(frozen=True)
class Placed:
    """A layer with a weight, in its place between two streams."""

    layer: Layer
    weight: int
    below: int | None
    above: int | None
    branching: int | None


@dataclass(frozen=True)
class Fork:
    """A sum of branches, each placed; a branch of no layers is the identity."""

    branches: tuple[tuple[Placed | Fork, ...], ...]


Places = tuple[Placed | Fork, ...]


Active = dict[int, T]


def descend(
    places: Places,
    active: Active[T],
    visit: Callable[[Placed, Active[T]], T],
    combine: Callable[[T, T], T],
) -> Active[T]:
    """Carry the active vectors from the top of a run of layers to its bottom.

    Args:
        places: The layers, the lowest first.
        active: What is known of every block of vectors at the top; the key is the block's weight.
        visit: What a weight makes of the blocks that it acts on.
        combine: What becomes of one block that two identity branches hand down.

    Returns:
        The blocks at the bottom, in the order of paths: what an identity hands down comes first,
        then what branches add, in their order. That is the order in which the stream has them.
    """
    for item in reversed(places):
        if isinstance(item, Placed):
            active = {item.weight: visit(item, active)}
            continue
        below: Active[T] = {}
        for branch in item.branches:
            for block, value in descend(branch, active, visit, combine).items():
                below[block] = combine(below[block], value) if block in below else value
        active = {block: below[block] for block in (*active, *below) if block in below}
    return active


def placed_weights(places: Places) -> Iterator[Placed]:
    """Every weight of some layers, the lowest first."""
    for item in places:
        if isinstance(item, Placed):
            yield item
            continue
        for branch in item.branches:
            yield from placed_weights(branch)


class _Placer:
    """Gives every layer its weight and its streams, going up.

    A stream has a provisional number until the layers that end in it are placed; then it has its
    place in `order`.
    """

    def __init__(self) -> None:
        self.widths: list[Size] = []
        self.order: list[int] = []
        self.weights = 0
        self.branched = 0

    def place(self, layers: tuple[Layer, ...], stream: int | None, end: int | None) -> Places:
        """Place layers that begin in `stream`; the last weight ends in `end` where one is given."""
        opening = [k for k, layer in enumerate(layers) if not keeps_stream(layer)]
        placed: list[Placed | Fork] = []
        for number, layer in enumerate(layers):
            if isinstance(layer, Repeat):
                raise DescriptionError(
                    f"the depth {shown(layer.times)} has no value; give it one with "
                    f"--set {layer.times}=VALUE or network.with_values({{{layer.times!r}: value}})"
                )
            is_new = number in opening and (end is None or number != opening[-1])
            above = stream if number not in opening else end
            if is_new and not isinstance(layer, Readout):
                above = self._open(layer, stream, end)
            placed += self._placed(layer, stream, above)
            if is_new and above is not None:
                self.order.append(above)
            stream = above
        return tuple(placed)

    def _placed(self, layer: Any, stream: int | None, above: int | None) -> Places:
        if isinstance(layer, Identity):
            return ()
        if isinstance(layer, Serial):
            return self.place(layer.layers, stream, above)
        if isinstance(layer, Residual | Parallel):
            return (Fork(tuple(self.place(b, stream, above) for b in branches_of(layer))),)
        return (self._weight(layer, stream, above),)

    def _open(self, layer: Layer, stream: int | None, end: int | None) -> int:
        # Outside residuals every width is given; inside, one left out is that of the skip.
        below = 0 if stream is None else self.widths[stream]
        self.widths.append(output_width(layer, below, None if end is None else self.widths[end]))
        return len(self.widths) - 1

    def _weight(self, layer: Any, below: int | None, above: int | None) -> Placed:
        branching = None
        if isinstance(layer, Weighted | Readout) and layer.branched:
            self.branched += 1
            branching = self.branched
        self.weights += 1
        return Placed(layer, self.weights - 1, below, above, branching)


def place(network: Network) -> tuple[Places, tuple[Size, ...]]:
    """The network's layers between their streams, and the width of every stream.

    A stream in which branches end is counted after the streams inside the branches.
    """
    placer = _Placer()
    places = placer.place(network.layers, None, None)
    numbers = {stream: number for number, stream in enumerate(placer.order)}
    widths = tuple(placer.widths[stream] for stream in placer.order)
    return _numbered(places, numbers), widths


def _numbered(places: Places, numbers: dict[int, int]) -> Places:
    def numbered(item: Placed | Fork) -> Placed | Fork:
        if isinstance(item, Fork):
            return Fork(tuple(_numbered(branch, numbers) for branch in item.branches))
        below = None if item.below is None else numbers[item.below]
        above = None if item.above is None else numbers[item.above]
        return replace(item, below=below, above=above)

    return tuple(map(numbered, places))
