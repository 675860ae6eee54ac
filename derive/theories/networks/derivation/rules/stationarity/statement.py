"""What is said of stationarity, and its source."""

from __future__ import annotations

STATIONARY = (
    "The symmetric gradients of the action vanish, "
    r"$dS = \mathrm{tr}(\frac{\partial S}{\partial G} dG) = 0$.",
    "matrix differentiation in reverse",
)
