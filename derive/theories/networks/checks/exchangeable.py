"""A symmetric point and its Hessian by kinds of direction, against what loops make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np

from derive.evidence.claim import Claim
from derive.evidence.verdict import CheckResult, Unsettled
from derive.theories.networks.checks.loops import HESSIAN_DIGITS
from derive.theories.networks.checks.plain.wiring import Wiring
from derive.theories.networks.checks.points import Point
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import Subject
from derive.theories.networks.description import Attention, Data
from derive.theories.networks.phases import SymmetricSolver
from derive.theories.networks.phases.files import arrays
from derive.theories.networks.phases.solver import Point as SymmetricPoint
from derive.theories.networks.phases.symmetric import ROUNDING, described

HEADS = (4, 2)
"""Of the lowest layers; the others have one."""
TOLERANCE = 1e-10
"""Bound on the relative gradient of a symmetric point."""


def kinds(subject: Subject, claim: str) -> CheckResult:
    """Eigenvalues of all kinds, as often as their multiplicities say, are those of the Hessian."""
    (at, solver, symmetric), comparison = _symmetric(subject), subject.comparison()
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


def written(subject: Subject, claim: str) -> CheckResult:
    """What `derive symmetric` writes of a point is what loops make of its overlaps."""
    (at, solver, symmetric), comparison = _symmetric(subject), subject.comparison()
    solution = described(solver, solver.problem, symmetric, tolerance=TOLERANCE, follow=False)
    contents, values = arrays(solution), np.linalg.eigvalsh(at.hessian)
    comparison.add("the action", contents["action"], at.chain_action())
    comparison.add("log evidence", contents["log_evidence"], at.plain.log_evidence(at.overlaps))
    names = [*(f"U_{k}" for k in range(1, len(at.overlaps))), "u_a"]
    for name, overlap in zip(names, at.chain_overlaps(), strict=True):
        comparison.add(f"the overlaps {name}", np.reshape(contents[name], overlap.shape), overlap)
    spectrum = np.concatenate([np.linalg.eigvalsh(overlap) for overlap in at.chain_overlaps()])
    often = [x for _, value, count in solution.eigenvalues for x in count * [value]]
    comparison.add("the eigenvalues of the overlaps", sorted(often), sorted(spectrum))
    stable = bool(values.min() > -ROUNDING * max(1.0, np.abs(values).max()))
    comparison.add("whether it is stable", float(contents["stable"]), float(stable))
    scales = [np.linalg.norm(g, 2) / n for g, n in zip(at.overlaps, at.plain.widths, strict=True)]
    slope = max(c * np.linalg.norm(g) for c, g in zip(scales, at.gradient, strict=True))
    comparison.add("1 and the relative gradient", 1.0, 1.0 + slope)
    compared = (
        "action, evidence, overlaps and their eigenvalues, stability and gradient of a symmetric "
        "point as it is written, against index loops"
    )
    return comparison.result(claim, min(subject.digits, HESSIAN_DIGITS), compared)


def _symmetric(subject: Subject) -> tuple[Point, SymmetricSolver, SymmetricPoint]:
    """An instance at its symmetric point, as loops, and as the solver has it.

    Raises:
        Unsettled: The point was not reached.
    """
    point = _point(subject)
    solver = SymmetricSolver.of(point.network, Data(point.sample.attended, point.sample.labels))
    symmetric = solver.point(solver.problem)
    if symmetric.reason:
        raise Unsettled(f"the symmetric point was not reached: {symmetric.reason}")
    return replace(point, overlaps=tuple(symmetric.overlaps)), solver, symmetric


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


CLAIMS = (
    Claim("exchangeable heads: Hessian by kinds", kinds, is_exchangeable),
    Claim("exchangeable heads: what is written", written, is_exchangeable),
)
