"""What is said of the starting density, and its source."""

from __future__ import annotations

from derive.theories.networks.derivation.labels import PAPER

START = (
    "The joint density of labels and weights. Effective vectors $g$ carry the readout down to "
    "each stream; the outputs, the mean of $y$, are linear in every weight.",
    PAPER,
)

START_FEATURES = (
    "The joint density of labels and weights. Effective vectors $g$ carry the readout down to "
    "each stream; the outputs, the mean of $y$, are linear in every weight but the first, which "
    "stands before the nonlinearity.",
    PAPER,
)
