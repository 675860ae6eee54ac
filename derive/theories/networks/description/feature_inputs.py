r"""Attended inputs in the feature space of a kernel: a factor of the kernel between all paths.

Where the first layer is linear, a path's attended input is a vector of N_0 features. Where the
kernel of the first layer is given, it is a vector of the kernel's own feature space, of which a
finite set of examples spans r dimensions: r takes the place of N_0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from derive.errors import DataError, DescriptionError
from derive.theories.networks.description.arrays import Array
from derive.theories.networks.description.attended import path_operators
from derive.theories.networks.description.feature_maps import (
    feature_map,
    has_mean,
    kernel_mean,
    kernel_name,
)
from derive.theories.networks.description.features import Features
from derive.theories.networks.description.kernel_factor import ROUNDING, kernel_factor
from derive.theories.networks.description.network import Network
from derive.theories.networks.description.outputs import rows_of_outputs


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
