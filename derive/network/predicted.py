"""The memory that attended inputs will take, from sizes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from derive.errors import DeriveError
from derive.network import asked
from derive.network.memory import NUMBER, available_memory, path_text, refuse_beyond_memory
from derive.network.operators import Operators
from derive.network.weighted import Weighted

STAND_INS = 2
"""Examples that stand in for all: what is the same for two is the same for all."""
REMEDY = "use fewer heads, residuals, features or examples"

PER_CLASS = 6
"""Numbers that it takes to keep the class of a path, and to find it."""

Watch = Callable[[list[Operators], Operators], None]
"""Is called with the blocks above a layer with branches, and with those below it."""


@dataclass(frozen=True)
class Made:
    """The largest operators that a layer makes; they are made one layer at a time.

    Attributes:
        weight: The index of the layer's weight.
        shape: (P or 1, H, tokens below, tokens above).
    """

    weight: int
    shape: tuple[int, int, int, int]

    @property
    def bytes(self) -> int:
        """Of the array, and of the test that its entries are finite."""
        return (NUMBER + 1) * prod(self.shape)

    def refuse_large(self) -> None:
        """Raise SizeError where they do not fit into memory."""
        what = f"making the operators of weight V_{self.weight}, shape {self.shape},"
        refuse_beyond_memory(self.bytes, what, "use fewer tokens, branches or examples")


def largest_made(
    layers: Mapping[int, Weighted], counts: Mapping[int, int], examples: int
) -> Made | None:
    """The largest operators that layers make; None where none makes any.

    An array that has the shape of the operators already is taken to be them, as attention's is.

    Args:
        layers: By the index of their weight, branches numeric.
        counts: How many tokens go into every weight.
        examples: P.
    """
    found = []
    for weight, layer in layers.items():
        if not layer.branched:
            continue
        tokens = counts[weight]
        own = int(asked.branch_count(layer)), tokens, asked.tokens_above(layer, tokens)
        if not layer.needs or asked.data_shape(layer, tokens) != own:
            found.append(Made(weight, (examples if layer.needs else 1, *own)))
    return max(found, key=lambda made: made.bytes, default=None)


@dataclass(frozen=True)
class Inputs:
    """Sizes of the inputs of one set of examples.

    Attributes:
        examples: P.
        features: N_0.
        tokens: The most on either side of a layer.
        paths: M / O, the paths that end in one output.
        outputs: O.
        arrays: By the index of its weight the shape of a layer's array for one example; None where
            it has no array.
        made: The largest operators that a layer makes.
        descend: Gives the operators of all paths from the layers' arrays, and shows every step.
    """

    examples: int
    features: int
    tokens: int
    paths: int
    outputs: int
    arrays: Mapping[int, tuple[int, ...] | None]
    made: Made | None
    descend: Callable[[Mapping[int, Any], Watch], Operators] = field(repr=False)

    def bound(self) -> int:
        """Bytes that attending cannot exceed, even if no two paths are identical."""
        per_example = 3 * self.tokens + 2 * self.features * self.outputs**2
        numbers = self.paths * (self.examples * per_example + PER_CLASS) + self._checked()
        return NUMBER * numbers + self.making()

    def making(self) -> int:
        """Bytes of the largest operators that a layer makes."""
        return 0 if self.made is None else self.made.bytes

    def _checked(self) -> int:
        """Numbers whose place a test of the largest array that is given takes: two bytes each."""
        shapes = [shape for shape in self.arrays.values() if shape is not None]
        largest = max([self.features * self.tokens, *map(prod, shapes)])
        return self.examples * largest * 2 // NUMBER

    def memory(self) -> tuple[int, int]:
        """Bytes that attending needs at its peak, and the number m of paths that differ.

        Of several outputs, there is a row for each, and m counts its paths as well.

        Operators go down for two random examples: what is the same for every example stays so, and
        paths that are identical whatever the data are found. Data can make further ones identical.

        Raises:
            SizeError: The operators of a layer, which have to be made for that, do not fit.
        """
        if self.made is not None:
            self.made.refuse_large()
        peak = 0

        def size(block: Operators) -> int:
            shared, tokens, count = block.distinct.shape
            return (1 if shared == 1 else self.examples) * tokens * count

        def watch(above: list[Operators], below: Operators) -> None:
            nonlocal peak
            peak = max(peak, 2 * (sum(map(size, above)) + size(below)))

        generator = np.random.default_rng(0)
        arrays = {
            weight: None if shape is None else generator.random((STAND_INS, *shape))
            for weight, shape in self.arrays.items()
        }
        try:
            found = self.descend(arrays, watch)
        except DeriveError:  # a kind of layer that takes no such array
            return self.bound(), self.paths * self.outputs
        distinct = found.distinct.shape[2]
        attended = self.examples * self.features * distinct
        rows = attended * self.outputs**2 if self.outputs > 1 else 0
        attended += 2 * attended // NUMBER
        peak = max(peak, self._checked(), size(found) + attended, attended + rows)
        return NUMBER * (peak + PER_CLASS * self.paths) + self.making(), distinct * self.outputs


def refuse_large_inputs(inputs: Inputs) -> None:
    """Refuse to make attended inputs that do not fit into memory.

    Raises:
        SizeError: The message has the predicted number, and the number of paths.
    """
    if inputs.bound() > available_memory():
        needed, distinct = inputs.memory()
        shown = path_text(inputs.paths * inputs.outputs, distinct)
        what = f"attending {shown} with {inputs.examples} examples"
        refuse_beyond_memory(needed, what, REMEDY)
