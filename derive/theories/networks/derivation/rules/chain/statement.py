"""What is said of the papers' normalisation, and its source."""

from __future__ import annotations

from derive.theories.networks.derivation.labels import PAPER

CHAIN = (
    r"The order parameters are rescaled to the papers' $U_l = (H_l \cdots H_L)\ G_l$. What does "
    "not depend on them leaves the action.",
    PAPER,
)
