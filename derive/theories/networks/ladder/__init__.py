"""The verification ladder: every kind of evidence for one network, in one table.

Steps of the derivation, generated code, limits, special cases, published formulas, the exact law
of the overlaps, and sampled weights, which know nothing of the theory.
"""

from derive.evidence.rung import Deviation, Ladder, Rung, ladder_from_dict
from derive.theories.networks.ladder.effort import Effort
from derive.theories.networks.ladder.instance import Instance
from derive.theories.networks.ladder.plan import Run, runs_for
from derive.theories.networks.ladder.table import render

__all__ = [
    "Deviation",
    "Effort",
    "Instance",
    "Ladder",
    "Run",
    "Rung",
    "ladder_from_dict",
    "render",
    "runs_for",
]
