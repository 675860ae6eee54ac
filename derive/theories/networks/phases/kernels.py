"""Whether data have a declared symmetry, and their kernels by sectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.theories.networks.analysis.exchangeable.sectors import Splitting
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.analysis.exchangeable.vectors import (
    permuted,
    sector_basis,
    vector_tables,
)
from derive.theories.networks.description import Data, Network, path_labels
from derive.theories.networks.description.graph import stream_graph, values

TOLERANCE = 1e-8
"""The largest change of a kernel under a permutation, in units of the largest kernel."""


def check_symmetry(
    network: Network, data: Data, symmetry: Symmetry, tolerance: float = TOLERANCE
) -> float:
    r"""Whether no exchange of two heads of a declared layer changes a kernel of paths.

    .. math:: \xi^{g\pi}_\mu \cdot \xi^{g\pi'}_\nu = \xi^\pi_\mu \cdot \xi^{\pi'}_\nu

    for exchanges g of neighbouring heads, which generate all permutations.

    Args:
        network: Every head count is a number.
        data: Attended inputs of shape (P, N_0, M).
        symmetry: What is declared.
        tolerance: In units of the largest kernel.

    Returns:
        The largest change, in these units.

    Raises:
        DataError: A change is larger; the message shows the worst one.
    """
    table = vector_tables(symmetry.notation.graph, head_counts(network))[0]
    attended = data.of_paths()
    if attended.shape[2] != len(table):
        raise DataError(
            f"attended: {attended.shape[2]} paths, the network has {len(table)}; give its paths"
        )
    scale = float(np.einsum("mip,mip->mp", attended, attended).max())
    worst = (0.0, "")
    for weight, head, moved in _exchanges(network, symmetry, table):
        for path in range(len(table)):
            kernels = _kernels(attended, path), _kernels(attended[:, :, moved], path)
            gap = np.abs(kernels[0] - kernels[1])
            if gap.max() > worst[0]:
                place = np.unravel_index(int(gap.argmax()), gap.shape)
                where = (symmetry.notation.graph.weights[weight].branching, head, path, place)
                numbers = float(kernels[0][place]), float(kernels[1][place])
                worst = float(gap.max()), _violation(network, where, numbers)
    if worst[0] > tolerance * scale:
        raise DataError(worst[1])
    return worst[0] / scale if scale else 0.0


def _exchanges(network: Network, symmetry: Symmetry, table: Any) -> Iterator[tuple[int, int, Any]]:
    for weight in symmetry.weights:
        count = head_counts(network)[weight]
        for head in range(1, count):
            order = list(range(1, count + 1))
            order[head - 1], order[head] = order[head], order[head - 1]
            yield weight, head, permuted(table, weight, order)


def _kernels(attended: np.ndarray, path: int) -> np.ndarray:
    """The kernels of one path with all others: shape (P, P, M)."""
    return np.tensordot(attended[:, :, path], attended, axes=(1, 1))


def _violation(network: Network, where: Any, numbers: tuple[float, float]) -> str:
    layer, head, path, (first, second, other) = where
    labels = path_labels(network)
    return (
        f"attended: not symmetric under exchange of heads {head} and {head + 1} of layer {layer}: "
        f"the kernel of paths {labels[path]} and {labels[other]}, examples {first + 1} and "
        f"{second + 1}, changes from {numbers[0]:.8g} to {numbers[1]:.8g}; give data whose heads "
        "are exchangeable"
    )


def head_counts(network: Network) -> tuple[int, ...]:
    """Branches of every weight."""
    return values(network, stream_graph(network)).heads


def sector_arrays(network: Network, data: Data, symmetry: Symmetry) -> dict[str, np.ndarray]:
    """By name, X_S of shape (P, k_S, features), and K_S of shape (P, P) where k_S is 1."""
    heads, split = head_counts(network), Splitting(symmetry)
    table = vector_tables(symmetry.notation.graph, heads)[0]
    arrays = {}
    for sector in symmetry.sectors(symmetry.notation.data().paths):
        basis = sector_basis(table, sector, heads).astype(float)
        parts = np.einsum("min,vkn->mkiv", data.of_paths(), basis, optimize=True)
        flat = parts.reshape(len(parts), basis.shape[1], -1)
        arrays[split.data(sector).name] = flat
        if basis.shape[1] == 1:
            arrays[split.kernel(sector).name] = flat[:, 0] @ flat[:, 0].T
    return arrays
