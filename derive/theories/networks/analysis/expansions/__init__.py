"""Expansions in 1/N at fixed P: of the saddle point to any order, of the exact law to the first.

The two agree on the mean of the overlaps to first order and on nothing else at that order: the
predictor is moved by fluctuations too.
"""

from derive.theories.networks.analysis.expansions.expand import (
    finite_width_expansion,
    saddle_expansion,
)
from derive.theories.networks.analysis.expansions.expansion import (
    Expansion,
    FiniteWidthExpansion,
    SaddleExpansion,
)

__all__ = [
    "Expansion",
    "FiniteWidthExpansion",
    "SaddleExpansion",
    "finite_width_expansion",
    "saddle_expansion",
]
