"""Streams, weights and vectors of a network, listed one by one (docs/formulas.md 2).

Going up, every layer finds the streams that it joins; going down from the readout, every weight
makes vectors in the stream below it: for each of its branches one of every vector that it acts on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from derive.theories.networks.description.layers import (
    Identity,
    Parallel,
    Readout,
    Residual,
    Serial,
)


@dataclass(eq=False)
class Vector:
    """An effective vector.

    Attributes:
        path: By the number of a weight, the branch taken there, from 1; weights skipped are absent.
        output: In which output it ends, from 0.
        place: Its place in its stream.
    """

    path: dict[int, int]
    output: int
    place: int = 0


@dataclass(eq=False)
class Stream:
    """The vectors of a stream, in their order."""

    vectors: list[Vector] = field(default_factory=list)


@dataclass(eq=False)
class Tensor:
    """A weight tensor.

    Attributes:
        layer: Its layer.
        number: Its place from below, 0 for the embedding.
        heads: Its number of branches.
        below: The stream that it reads; None for the embedding.
        above: The stream that it writes to; None for the readout.
        acts_on: Vectors of the stream above, in the order of paths.
        made: Vectors that it adds to the stream below; of the readout, one per output and position.
    """

    layer: Any
    number: int
    heads: int
    below: Stream | None
    above: Stream | None
    acts_on: list[Vector] = field(default_factory=list)
    made: list[Vector] = field(default_factory=list)


Node = Tensor | list[Any]
"""A weight, or the branches of a sum, each a list of nodes."""
Reading = Any
"""What a path reads of the tokens below it, in whatever form `below` gives it."""
Active = list[tuple[Vector, Reading]]


class Wiring:
    """A network as lists of vectors.

    Args:
        network: Its layers; numbers are not read.
        heads: Branches of every weight, the lowest first.
        start: What the readout reads, given its layer and the position.
        below: What a path reads below a weight: given the weight, its branch from 1, and what the
            path reads above it.

    Attributes:
        tensors: The lowest first.
        streams: The lowest first; one in which branches end after those inside the branches.
        paths: The vectors that the embedding acts on.
        readings: What each of them reads of the inputs.
    """

    def __init__(
        self,
        network: Any,
        heads: Sequence[int],
        start: Callable[[Any, int], Reading] = lambda layer, position: 0,
        below: Callable[[Tensor, int, Reading], Reading] = lambda tensor, branch, above: above,
    ) -> None:
        self.tensors: list[Tensor] = []
        self.streams: list[Stream] = []
        self._heads = list(heads)
        self._start, self._below = start, below
        self._outputs = network.readout.outputs
        nodes = self._up(network.layers, None, None)
        ends = self._down(nodes, [])
        self.paths = [vector for vector, _ in ends]
        self.readings = [reading for _, reading in ends]

    def branch_table(self) -> list[list[int]]:
        """For every path the branch in every weight between embedding and readout, 0 for a skip.

        A readout per position adds a column of positions, several outputs one of outputs.
        """
        readout = self.tensors[-1]
        numbers = [tensor.number for tensor in self.tensors[1:-1]]
        if readout.layer.token == "each":
            numbers.append(readout.number)
        rows = [[vector.path.get(number, 0) for number in numbers] for vector in self.paths]
        if self._outputs > 1:
            rows = [[*row, vector.output + 1] for row, vector in zip(rows, self.paths, strict=True)]
        return rows

    def _up(self, layers: Sequence[Any], stream: Stream | None, end: Stream | None) -> list[Node]:
        """Layers from a stream on; the last that leaves its stream goes to `end`, if given."""
        leaving = [number for number, layer in enumerate(layers) if not _stays(layer)]
        nodes: list[Node] = []
        for number, layer in enumerate(layers):
            above, opened = stream, False
            if number in leaving:
                opened = not isinstance(layer, Readout) and (end is None or number != leaving[-1])
                above = Stream() if opened else end
            nodes += self._nodes(layer, stream, above)
            if opened and above is not None:
                self.streams.append(above)
            stream = above
        return nodes

    def _nodes(self, layer: Any, stream: Stream | None, above: Stream | None) -> list[Node]:
        if isinstance(layer, Identity):
            return []
        if isinstance(layer, Serial):
            return self._up(layer.layers, stream, above)
        if isinstance(layer, Residual):
            return [[[], self._up(layer.layers, stream, above)]]
        if isinstance(layer, Parallel):
            return [[self._up((branch,), stream, above) for branch in layer.layers]]
        number = len(self.tensors)
        self.tensors.append(Tensor(layer, number, self._heads[number], stream, above))
        return [self.tensors[-1]]

    def _down(self, nodes: Sequence[Node], active: Active) -> Active:
        for node in reversed(nodes):
            if isinstance(node, Tensor):
                active = list(self._through(node, active))
                continue
            ends = [end for branch in node for end in self._down(branch, active)]
            handed = [vector for vector, _ in active]
            order = [vector for vector in handed if any(vector is lower for lower, _ in ends)]
            order += [vector for vector, _ in ends if not any(vector is seen for seen in handed)]
            active = [(vector, _sum_of(vector, ends)) for vector in order]
        return active

    def _through(self, tensor: Tensor, active: Active) -> Iterator[tuple[Vector, Reading]]:
        if tensor.below is None:  # the embedding: vectors above it are the paths
            tensor.acts_on = [vector for vector, _ in active]
            yield from active
            return
        above: Active = active
        if tensor.above is None:
            above = [(Vector({}, output), None) for output in range(self._outputs)]
        tensor.acts_on = [vector for vector, _ in above]
        for branch in range(1, tensor.heads + 1):
            for vector, reading in above:
                path = {**vector.path, tensor.number: branch}
                new = Vector(path, vector.output, len(tensor.below.vectors))
                tensor.below.vectors.append(new)
                tensor.made.append(new)
                if tensor.above is None:
                    yield new, self._start(tensor.layer, branch - 1)
                else:
                    yield new, self._below(tensor, branch, reading)


def _stays(layer: Any) -> bool:
    """Whether a layer ends in the stream in which it begins."""
    if isinstance(layer, Parallel):
        return any(_stays(branch) for branch in layer.layers)
    if isinstance(layer, Serial):
        return all(_stays(inner) for inner in layer.layers)
    return isinstance(layer, Residual | Identity)


def _sum_of(vector: Vector, ends: Active) -> Reading:
    """What a vector reads by all ways on which it is handed down."""
    first, *others = [reading for end, reading in ends if end is vector]
    for reading in others:
        first = first + reading
    return first
