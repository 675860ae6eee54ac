"""What is said of elimination, and its source."""

from __future__ import annotations

ELIMINATE = (
    "The equation is solved for the overlaps, and the flux $R$ is named. One weight makes all "
    "vectors of this stream.",
    "multiplication, partial traces, substitution of earlier equations, naming",
)

IMPLICIT_SOURCE = "multiplication"
"""The statement is the reason why the equation stays implicit."""
