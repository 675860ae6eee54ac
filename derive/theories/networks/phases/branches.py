"""Below an unstable symmetric point: the minima to which its heads break away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from derive.errors import SolveError
from derive.programs.runtime.minimise import Overlaps, minimise
from derive.theories.networks.phases.hessian import HessianSector, moved, roots_of, sector_of
from derive.theories.networks.phases.representations import ONE, SYMMETRIC
from derive.theories.networks.phases.solver import Point, SymmetricSolver
from derive.theories.networks.phases.subgroups import SAME, Average, Partition, exchangeable_heads
from derive.theories.networks.solver.refusals import one_line_errors
from derive.threads import blas_threads

TIGHT = 1e-10
"""Bound on the relative gradient."""
STEP = 0.5
"""How far to step aside, in whitened coordinates."""


@dataclass(frozen=True)
class Branch:
    """A stationary point below a symmetric one.

    Attributes:
        action: S; in the papers' normalisation where there is one.
        overlaps: G_s.
        chain_overlaps: U_1, ..., u_a of a chain; empty for other networks.
        converged: Whether it is a minimum, stationary to tolerance.
        message: Why, in a sentence.
        hessian_lowest: The lowest eigenvalue there, in whitened coordinates.
        through: The kind of direction in which the symmetric point was left.
        heads: For every declared layer, the groups of heads that may still be exchanged.
    """

    action: float
    overlaps: Overlaps = field(repr=False)
    chain_overlaps: Overlaps = field(repr=False)
    converged: bool
    message: str = field(repr=False)
    hessian_lowest: float
    through: str
    heads: tuple[Partition, ...]


def lower_branches(
    solver: SymmetricSolver, point: Point, problem: Any, sectors: Sequence[HessianSector]
) -> tuple[Branch, ...]:
    """Follow every kind of unstable direction downhill, both ways.

    Where one head may stand apart, two, three, ... up to half of them are tried as well: no other
    groups of exchangeable heads need appear where the symmetric point becomes unstable. The
    descent keeps the groups, and is free where it ends in a saddle.

    Returns:
        Distinct minima, the lowest action first. Those that differ by a permutation of heads, or
        by another rotation of them that leaves the action unchanged, count once.
    """
    branches: list[Branch] = []
    for sector in sectors:
        for direction, groups in _aside(solver, point, problem, sector):
            for length in (STEP, -STEP):
                start = moved(point.overlaps, direction, length)
                with suppress(SolveError):  # where the descent breaks off nothing is found
                    branches.append(descended(solver, problem, start, groups, sector.name))
    converged = [branch for branch in branches if branch.converged]
    return _distinct(sorted(converged or branches, key=lambda branch: branch.action))


def _aside(
    solver: SymmetricSolver, point: Point, problem: Any, sector: HessianSector
) -> Iterator[tuple[Overlaps, tuple[Partition, ...]]]:
    """Every direction downhill of a kind, for every number of heads that stand apart."""
    layout = solver.layout
    options = [
        range(1, heads // 2 + 1) if kind == ONE else (1,)
        for kind, heads in zip(sector.kinds, layout.declared, strict=True)
    ]
    roots = roots_of(point.overlaps)
    bent = solver.solver.module.hessian_product(point.overlaps, problem)
    for sizes in product(*options):
        block = sector_of(roots, bent, layout, sector.kinds, sizes)
        assert block is not None
        triples = zip(sector.kinds, sizes, layout.declared, strict=True)
        groups = tuple(_groups(*triple) for triple in triples)
        for value, axis in zip(block.eigenvalues, block.axes, strict=True):
            if value < 1e-9 * block.eigenvalues[0]:  # downhill, beyond rounding
                yield axis, groups


def _groups(kind: str, size: int, heads: int) -> Partition:
    """The heads that a representative of a kind leaves exchangeable."""
    everyone = tuple(range(1, heads + 1))
    if kind == SYMMETRIC:
        return (everyone,)
    return (everyone[:size], everyone[size:]) if kind == ONE else tuple((h,) for h in everyone)


def descended(
    solver: SymmetricSolver,
    problem: Any,
    start: Overlaps,
    groups: Sequence[Partition],
    through: str = "",
) -> Branch:
    """The minimum below a point, among overlaps that keep groups of heads exchangeable.

    Raises:
        SolveError: The descent breaks off.
    """
    module, average = solver.solver.module, Average(solver.layout, groups)

    def value(overlaps: Overlaps) -> tuple[float, Overlaps]:
        action, slopes = module.action_and_gradient(average(overlaps), problem)
        return action, average(slopes)

    def curvature(overlaps: Overlaps) -> Any:
        bent = module.hessian_product(average(overlaps), problem)
        return lambda steps: average(bent(average(steps)))

    with one_line_errors(), blas_threads(solver.data.attended.shape):
        overlaps, _ = minimise(average(start), problem.widths, value, curvature, TIGHT)
        minimum = module.at(average(overlaps), problem)
        if not minimum.converged:
            minimum = module.solve(
                solver.data.merged(), problem.labels, widths=problem.widths,
                variances=problem.variances, temperature=problem.temperature,
                heads=problem.heads, start=average(overlaps),
            )  # fmt: skip
    chain, action = solver.normalised(minimum.overlaps, problem)
    return Branch(
        action=action,
        overlaps=minimum.overlaps,
        chain_overlaps=chain,
        converged=minimum.converged,
        message=minimum.message,
        hessian_lowest=minimum.hessian_lowest,
        through=through,
        heads=exchangeable_heads(minimum.overlaps, solver.layout),
    )


def _distinct(branches: list[Branch]) -> tuple[Branch, ...]:
    """One of all branches with the same action and the same eigenvalues of every overlap."""
    kept: list[Branch] = []
    for branch in branches:
        if not any(_same(branch, other) for other in kept):
            kept.append(branch)
    return tuple(kept)


def _same(one: Branch, other: Branch) -> bool:
    if abs(one.action - other.action) > SAME * max(1.0, abs(one.action)):
        return False
    for first, second in zip(one.overlaps, other.overlaps, strict=True):
        values = np.linalg.eigvalsh(first), np.linalg.eigvalsh(second)
        if np.abs(values[0] - values[1]).max() > 1e2 * SAME * values[0].max():
            return False
    return True
