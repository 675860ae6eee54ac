"""From a network description to its theory, by a list of certified rewrites."""

from derive.steps.step import Equation, Evidence, Order, Step
from derive.theories.networks.derivation.derivation import Derivation
from derive.theories.networks.derivation.deriving import derive
from derive.theories.networks.derivation.pipeline import RULES, Rules
from derive.theories.networks.derivation.render.diagram import draw
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.theory import Theory, refuse_mean

__all__ = [
    "RULES",
    "Derivation",
    "Equation",
    "Evidence",
    "Order",
    "Rules",
    "State",
    "Step",
    "Theory",
    "derive",
    "draw",
    "refuse_mean",
]
