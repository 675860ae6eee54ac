"""Below an unstable symmetric point: the minima to which its heads break away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from derive.analysis.exchangeable.vectors import permuted
from derive.codegen.runtime.minimise import Overlaps
from derive.errors import SolveError
from derive.phases.hessian import HessianSector, Layout, moved, roots_of, sector_of
from derive.phases.representations import ONE
from derive.phases.solver import Point, SymmetricSolver
from derive.solver.solving import blas_threads, one_line_errors

SAME = 1e-6
"""The largest difference, relative, between overlaps that are the same."""
STEP = 0.5
"""How far to step aside, in whitened coordinates."""

Partition = tuple[tuple[int, ...], ...]
"""Heads of a layer, those that may be exchanged together in one group."""


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
    groups of exchangeable heads need appear where the symmetric point becomes unstable.

    Returns:
        Distinct minima, the lowest action first; those that a permutation of heads maps onto each
        other count once.
    """
    found: list[Branch] = []
    for sector in sectors:
        if sector.is_symmetric or sector.lowest >= 0:
            continue
        for direction in _aside(solver, point, problem, sector):
            for length in (STEP, -STEP):
                start = moved(point.overlaps, direction, length)
                with suppress(SolveError):  # where the descent breaks off nothing is found
                    found.append(_branch(solver, problem, start, sector.name))
    converged = [branch for branch in found if branch.converged]
    return _distinct(sorted(converged or found, key=lambda branch: branch.action))


def _aside(
    solver: SymmetricSolver, point: Point, problem: Any, sector: HessianSector
) -> Iterator[Overlaps]:
    """The lowest direction of a kind, for every number of heads that stand apart."""
    layout = solver.layout
    options = [
        range(1, heads // 2 + 1) if kind == ONE else (1,)
        for kind, heads in zip(sector.kinds, layout.declared, strict=True)
    ]
    roots = roots_of(point.overlaps)
    bent = solver.solver.module.hessian_product(point.overlaps, problem)
    for sizes in product(*options):
        found = sector_of(roots, bent, layout, sector.kinds, sizes)
        assert found is not None
        yield found.direction


def _branch(solver: SymmetricSolver, problem: Any, start: Overlaps, through: str) -> Branch:
    module = solver.solver.module
    with one_line_errors(), blas_threads(solver.data):
        found = module.solve(
            solver.data.attended, problem.labels, widths=problem.widths,
            variances=problem.variances, temperature=problem.temperature, heads=problem.heads,
            start=start,
        )  # fmt: skip
    chain, action = solver.normalised(found.overlaps, problem)
    return Branch(
        action=action,
        overlaps=found.overlaps,
        chain_overlaps=chain,
        converged=found.converged,
        message=found.message,
        hessian_lowest=found.hessian_lowest,
        through=through,
        heads=left(found.overlaps, solver.layout),
    )


def left(overlaps: Overlaps, layout: Layout) -> tuple[Partition, ...]:
    """For every declared layer, the heads that may be exchanged without changing any overlap."""
    found = []
    for weight, count in zip(layout.weights, layout.declared, strict=True):
        groups: list[list[int]] = []
        for head in range(1, count + 1):
            home = next((g for g in groups if _alike(overlaps, layout, weight, (g[0], head))), None)
            if home is None:
                groups.append([head])
            else:
                home.append(head)
        found.append(tuple(map(tuple, groups)))
    return tuple(found)


def _alike(overlaps: Overlaps, layout: Layout, weight: int, pair: tuple[int, int]) -> bool:
    first, second = pair
    order = list(range(1, layout.heads[weight] + 1))
    order[first - 1], order[second - 1] = second, first
    for overlap, table in zip(overlaps, layout.tables, strict=True):
        place = permuted(table, weight, order)
        gap = np.abs(overlap - overlap[np.ix_(place, place)]).max()
        if gap > SAME * np.abs(overlap).max():
            return False
    return True


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
