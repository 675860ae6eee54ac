"""A factor of the kernel of features between all examples and paths, which stands for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import lapack

from derive.errors import DataError
from derive.memory import NUMBER
from derive.theories.networks.description.arrays import Array
from derive.theories.networks.description.feature_maps import kernel_matrix, kernel_name
from derive.theories.networks.description.features import Features
from derive.wording import shown

MOST_BYTES = 4 * 10**9
"""Of the kernel between all paths, its factor, the inputs made of it and a check."""
COPIES = 6
"""How many arrays of that size there are at once."""
BLOCK = 2**22
"""Values of the kernel between tokens that are held at once."""
VALUES = 3
"""How many arrays of those values there are at once."""
ROUNDING = 1e-8
"""How far from symmetric, and below zero, a kernel may be, over its largest value."""


def kernel_factor(
    layer: Features, variance: float, parts: Sequence[tuple[Array, Array]]
) -> list[Array]:
    """Attended inputs of sets of examples, from their inputs and the operators of the paths.

    Args:
        layer: The first layer.
        variance: The value of its variance.
        parts: Of every set x, shape (P, N_x, T), and the operators, shape (P or 1, T, M).

    Returns:
        Of every set the shape (P, r, M).

    Raises:
        DataError: As in `feature_inputs`.
    """
    if parts[-1][0].shape[1] != parts[0][0].shape[1]:
        raise DataError(
            f"inputs_test: {parts[-1][0].shape[1]} features, and {parts[0][0].shape[1]} of the "
            "training examples; give as many"
        )
    _check_memory([(len(x), operators.shape[2]) for x, operators in parts])
    rows = [_read(x, operators) for x, operators in parts]
    factor = _factor(_path_kernel(layer, variance, rows), kernel_name(layer.kernel))
    factor *= np.sqrt(factor.shape[1] / variance)
    attended, start = [], 0
    for x, operators in parts:
        count = len(x) * operators.shape[2]
        block = factor[start : start + count].reshape(len(x), operators.shape[2], -1)
        attended.append(np.ascontiguousarray(block.transpose(0, 2, 1)))
        start += count
    return attended


def factor_bytes(side: int, tokens: int) -> int:
    """Bytes that it takes to make the inputs of all examples, the kernel's factor among them.

    Args:
        side: Examples times paths of one output, of training and test examples together.
        tokens: Of the larger set of examples.
    """
    block = min(max(BLOCK, tokens), tokens**2)
    return NUMBER * max(COPIES * side**2, 2 * side**2 + VALUES * block)


def _check_memory(sizes: list[tuple[int, int]]) -> None:
    side = sum(examples * paths for examples, paths in sizes)
    needed = NUMBER * COPIES * side**2
    if needed > MOST_BYTES:
        examples, paths = sum(count for count, _ in sizes), sizes[0][1]
        raise DataError(
            f"inputs: the kernel between {shown(examples)} examples along {paths} paths needs "
            f"{needed / 1e9:.1f} GB, at most {MOST_BYTES / 1e9:.0f} GB are taken; give fewer "
            "examples, or attended inputs of your own"
        )


def _read(inputs: Array, operators: Array) -> tuple[Array, Array]:
    """Tokens that some path reads, shape (P, T, N_x), and what paths read of them, (P, T, M)."""
    used = np.abs(operators).max(axis=(0, 2)) > 0
    used[0] |= not used.any()
    shape = (len(inputs), *operators[:, used].shape[1:])
    return inputs.transpose(0, 2, 1)[:, used], np.broadcast_to(operators[:, used], shape)


def _path_kernel(layer: Features, variance: float, rows: Sequence[tuple[Array, Array]]) -> Array:
    """The kernel between all examples along all paths, the example the slow index."""
    return np.block([[_between(layer, variance, left, right) for right in rows] for left in rows])


def _between(
    layer: Features, variance: float, left: tuple[Array, Array], right: tuple[Array, Array]
) -> Array:
    (x, first), (z, second) = left, right
    examples, tokens, features = z.shape
    across = z.reshape(-1, features)
    kernel = np.empty((len(x), first.shape[2], examples * second.shape[2]))
    step = max(1, BLOCK // (x.shape[1] * len(across)))
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        below = x[part].reshape(-1, features)
        values = kernel_matrix(layer.kernel, below, across, variance)
        values = values.reshape(-1, x.shape[1], examples, tokens, 1)
        half = (values.transpose(0, 1, 2, 4, 3) @ second).reshape(len(x[part]), x.shape[1], -1)
        kernel[part] = first[part].transpose(0, 2, 1) @ half
    return kernel.reshape(len(x) * first.shape[2], -1)


def _factor(kernel: Array, name: str) -> Array:
    """F with F F^T the kernel, as many columns as it has rank.

    Raises:
        DataError: The matrix is not symmetric, or not positive semidefinite, beyond rounding.
    """
    largest = max(float(np.abs(kernel).max()), 1e-300)
    if not np.isfinite(largest):
        raise DataError(f"the kernel {name}: values are not finite; scale the inputs down")
    gap = float(np.abs(kernel - kernel.T).max())
    if gap > ROUNDING * largest:
        raise DataError(
            f"the kernel {name} is not symmetric: values of a pair differ by {gap:.2g}; mend the "
            "function"
        )
    if not kernel.any():
        raise DataError(f"the kernel {name} vanishes on all examples; give other inputs")
    least = len(kernel) * np.finfo(float).eps * largest
    lower, order, rank, _ = lapack.dpstrf((kernel + kernel.T) / 2, lower=1, tol=least)
    factor = np.zeros((len(kernel), rank))
    factor[order - 1] = np.tril(lower)[:, :rank]
    gap = float(np.abs(factor @ factor.T - kernel).max())
    if rank == 0 or gap > ROUNDING * largest:
        raise DataError(
            f"the kernel {name} is not positive semidefinite on the examples: the nearest factor "
            f"misses values by {gap:.3g} beside {largest:.3g}; mend the function"
        )
    return factor
