"""The definitions written out in index loops, as evidence: nothing here shares code with a theory.

It reads the layers of a description and nothing else: not the stream graph, not the derivation, not
what is generated, not the solver (an import contract keeps it so). What a network is to the theory
is read again from docs/formulas.md 2 and docs/layers.md, vector by vector and path by path.
"""

from __future__ import annotations

from derive.theories.networks.checks.plain.attended import attended_loops
from derive.theories.networks.checks.plain.reading import alignment_loops, head_score_loops
from derive.theories.networks.checks.plain.theory import PlainTheory
from derive.theories.networks.checks.plain.wiring import Wiring

__all__ = ["PlainTheory", "Wiring", "alignment_loops", "attended_loops", "head_score_loops"]
