"""What is said of integrating the input weights, and its source."""

from __future__ import annotations

INTEGRATE = (
    "A Gaussian weight on which the outputs depend linearly is integrated. The labels become "
    "Gaussian, with the covariance of the outputs added to the noise.",
    "Gaussian integral",
)
