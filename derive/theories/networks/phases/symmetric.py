"""The symmetric point of exchangeable heads, with its Hessian and what lies below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.arguments import takes
from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.description import Data, Network
from derive.theories.networks.phases.branches import Branch, lower_branches
from derive.theories.networks.phases.hessian import HessianSector
from derive.theories.networks.phases.kernels import TOLERANCE
from derive.theories.networks.phases.solver import Point, SymmetricSolver
from derive.theories.networks.solver.refusals import one_line_errors

ROUNDING = 1e-9
"""Eigenvalues below it, in units of the largest, count as zero."""


@dataclass(frozen=True)
class SymmetricSolution:
    """A symmetric stationary point, whether it is stable, and the minima below it if it is not.

    Attributes:
        network: What was solved.
        layers: The declared layers.
        eigenvalues: (symbol, value, multiplicity) by sectors, in the papers' normalisation where
            there is one; a value may be a matrix in networks with skips.
        overlaps: G_s.
        chain_overlaps: U_1, ..., u_a of a chain; empty for other networks.
        action: S, in the papers' normalisation where there is one.
        log_evidence: ln p(labels) at the symmetric point, every constant kept.
        gradient_norm: Of the whole action, transverse directions included, relative.
        residual: Relative, of the saddle equations.
        kernel_change: The largest change of a kernel under an exchange of heads, relative.
        sectors: The Hessian, kind by kind; the symmetric directions first.
        branches: The minima below it, the lowest first; empty where it is stable.
        converged: Whether the point is what it should be; a stable one or not.
        message: The verdict in a sentence.
    """

    network: Network
    layers: tuple[int, ...]
    eigenvalues: tuple[tuple[str, Any, int], ...]
    overlaps: Overlaps = field(repr=False)
    chain_overlaps: Overlaps = field(repr=False)
    action: float
    log_evidence: float
    gradient_norm: float
    residual: float
    kernel_change: float
    sectors: tuple[HessianSector, ...]
    branches: tuple[Branch, ...]
    converged: bool
    message: str

    @property
    def breaking(self) -> HessianSector | None:
        """The kind of direction that breaks the symmetry and has the lowest eigenvalue."""
        kinds = [sector for sector in self.sectors if not sector.is_symmetric]
        return min(kinds, key=lambda sector: sector.lowest, default=None)

    @property
    def stable(self) -> bool:
        """Whether no direction, symmetric or not, leads downhill."""
        return not any(is_unstable(sector, self.sectors) for sector in self.sectors)


def is_unstable(sector: HessianSector, sectors: Sequence[HessianSector]) -> bool:
    """Whether a kind of direction leads downhill, beyond rounding."""
    largest = max(float(np.abs(other.eigenvalues).max()) for other in sectors)
    return sector.lowest < -ROUNDING * max(1.0, largest)


@takes("network", "data", "layers", "tolerance", "kernel_tolerance", "follow")
def symmetric_solution(
    network: Network,
    data: Data,
    *,
    layers: Sequence[int] | None = None,
    tolerance: float = 1e-10,
    kernel_tolerance: float = TOLERANCE,
    follow: bool = True,
) -> SymmetricSolution:
    """Find the symmetric point of exchangeable heads, and say whether it is the saddle.

    Args:
        network: Every symbol has a value.
        data: Whose kernels no exchange of heads changes.
        layers: Numbers of layers with exchangeable heads, among those with branches; all with
            several heads where left out.
        tolerance: Bound on the relative gradient.
        kernel_tolerance: Bound on the relative change of a kernel under an exchange.
        follow: Whether to follow the branches below an unstable point.

    Raises:
        RuleError: The network cannot have the symmetry.
        DataError: The data do not have it; the message shows where.
        SolveError: The kernel is singular.

    >>> import numpy as np
    >>> from derive import Attention, Data, Embedding, Network, Readout
    >>> network = Network((Embedding(20, 1.3), Attention(2, 0.9, 30), Readout(1.2)), 0.1)
    >>> data = Data(np.eye(4).reshape(2, 4, 2), [1.0, -1.0])  # four orthogonal attended inputs
    >>> solution = symmetric_solution(network, data)
    >>> solution.stable, [sector.name for sector in solution.sectors]
    (True, ['symmetric', 'layer 1 one head apart'])
    """
    solver = SymmetricSolver.of(network, data, layers=layers, kernel_tolerance=kernel_tolerance)
    problem = solver.problem
    point = solver.point(problem, tolerance=tolerance)
    return described(solver, problem, point, tolerance=tolerance, follow=follow)


def described(
    solver: SymmetricSolver, problem: Any, point: Point, *, tolerance: float, follow: bool
) -> SymmetricSolution:
    """A symmetric point with the evidence for it, and what lies below it."""
    module, sectors = solver.solver.module, solver.hessian(point, problem)
    with one_line_errors():
        slopes = module.action_and_gradient(point.overlaps, problem)[1]
        norm = float(module.relative_gradient(point.overlaps, slopes, problem.widths))
        residual = float(module.saddle_residual(point.overlaps, problem))
        evidence = float(module.log_evidence(point.overlaps, problem))
    why = _not_converged(point, norm, residual, sectors, tolerance)
    unstable = [s for s in sectors if not s.is_symmetric and is_unstable(s, sectors)]
    branches: tuple[Branch, ...] = ()
    if follow and unstable and not why:
        branches = lower_branches(solver, point, problem, unstable)
    chain, action = solver.normalised(point.overlaps, problem)
    return SymmetricSolution(
        network=solver.network,
        layers=solver.layout.layers,
        eigenvalues=_eigenvalues(solver, chain or point.overlaps),
        overlaps=point.overlaps,
        chain_overlaps=chain,
        action=action,
        log_evidence=evidence,
        gradient_norm=norm,
        residual=residual,
        kernel_change=solver.kernel_change,
        sectors=sectors,
        branches=branches,
        converged=not why and _followed(unstable, branches, follow),
        message=why or _verdict(action, unstable, branches, follow),
    )


def _followed(unstable: Sequence[HessianSector], branches: Sequence[Branch], follow: bool) -> bool:
    """Whether what lies below an unstable point was found, where it was asked for."""
    if not (follow and unstable):
        return True
    return bool(branches) and all(branch.converged for branch in branches)


def _eigenvalues(solver: SymmetricSolver, overlaps: Overlaps) -> tuple[tuple[str, Any, int], ...]:
    eigenvalues = []
    unknowns, blocks = solver.theory.shown.unknowns, solver.blocks(overlaps)
    for unknown, basis, block in zip(unknowns, solver.bases, blocks, strict=True):
        value = float(block[0, 0]) if block.size == 1 else block
        eigenvalues.append((unknown.symbol.name, value, len(basis)))
    return tuple(eigenvalues)


def _not_converged(
    point: Point, norm: float, residual: float, sectors: Sequence[HessianSector], tolerance: float
) -> str:
    """Why the symmetric point is not what it should be; empty where it is."""
    remedy = "raise the temperature, or scale labels and widths"
    if point.reason or not norm <= tolerance:
        why = point.reason or f"the relative gradient is {norm:.1e}"
        return f"not converged: {why}, above the tolerance {tolerance:.0e}; {remedy}"
    if not residual <= 1e3 * tolerance:
        return f"not converged: the saddle equations hold to {residual:.1e} only; {remedy}"
    for sector in sectors:
        if sector.is_symmetric and is_unstable(sector, sectors):
            return f"not converged: a saddle also among symmetric points; {remedy}"
    return ""


def _verdict(
    action: float, unstable: Sequence[HessianSector], branches: Sequence[Branch], follow: bool
) -> str:
    if not unstable:
        return (
            "symmetric and stable: a minimum of the action, also in every direction that breaks "
            "the symmetry"
        )
    worst = min(unstable, key=lambda sector: sector.lowest)
    text = (
        f"symmetric but unstable: the lowest eigenvalue is {worst.lowest:.4g} ({worst.name}), so "
        "the heads break their symmetry"
    )
    if not follow:
        return text
    if not branches or not branches[0].converged:
        return f"{text}; no minimum below it was found to tolerance"
    gain = action - branches[0].action
    many = "one minimum" if len(branches) == 1 else f"{len(branches)} minima"
    return f"{text}; {many} below it, the action lower by up to {gain:.5g}"
