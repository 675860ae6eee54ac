r"""Ridge regression, the plain linear baseline of a task."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

Array = NDArray[np.float64]

PENALTIES = tuple(10.0 ** (power / 4) for power in range(-24, 9))
"""Tried, relative to the largest eigenvalue of the Gram matrix of the inputs."""


@dataclass(frozen=True)
class Ridge:
    """A fitted ridge regression.

    Attributes:
        penalty: lambda, in the units of the squared inputs.
        error: Its mean squared leave-one-out error on the training examples.
        mean: Predictions on the test examples, shape (P_*,).
    """

    penalty: float
    error: float
    mean: Array = field(repr=False)


def ridge(inputs: Array, labels: Array, inputs_test: Array) -> Ridge:
    r"""Ridge regression with a constant that is not penalised, in closed form.

    .. math:: \min_{w, b} \sum_\mu (w \cdot x_\mu + b - y_\mu)^2 + \lambda |w|^2

    The penalty is the one of `PENALTIES` with the least leave-one-out error,
    :math:`(y_\mu - f_\mu) / (1 - A_{\mu\mu})` with A the matrix from labels to fit. Test examples
    take no part in the choice.

    Args:
        inputs: Shape (P, features).
        labels: Shape (P,).
        inputs_test: Shape (P_*, features).

    Source:
        Allen, Technometrics 16 (1974) 125, for the leave-one-out errors.
    """
    centre, level = inputs.mean(axis=0), labels.mean()
    x, y = inputs - centre, labels - level
    eigenvalues, vectors = eigh(x @ x.T)
    eigenvalues = np.clip(eigenvalues, 0.0, None)
    coordinates = vectors.T @ y
    largest = float(eigenvalues[-1]) or 1.0
    fits = []
    for relative in PENALTIES:
        penalty = relative * largest
        kept = eigenvalues / (eigenvalues + penalty)
        leverage = 1.0 / len(y) + (vectors**2) @ kept
        residual = (y - vectors @ (kept * coordinates)) / (1.0 - leverage)
        fits.append((float(np.mean(residual**2)), penalty))
    error, penalty = min(fits)
    dual = vectors @ (coordinates / (eigenvalues + penalty))
    mean = (inputs_test - centre) @ (x.T @ dual) + level
    return Ridge(float(penalty), error, np.asarray(mean))
