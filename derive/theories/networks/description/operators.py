"""What the paths of a block of vectors do to tokens, identical paths once.

Going down from the readout the vectors of a block are paths that have met the same layers. Those
that share their branches above a layer share the product of the operators there; those whose
products are equal (shifts that add up to one shift, filters beyond an edge) are one from there on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from derive.identical import identical
from derive.theories.networks.description.arrays import Array

Classes = NDArray[np.int64]
"""The class of every path, shape (M,)."""


@dataclass(frozen=True, eq=False)
class Operators:
    """Products of operators, already applied to what the readout reads.

    Attributes:
        distinct: Of every class of paths, shape (P, T, m); (1, T, m) where all examples share them.
        classes: The class of every path, shape (M,), from 0 in the order of the first ones.
    """

    distinct: Array
    classes: Classes

    @classmethod
    def of(cls, columns: Array, classes: Classes | None = None) -> Operators:
        """Columns (P or 1, T, n) with the class of every path among them; equal ones are merged."""
        places = identical(columns)
        kept = np.unique(places, return_index=True)[1]
        if len(kept) < len(places):
            columns = columns[:, :, kept]
        return cls(columns, places if classes is None else places[classes])

    @classmethod
    def join(cls, blocks: Sequence[Operators]) -> Operators:
        """The paths of several blocks, one block after the other."""
        if len(blocks) == 1:
            return blocks[0]
        examples = max(len(block.distinct) for block in blocks)
        columns = [
            np.broadcast_to(block.distinct, (examples, *block.distinct.shape[1:]))
            for block in blocks
        ]
        starts = np.cumsum([0] + [block.distinct.shape[2] for block in blocks])
        classes = [s + block.classes for s, block in zip(starts, blocks, strict=False)]
        return cls.of(np.concatenate(columns, axis=2), np.concatenate(classes))

    def __add__(self, other: Operators) -> Operators:
        """The same paths by either of two ways: the operators add up."""
        (one, two), classes = common([self.classes, other.classes])
        return Operators.of(self.distinct[:, :, one] + other.distinct[:, :, two], classes)

    def below(self, omega: Array) -> Operators:
        """Under a layer with operators Omega, shape (P or 1, H, T, T or 1): heads slow.

        Numbers in the place of matrices, shape (P or 1, H), multiply the identity.
        """
        above = self.distinct
        if omega.ndim == 2:
            product = omega[:, :, None, None] * above[:, None]
        elif omega.shape[3] == 1:
            # What is given for one query is used by all tokens that are read, in the same way.
            product = applied(omega, above.sum(axis=1, keepdims=True)[:, None])
        else:
            product = applied(omega, above[:, None])
        examples, heads, tokens, count = product.shape  # tokens below
        columns = product.transpose(0, 2, 1, 3).reshape(examples, tokens, heads * count)
        shift = count * np.arange(heads)[:, None]
        return Operators.of(columns, (shift + self.classes).reshape(-1))


def applied(left: Array, right: Array) -> Array:
    """The product over tokens: the only one that is made on the way to the inputs' own."""
    return np.matmul(left, right)


def common(sets: Sequence[Classes]) -> tuple[list[Classes], Classes]:
    """The paths that are identical in every one of several respects.

    Args:
        sets: In each respect the class of every path, shape (M,).

    Returns:
        For every respect its class of each common class; and the common class of every path, in
        the order of the first ones.

    >>> common([np.array([0, 0, 1, 0]), np.array([0, 1, 1, 0])])
    ([array([0, 0, 1]), array([0, 1, 1])], array([0, 1, 2, 0]))
    """
    labels = np.zeros(len(sets[0]), dtype=np.int64)
    for classes in sets:
        labels = labels * (classes.max() + 1) + classes
        labels = np.unique(labels, return_inverse=True)[1].reshape(-1)  # keeps them small
    first, inverse = np.unique(labels, return_index=True, return_inverse=True)[1:]
    order = np.argsort(first)
    rank = np.argsort(order)
    return [classes[first[order]] for classes in sets], rank[inverse.reshape(-1)]
