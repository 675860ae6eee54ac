"""What is said of the predictor, and its source."""

from __future__ import annotations

PREDICT = (
    "Outputs on test examples are conditioned on the labels. Both are jointly Gaussian given the "
    "overlaps, which the saddle point fixes.",
    "conditioning of a Gaussian law",
)
