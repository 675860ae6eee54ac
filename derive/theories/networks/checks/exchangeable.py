"""The Hessian at a symmetric point by kinds of direction, against the whole one made in loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.verdict import CheckResult, Unsettled
from derive.theories.networks.checks.loops import HESSIAN_DIGITS, Point
from derive.theories.networks.checks.plain import Wiring
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.description import Attention, Data
from derive.theories.networks.phases import SymmetricSolver

HEADS = (4, 2)
"""Of the lowest layers; the others have one."""


def kinds(subject: Subject, claim: str) -> CheckResult:
    """Eigenvalues of all kinds, as often as their multiplicities say, are those of the Hessian."""
    point, comparison = _point(subject), subject.comparison()
    solver = SymmetricSolver.of(point.network, Data(point.sample.attended, point.sample.labels))
    symmetric = solver.point(solver.problem)
    if symmetric.reason:
        raise Unsettled(f"the symmetric point was not reached: {symmetric.reason}")
    at = replace(point, overlaps=tuple(symmetric.overlaps))
    sectors = solver.hessian(symmetric, solver.problem)
    values = [x for s in sectors for x in s.multiplicity * list(s.eigenvalues)]
    comparison.add("how many directions there are", len(values), len(at.hessian))
    comparison.add("the eigenvalues", sorted(values), np.linalg.eigvalsh(at.hessian))
    lowest = [sector.lowest for sector in sectors]
    comparison.add("the lowest of each kind", lowest, [min(s.eigenvalues) for s in sectors])
    compared = (
        f"eigenvalues of {len(sectors)} kinds of direction with their multiplicities, where heads "
        "may be exchanged, against all eigenvalues of the Hessian that index loops make"
    )
    return comparison.result(claim, min(subject.digits, HESSIAN_DIGITS), compared)


def _point(subject: Subject) -> Point:
    """An instance whose attended inputs no exchange of heads changes."""
    draw = subject.draw(44)
    sample = draw.sample()
    layers = len(subject.network.layers) - 2
    heads = (1, *(HEADS[k] if k < len(HEADS) else 1 for k in range(layers)), 1)
    wiring = Wiring(subject.network, heads)
    inputs = draw.array(len(sample.labels), 2, len(wiring.paths))
    attended = np.concatenate([inputs[:, :, moved] for moved in _moves(wiring, heads)], axis=1)
    widths = tuple(9 + 2 * k for k in range(len(sample.widths)))
    own: Sample = replace(
        sample, heads=heads, attended=attended, attended_test=attended[:1], widths=widths
    )
    return Point(subject, own, ())


def _moves(wiring: Wiring, heads: tuple[int, ...]) -> Iterator[list[int]]:
    """Where every exchange of heads takes the paths."""
    rows = [tuple(row) for row in wiring.branch_table()]
    for orders in product(*(list(permutations(range(1, h + 1))) for h in heads[1:-1])):
        yield [rows.index(tuple(o[b - 1] for o, b in zip(orders, r, strict=True))) for r in rows]


def is_exchangeable(subject: Subject) -> bool:
    """Whether the network is a chain of attention layers alone."""
    inner: Any = subject.network.layers[1:-1]
    notation = subject.theory.notation
    plain = all(isinstance(layer, Attention) for layer in inner) and not notation.has_mean
    return plain and 0 < len(inner) < 4 and notation.outputs_apart == 1


CLAIMS = (Claim("exchangeable heads: Hessian by kinds", kinds, is_exchangeable),)
