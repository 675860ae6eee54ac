"""The scalar theory: networks with one head in every layer, at any depth."""

from derive.analysis.scalar.equal import EqualWidths
from derive.analysis.scalar.equation import ScalarEquation
from derive.analysis.scalar.explicit import Explicit
from derive.analysis.scalar.limits import Limit
from derive.analysis.scalar.scalar_theory import ScalarTheory, scalar_theory
from derive.analysis.scalar.series import Series
from derive.analysis.scalar.solutions import Root, Solutions

__all__ = [
    "EqualWidths",
    "Explicit",
    "Limit",
    "Root",
    "ScalarEquation",
    "ScalarTheory",
    "Series",
    "Solutions",
    "scalar_theory",
]
