r"""Paths through a network (theory of sections 1 and 2): their number, branches and labels.

A path takes one branch through each weight tensor on its way, or skips it. Paths are in data order:
the branch through the lowest weights is the slow index, a skip comes before the heads. That is the
order in which `descend` hands the blocks of vectors down, so everything here is a descent.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.errors import DescriptionError
from derive.memory import NUMBER, path_text, refuse_beyond_memory
from derive.theories.networks.description.layers import Readout, Weighted, walk
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.placing import (
    Active,
    Placed,
    descend,
    place,
    placed_weights,
)

PER_PATH = 8
"""Numbers that it takes to list a path, beside its branches."""


def path_count(network: Network) -> int:
    """M, the number of paths.

    Raises:
        DescriptionError: A number of heads is a symbol.

    >>> from derive.theories.networks.description import Attention, Embedding, Readout, Residual
    >>> body = Residual((Attention(heads=3, variance=1.0),))
    >>> path_count(Network((Embedding(8, 1.0), body, body, Readout(1.0)), 0.1))
    16
    """
    _check_heads(network)
    readout = network.readout
    start = int(readout.branches) * readout.outputs
    return int(carry(network, start, lambda item, blocks: _heads(item) * sum(blocks), _first))


def path_table(network: Network) -> NDArray[np.int64]:
    """The branch that each path takes through each weight between embedding and readout.

    Returns:
        Shape (M, weights), the lowest weight first; branches count from 1, and 0 is a skip. A
        readout per position adds a column of positions, several outputs one of outputs.

    Raises:
        DescriptionError: A number of heads is a symbol.
        SizeError: There are more paths than memory holds.

    >>> from derive.theories.networks.description import Attention, Embedding, Readout, Residual
    >>> layers = (Attention(2, 1.0, 8), Residual((Attention(1, 1.0),)))
    >>> path_table(Network((Embedding(8, 1.0), *layers, Readout(1.0)), 0.1)).tolist()
    [[1, 0], [1, 1], [2, 0], [2, 1]]
    """
    check_count(network)
    weights = len(list(placed_weights(place(network)[0]))) - 2

    def visit(item: Placed, blocks: list[NDArray[np.int64]]) -> NDArray[np.int64]:
        table = np.tile(np.concatenate(blocks), (_heads(item), 1))
        if item.weight > 0:
            table[:, item.weight - 1] = np.repeat(
                np.arange(1, _heads(item) + 1), len(table) // _heads(item)
            )
        return table

    readout = network.readout
    ends = []
    if readout.branched:
        ends.append(np.repeat(np.arange(int(readout.branches)) + 1, readout.outputs))
    if readout.outputs > 1:
        ends.append(np.tile(np.arange(readout.outputs) + 1, int(readout.branches)))
    start = np.zeros((len(ends[0]) if ends else 1, weights + len(ends)), dtype=np.int64)
    for column, choices in enumerate(ends, start=weights):
        start[:, column] = choices
    table: NDArray[np.int64] = carry(network, start, visit, _first)
    return table


def path_labels(network: Network) -> tuple[str, ...]:
    """A short label for each path: its branches, where paths differ.

    Raises:
        DescriptionError: As in `path_table`.

    >>> from derive.theories.networks.description import Attention, Embedding, Readout, Residual
    >>> layers = (Residual((Attention(1, 1.0),)), Attention(2, 1.0, 8))
    >>> path_labels(Network((Embedding(8, 1.0), *layers, Readout(1.0)), 0.1))
    ('(skip, 1)', '(skip, 2)', '(1, 1)', '(1, 2)')
    """
    table = path_table(network)
    telling = table[:, (table != table[0]).any(axis=0)]
    if not telling.shape[1]:
        return ("(all)",)
    return tuple(
        "(" + ", ".join(str(branch) if branch else "skip" for branch in row) + ")"
        for row in telling.tolist()
    )


def is_skipped(network: Network, weight: int) -> bool:
    """Whether some path skips a weight.

    Args:
        network: The description, head counts numeric.
        weight: The index of the weight.
    """
    return bool((path_table(network)[:, weight - 1] == 0).any())


def carry(network: Network, start: Any, visit: Any, combine: Any) -> Any:
    """What the embedding makes of `start`, handed down from the readout.

    Args:
        network: The description.
        start: What the readout hands to the block below it.
        visit: What a weight makes of the list of the blocks that it acts on, given both.
        combine: What becomes of one block that two identity branches hand down.
    """

    def at(item: Placed, active: Active[Any]) -> Any:
        return visit(item, list(active.values())) if active else start

    (bottom,) = descend(place(network)[0], {}, at, combine).values()
    return bottom


def _first(first: Any, _: Any) -> Any:
    """Two identity branches hand down one and the same block."""
    return first


def _heads(item: Placed) -> int:
    return int(item.layer.branches) if isinstance(item.layer, Weighted) else 1


def _check_heads(network: Network) -> None:
    layer: Any
    for where, layer in walk(network.layers):
        count = layer.branches if isinstance(layer, Weighted | Readout) else 1
        if isinstance(count, str):
            key = next(f.name for f in fields(layer) if getattr(layer, f.name) == count)
            raise DescriptionError(
                f"{where}.{key}: the symbol {count} has no value; give one with --set {count}=VALUE"
            )


def check_count(network: Network) -> None:
    """Refuse more paths than memory holds; before any of them is listed."""
    count, weights = path_count(network), len(list(placed_weights(place(network)[0])))
    needed = NUMBER * count * (PER_PATH + 2 * weights)
    remedy = "use fewer heads or fewer residuals"
    refuse_beyond_memory(needed, f"listing {path_text(count)} of the network", remedy)
