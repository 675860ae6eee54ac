"""What is said of infinite width and the first correction, and its source."""

from __future__ import annotations

INFINITE = (
    "The vectors of every weight have their prior covariance $Q$, and vectors of different weights "
    "do not overlap. The labels' part does not grow with the width.",
    "stationarity at leading order",
)

CORRECT = (
    "The stationarity equations are linearised at the infinite-width point. They are solved from "
    "the bottom to the top (forces $Y$) and back (shifts $D$ of the overlaps).",
    "linear response",
)
