r"""No replicas: the free entropy as the limit of that of n replicas, for real n.

.. math:: \phi = \lim_{n \to 0} \frac1n \Big[\ldots + \alpha \ln E\, e^{n L} + \ln E\, e^{n F}\Big]
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.arithmetic import Digits
from derive.evidence.approach import Approach
from derive.evidence.compare import Pairs
from derive.evidence.verdict import CheckResult
from derive.theories.disorder.checks.definitions import Point
from derive.theories.disorder.checks.subject import Subject, settled, value
from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.derivation.replica_symmetric import REWRITES
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import N

SMALL = (0.003, 0.002, 0.001)
"""Numbers of replicas; as many with the other sign."""
DIGITS = 6
"""Of the limit: even powers up to the fourth are cancelled, and a division by n costs two."""


def no_replicas(subject: Subject, points: list[Point]) -> CheckResult:
    """phi of the module is the limit of the free entropy of n replicas."""
    state = State(subject.model, overlaps_of(subject.model), sympy.S.Zero)
    for rewrite in REWRITES[:-1]:
        state = rewrite(state)

    def pairs() -> Pairs:
        for where, order in points:
            found, numbers = subject.at(order)
            yield f"phi at {where}", found.free_entropy, limit(state.exponent, numbers)

    told = "the module's phi with the free entropy of n = ±0.001 to ±0.003 replicas, extrapolated"
    return settled(pairs, "no replicas, n → 0", told, DIGITS)


def limit(exponent: Any, numbers: Any) -> Any:
    """The part of first order in n: the mean of both signs has even powers only."""
    arithmetic = Digits(15)

    def mean(n: float) -> float:
        ahead, behind = (value(exponent, {**numbers, N: s}) / s for s in (n, -n))
        return (ahead + behind) / 2

    squares = [n**2 for n in SMALL]
    values = [arithmetic.array([mean(n)]) for n in SMALL]
    return Approach(arithmetic, squares, values).limit()[0]
