"""Finds symmetric points: a network, its theory by sectors, and data that have the symmetry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.analysis.exchangeable import SymmetricTheory, exchangeable
from derive.theories.networks.analysis.exchangeable.vectors import sector_basis, stream_tables
from derive.theories.networks.description import Data, Network
from derive.theories.networks.module.runtime.signature import descend
from derive.theories.networks.phases.hessian import HessianSector, Layout, hessian_sectors
from derive.theories.networks.phases.kernels import (
    TOLERANCE,
    check_symmetry,
    head_counts,
    sector_arrays,
)
from derive.theories.networks.phases.reduced import Blocks, Numbers, ReducedFunctions
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.refusals import one_line_errors
from derive.threads import blas_threads


@dataclass(frozen=True)
class Point:
    """A symmetric point.

    Attributes:
        blocks: Its overlaps by sectors.
        overlaps: G_s.
        reason: Why the descent stopped; empty where it converged.
    """

    blocks: Blocks
    overlaps: Overlaps
    reason: str


@dataclass(frozen=True, eq=False)
class SymmetricSolver:
    """Everything about a network and data that does not change with labels or widths.

    Attributes:
        network: Every symbol has a value.
        data: Whose kernels have the symmetry.
        solver: For the whole theory.
        theory: By sectors.
        kernel_change: The largest change of a kernel under an exchange of heads, relative.
    """

    network: Network
    data: Data
    solver: Solver
    theory: SymmetricTheory
    kernel_change: float
    layout: Layout = field(repr=False)
    functions: ReducedFunctions = field(repr=False)
    bases: tuple[np.ndarray, ...] = field(repr=False)
    arrays: dict[str, np.ndarray] = field(repr=False)

    @classmethod
    def of(
        cls,
        network: Network,
        data: Data,
        *,
        layers: Sequence[int] | None = None,
        kernel_tolerance: float = TOLERANCE,
    ) -> SymmetricSolver:
        """Derive, check the data, and compile.

        Raises:
            RuleError: The network cannot have the symmetry.
            DataError: The data do not have it.
        """
        solver = Solver.of(network)
        theory = exchangeable(solver.derivation, layers)
        symmetry = theory.symmetry
        with blas_threads(data.attended.shape):
            change = check_symmetry(network, data, symmetry, kernel_tolerance)
            arrays = sector_arrays(network, data, symmetry)
        heads = head_counts(network)
        tables = stream_tables(symmetry.notation.graph, heads)
        layout = Layout(tables, symmetry.layers, symmetry.weights, heads)
        bases = tuple(
            sector_basis(tables[u.stream], u.sector, heads).astype(float)
            for u in theory.streams.unknowns
        )
        functions = ReducedFunctions.of(theory.streams)
        return cls(network, data, solver, theory, change, layout, functions, bases, arrays)

    @property
    def problem(self) -> Any:
        """The network's numbers and the data, as the generated module wants them."""
        return self.solver.problem(self.network, self.data)

    def point(self, problem: Any, start: Blocks | None = None, tolerance: float = 1e-10) -> Point:
        """The symmetric point, by a descent among symmetric points.

        Args:
            problem: Numbers, which may differ from the network's.
            start: By sectors; the infinite-width point where left out.
            tolerance: Bound on the relative gradient.

        Raises:
            SolveError: The kernel is singular.
        """
        numbers = self.numbers(problem)
        unknowns = self.theory.streams.unknowns
        often = [len(basis) for basis in self.bases]
        pairs = zip(unknowns, often, strict=True)
        widths = tuple(problem.widths[u.stream] * count for u, count in pairs)
        with one_line_errors(), blas_threads(self.data.attended.shape):
            wide = self.solver.module.infinite_width(problem)
            self.solver.module.refuse_singular(wide, problem)
            first = self.blocks(wide) if start is None else start
            blocks, reason, _ = descend(
                first,
                widths,
                lambda blocks: self.functions.action_and_gradient(blocks, numbers),
                lambda blocks: lambda steps: self.functions.hessian_product(blocks, steps, numbers),
                tolerance,
            )
        return Point(blocks, self.dense(blocks), reason)

    def hessian(self, point: Point, problem: Any) -> tuple[HessianSector, ...]:
        """The Hessian of the whole action on every kind of direction."""
        with one_line_errors(), blas_threads(self.data.attended.shape):
            product = self.solver.module.hessian_product(point.overlaps, problem)
            return hessian_sectors(point.overlaps, product, self.layout)

    def numbers(self, problem: Any) -> Numbers:
        """Everything that the theory by sectors needs, by name."""
        notation = self.theory.symmetry.notation
        graph = notation.graph
        numbers: Numbers = {**self.arrays, "y": problem.labels, "temperature": problem.temperature}
        numbers["P"], _, numbers["N_0"] = problem.attended.shape
        for stream, width in zip(graph.streams, problem.widths, strict=True):
            numbers[f"N_{stream.name}"] = width
        for weight, variance in zip(graph.weights, problem.variances, strict=True):
            numbers[f"s_{notation.letter(weight.index)}"] = variance
            numbers[f"H_{notation.letter(weight.index)}"] = self.layout.heads[weight.index]
        return numbers

    def normalised(self, overlaps: Overlaps, problem: Any) -> tuple[Overlaps, float]:
        """U_1, ..., u_a and S in the papers' normalisation; for networks with skips () and S."""
        module = self.solver.module
        if self.theory.papers is None:
            return (), float(module.action(overlaps, problem))
        chain, action = module.chain_normalisation(overlaps, problem)
        return tuple(chain), float(action)

    def blocks(self, overlaps: Overlaps) -> Blocks:
        """Symmetric overlaps by sectors."""
        unknowns = self.theory.streams.unknowns
        return tuple(
            basis[0] @ overlaps[unknown.stream] @ basis[0].T
            for unknown, basis in zip(unknowns, self.bases, strict=True)
        )

    def dense(self, blocks: Blocks) -> Overlaps:
        """Overlaps from their matrices in the sectors."""
        overlaps = [np.zeros((len(table),) * 2) for table in self.layout.tables]
        for unknown, basis, block in zip(
            self.theory.streams.unknowns, self.bases, blocks, strict=True
        ):
            overlaps[unknown.stream] += np.einsum(
                "vki,kl,vlj->ij", basis, block, basis, optimize=True
            )
        return tuple((overlap + overlap.T) / 2.0 for overlap in overlaps)
