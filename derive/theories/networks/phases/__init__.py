"""Symmetric saddle points on data: their Hessian by sectors, the branches below them, the onset."""

from derive.theories.networks.phases.branches import Branch
from derive.theories.networks.phases.hessian import HessianSector
from derive.theories.networks.phases.kernels import check_symmetry
from derive.theories.networks.phases.onset import Onset, onset
from derive.theories.networks.phases.solver import SymmetricSolver
from derive.theories.networks.phases.symmetric import SymmetricSolution, symmetric_solution

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
