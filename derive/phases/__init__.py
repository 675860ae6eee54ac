"""Symmetric saddle points on data: their Hessian by sectors, the branches below them, the onset."""

from derive.phases.branches import Branch
from derive.phases.hessian import HessianSector
from derive.phases.kernels import check_symmetry
from derive.phases.onset import Onset, onset
from derive.phases.solver import SymmetricSolver
from derive.phases.symmetric import SymmetricSolution, symmetric_solution

__all__ = [
    "Branch",
    "HessianSector",
    "Onset",
    "SymmetricSolution",
    "SymmetricSolver",
    "check_symmetry",
    "onset",
    "symmetric_solution",
]
