"""The verification ladder: every kind of evidence for one network, in one table.

Steps of the derivation, generated code, limits, special cases, published formulas, the exact law
of the overlaps, and sampled weights, which know nothing of the theory.
"""

from derive.ladder.effort import Effort
from derive.ladder.instance import Instance
from derive.ladder.plan import Run, runs_for
from derive.ladder.rung import Deviation, Ladder, Rung, ladder_from_dict
from derive.ladder.table import render

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
