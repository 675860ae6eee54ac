"""Solve disordered models."""

from derive.theories.disorder.module.runtime.verdict import Solution
from derive.theories.disorder.solver.files import save_solution
from derive.theories.disorder.solver.solving import Solver, solve

__all__ = ["Solution", "Solver", "save_solution", "solve"]
