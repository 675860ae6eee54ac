"""The scalar theory: networks with one head in every layer, at any depth."""

from derive.theories.networks.analysis.scalar.equation import EqualWidths, ScalarEquation
from derive.theories.networks.analysis.scalar.explicit import Explicit
from derive.theories.networks.analysis.scalar.limits import Limit
from derive.theories.networks.analysis.scalar.scalar_theory import ScalarTheory, scalar_theory
from derive.theories.networks.analysis.scalar.series import Series
from derive.theories.networks.analysis.scalar.solutions import Root, Solutions

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
