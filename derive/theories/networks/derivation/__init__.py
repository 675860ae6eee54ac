"""From a network description to its theory, by a list of certified rewrites."""

from derive.theories.networks.derivation.derivation import Derivation, known_theory
from derive.theories.networks.derivation.pipeline import RULES, Rules, derive
from derive.theories.networks.derivation.render import draw
from derive.theories.networks.derivation.step import Equation, Evidence, Order, State, Step
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
    "known_theory",
    "refuse_mean",
]
