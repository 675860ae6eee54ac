"""The memory that attended inputs will take, from sizes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from derive.errors import DeriveError, SizeError
from derive.memory import NUMBER, available_memory, path_text, refuse_beyond_memory
from derive.theories.networks.description.arrays import Array
from derive.theories.networks.description.operators import Operators

STAND_INS = 2
"""Examples that stand in for all: what is the same for two is the same for all."""
REMEDY = "use fewer heads, residuals, features or examples"

PER_CLASS = 6
"""Numbers that it takes to keep the class of a path, and to find it."""

PRODUCTS = 3
"""Arrays of the size of a product of operators: the product, its paths side by side, their keys."""

Watch = Callable[[list[Operators], Operators, Array, Any], None]
"""Is called above a layer with branches: the blocks there, all their paths together, the operators
of the layer, and the array that they are made of."""


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
        entries: By the index of its weight the entries of a layer's operators for one example.
        descend: Gives the operators of all paths from the layers' arrays, and shows every step.
    """

    examples: int
    features: int
    tokens: int
    paths: int
    outputs: int
    arrays: Mapping[int, tuple[int, ...] | None]
    entries: Mapping[int, int]
    descend: Callable[[Mapping[int, Any], Watch], Operators] = field(repr=False)

    def bound(self) -> int:
        """Bytes that attending cannot exceed, even if no two paths are identical."""
        per_example = (PRODUCTS + 2) * self.tokens + (2 * self.outputs**2 + 1) * self.features
        paths = self.paths * (self.examples * per_example + PER_CLASS)
        return NUMBER * (paths + self._checked()) + self._operators(self.examples)

    def _checked(self) -> int:
        """Numbers whose place a test of the largest array that is given takes: two bytes each."""
        shapes = [shape for shape in self.arrays.values() if shape is not None]
        largest = max([self.features * self.tokens, *map(prod, shapes)])
        return self.examples * largest * 2 // NUMBER

    def _operators(self, examples: int) -> int:
        """Bytes of the operators of one layer, with a test of them.

        Those of a layer without an array are the same for every example.
        """
        sizes = (
            count * (1 if self.arrays[weight] is None else examples)
            for weight, count in self.entries.items()
        )
        return (NUMBER + 1) * max(sizes, default=0)

    def memory(self) -> tuple[int, int]:
        """Bytes that attending needs at its peak, and the number m of paths that differ.

        Of several outputs, there is a row for each, and m counts its paths as well.

        Operators go down for two random examples: what is the same for every example stays so, and
        paths that are identical whatever the data are found. Data can make further ones identical.
        """
        if self._operators(STAND_INS) > available_memory():
            return self.bound(), self.paths * self.outputs
        peak = _Peak(self.examples)
        generator = np.random.default_rng(0)
        arrays = {
            weight: None if shape is None else generator.random((STAND_INS, *shape))
            for weight, shape in self.arrays.items()
        }
        try:
            operators = self.descend(arrays, peak.watch)
        except DeriveError:  # a kind of layer that takes no such array, or too many paths differ
            return self.bound(), self.paths * self.outputs
        distinct = operators.distinct.shape[2]
        attended = self.examples * self.features * distinct
        rows = attended * self.outputs**2 if self.outputs > 1 else 0
        last = max(peak.size(operators) + 2 * attended, attended + rows)
        needed = max(peak.largest, self._checked(), last)
        return NUMBER * (needed + PER_CLASS * self.paths), distinct * self.outputs


class _Peak:
    """The largest number of entries that are alive at one time, going down.

    Args:
        examples: P, for which two examples stand in.
    """

    def __init__(self, examples: int) -> None:
        self.examples, self.largest = examples, 0

    def size(self, block: Operators) -> int:
        """Entries of a block of all examples."""
        return self._of_all(block.distinct.shape)

    def _of_all(self, shape: tuple[int, ...]) -> int:
        return (1 if shape[0] == 1 else self.examples) * prod(shape[1:])

    def watch(self, blocks: list[Operators], joined: Operators, omega: Array, given: Any) -> None:
        """Count one step; refuse what would not fit even for the examples that stand in."""
        examples = max(len(omega), len(joined.distinct))
        tokens = joined.distinct.shape[1] if omega.ndim == 2 else omega.shape[2]
        shape = (examples, omega.shape[1], tokens, joined.distinct.shape[2])
        if NUMBER * PRODUCTS * prod(shape) > available_memory():
            raise SizeError("memory: two examples do not fit; give fewer paths")
        above = sum(map(self.size, blocks)) + (self.size(joined) if len(blocks) > 1 else 0)
        is_given = given is not None and np.may_share_memory(omega, given)
        own = 0 if is_given else self._of_all(omega.shape) * (NUMBER + 1) // NUMBER
        self.largest = max(self.largest, above + own + PRODUCTS * self._of_all(shape))


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
