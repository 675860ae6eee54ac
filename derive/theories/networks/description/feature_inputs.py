r"""Attended inputs in the feature space of a kernel: a factor of the kernel between all paths.

Where the first layer is linear, a path's attended input is a vector of N_0 features. Where the
kernel of the first layer is given, it is a vector of the kernel's own feature space, of which a
finite set of examples spans r dimensions: r takes the place of N_0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import lapack

from derive.errors import DataError, DescriptionError
from derive.memory import NUMBER
from derive.theories.networks.description.arrays import Array
from derive.theories.networks.description.attended import path_operators, rows_of_outputs
from derive.theories.networks.description.feature_maps import (
    feature_map,
    has_mean,
    kernel_matrix,
    kernel_mean,
    kernel_name,
)
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.network import Network
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


def feature_layer(network: Network) -> Features | None:
    """The first layer, where it is one of features."""
    first = network.layers[0]
    return first if isinstance(first, Features) else None


def feature_note(network: Network) -> str:
    """What a first layer of features means for all results; empty without one."""
    layer = feature_layer(network)
    if layer is None:
        return ""
    note = (
        f"the first layer has the kernel {kernel_name(layer.kernel)}: the theory is that of "
        "Gaussian features, exact for these alone; nonlinear features have it to leading order in "
        "the proportional limit"
    )
    if has_mean(layer.kernel):
        return f"{note}; these have a mean, and b, the projections on it, are order parameters"
    if feature_map(layer.kernel) is None:
        return f"{note}; their mean counts as zero, as the function has no attribute mean"
    return note


def first_kernel(network: Network) -> str:
    """The kernel of the first layer, by name: "linear" is that of an embedding."""
    layer = feature_layer(network)
    return "linear" if layer is None else kernel_name(layer.kernel)


def kernel_variance(network: Network) -> float | None:
    """The variance that a kernel contains in a way that no factor undoes; None without one.

    Raises:
        DescriptionError: It is a symbol.
    """
    layer = feature_layer(network)
    known = None if layer is None else feature_map(layer.kernel)
    if layer is None or known is None or known.homogeneous:
        return None
    return _variance(layer)


def _variance(layer: Features) -> float:
    if isinstance(layer.variance, str):
        name = layer.variance
        raise DescriptionError(
            f"layers[1].variance: the kernel needs the value of the symbol {name}; give one with "
            f"--set {name}=VALUE"
        )
    return float(layer.variance)


class FeatureSpace(NamedTuple):
    r"""A network's inputs in the feature space of the kernel of its first layer.

    Attributes:
        attended: Of the training examples, shape (P, r, M).
        attended_test: Of the test examples, shape (P_*, r, M), or None.
        mean_direction: w, shape (r,): the means of the features along a path are
            :math:`\sigma_0\, w \cdot \xi / \sqrt{r}`, whatever the example; |w| is at most 1.
            None where features have no mean.
    """

    attended: Array
    attended_test: Array | None
    mean_direction: Array | None


def feature_inputs(
    network: Network,
    inputs: Any,
    attentions: Sequence[Any] = (),
    inputs_test: Any = None,
    attentions_test: Sequence[Any] = (),
) -> tuple[Array, Array | None]:
    """Attended inputs in the feature space of a kernel; see `feature_space`.

    Returns:
        Those of the training and of the test examples; the direction of the mean is left out.
    """
    return feature_space(network, inputs, attentions, inputs_test, attentions_test)[:2]


def feature_space(
    network: Network,
    inputs: Any,
    attentions: Sequence[Any] = (),
    inputs_test: Any = None,
    attentions_test: Sequence[Any] = (),
) -> FeatureSpace:
    r"""Attended inputs of a network whose first layer is one of features.

    .. math:: \frac{\sigma_0^2}{r}\, \xi^\pi_\mu \cdot \xi^{\pi'}_\nu
              = \sum_{s s'} \Omega^\pi_{\mu s}\, \kappa(x_{\mu s}, x_{\nu s'})\,
                \Omega^{\pi'}_{\nu s'}

    for training and test examples together, by a Cholesky factor with pivots that ends where what
    is left is zero to rounding; r is the rank that it finds.

    Args:
        network: Its first layer is one of features; head counts and its variance are numbers.
        inputs: x, shape (P, N_x, T).
        attentions: As in `attended_inputs`.
        inputs_test: Of the test examples, shape (P_*, N_x, T).
        attentions_test: Theirs.

    Returns:
        Shapes (P, r, M) and (P_*, r, M), or None without test examples, of several outputs as
        `rows_of_outputs` has them; and the direction of the features' mean.

    Raises:
        DataError: Shapes do not fit, the kernel would not fit in memory, or it is no kernel.
        DescriptionError: The variance is a symbol, or the first layer is none of features.
    """
    layer = feature_layer(network)
    if layer is None:
        raise DescriptionError("layers[1]: the first layer has no kernel; give features there")
    variance = _variance(layer)
    parts = [_operators(network, inputs, attentions)]
    if inputs_test is not None:
        parts.append(_operators(network, inputs_test, attentions_test, suffix="_test"))
    outputs = network.readout.outputs
    factors = kernel_factor(layer, variance, parts)
    direction = mean_direction(layer, variance, parts, factors)
    attended = [rows_of_outputs(part, outputs) for part in factors]
    return FeatureSpace(attended[0], attended[1] if len(attended) > 1 else None, direction)


def _operators(
    network: Network, inputs: Any, attentions: Sequence[Any], *, suffix: str = ""
) -> tuple[Array, Array]:
    x, operators, divisor = path_operators(network, inputs, attentions, suffix=suffix)
    return x, operators / divisor


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


def mean_direction(
    layer: Features, variance: float, parts: Sequence[tuple[Array, Array]], factors: Sequence[Array]
) -> Array | None:
    r"""Where the features' mean lies in the feature space of their kernel.

    .. math:: \frac{\sigma_0}{\sqrt r}\, w \cdot \xi^\pi_\mu
              = \sum_s \mu(x_{\mu s})\, \Omega^\pi_{\mu s}

    The kernel exceeds the product of the means by a covariance, so that they lie in its range,
    and w is no longer than 1.

    Args:
        layer: The first layer.
        variance: The value of its variance.
        parts: As in `kernel_factor`.
        factors: What it returned.

    Returns:
        w, shape (r,); None where features have no mean.

    Raises:
        DataError: Means and kernel are not those of the same features.
    """
    if not has_mean(layer.kernel):
        return None
    means = np.concatenate([_means(layer, variance, x, operators) for x, operators in parts])
    rank = factors[0].shape[1]
    rows = np.concatenate([f.transpose(0, 2, 1).reshape(-1, rank) for f in factors])
    rows = np.sqrt(variance / rank) * rows
    direction, *_ = np.linalg.lstsq(rows, means, rcond=None)
    length = float(np.linalg.norm(direction))
    gap = float(np.abs(rows @ direction - means).max())
    if length > 1 + ROUNDING**0.5 or gap > ROUNDING**0.5 * float(np.abs(means).max()):
        raise DataError(
            f"the kernel {kernel_name(layer.kernel)}: its values less the products of the means "
            "are no covariance; mend the mean of the function"
        )
    return np.asarray(direction / max(length, 1.0))


def _means(layer: Features, variance: float, inputs: Array, operators: Array) -> Array:
    """The means of the features along every path of every example, the example the slow index."""
    examples, features, tokens = inputs.shape
    flat = inputs.transpose(0, 2, 1).reshape(-1, features)
    values = kernel_mean(layer.kernel, flat, variance).reshape(examples, tokens)
    shape = (examples, *operators.shape[1:])
    return np.asarray(
        np.einsum("ps,psm->pm", values, np.broadcast_to(operators, shape)).reshape(-1)
    )


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
