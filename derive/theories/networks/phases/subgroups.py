"""Overlaps that only some permutations keep: heads in groups, exchangeable within each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.analysis.exchangeable.vectors import Table, permuted
from derive.theories.networks.phases.hessian import Layout

SAME = 1e-6
"""The largest difference, relative, between overlaps that are the same."""

Partition = tuple[tuple[int, ...], ...]
"""Heads of a layer, those that may be exchanged with each other in one group."""


class Average:
    """The average of overlaps over the permutations within groups of heads.

    Args:
        layout: Where the heads are.
        groups: For every declared layer.
    """

    def __init__(self, layout: Layout, groups: Sequence[Partition]) -> None:
        self.classes = [_classes(table, layout.weights, groups) for table in layout.tables]

    def __call__(self, overlaps: Overlaps) -> Overlaps:
        """The averages, one stream after the other."""
        return tuple(
            (np.bincount(kinds, overlap.ravel()) / np.bincount(kinds))[kinds].reshape(overlap.shape)
            for kinds, overlap in zip(self.classes, overlaps, strict=True)
        )


def _classes(table: Table, weights: Sequence[int], groups: Sequence[Partition]) -> np.ndarray:
    """A number for every pair of vectors; permutations take a pair to those of its number."""
    first, second = (index.ravel() for index in np.indices((len(table),) * 2))
    features = []
    declared = dict(zip(weights, groups, strict=True))
    for weight in range(table.shape[1]):
        left, right = table[first, weight], table[second, weight]
        if weight in declared:
            home = np.zeros(table[:, weight].max() + 1, dtype=int)
            for number, group in enumerate(declared[weight], start=1):
                home[[head for head in group if head < len(home)]] = number
            features += [home[left], home[right], np.where(left > 0, left == right, 0)]
        else:
            features += [left, right]
    return np.unique(np.array(features).T, axis=0, return_inverse=True)[1].ravel()


def exchangeable_heads(overlaps: Overlaps, layout: Layout) -> tuple[Partition, ...]:
    """For every declared layer, the heads that may be exchanged without changing any overlap."""
    partitions = []
    for weight, count in zip(layout.weights, layout.declared, strict=True):
        groups: list[list[int]] = []
        for head in range(1, count + 1):
            home = next((g for g in groups if _alike(overlaps, layout, weight, (g[0], head))), None)
            if home is None:
                groups.append([head])
            else:
                home.append(head)
        partitions.append(tuple(map(tuple, groups)))
    return tuple(partitions)


def _alike(overlaps: Overlaps, layout: Layout, weight: int, pair: tuple[int, int]) -> bool:
    first, second = pair
    order = list(range(1, layout.heads[weight] + 1))
    order[first - 1], order[second - 1] = second, first
    for overlap, table in zip(overlaps, layout.tables, strict=True):
        place = permuted(table, weight, order)
        gap = np.abs(overlap - overlap[np.ix_(place, place)]).max()
        if gap > SAME * np.abs(overlap).max():
            return False
    return True
