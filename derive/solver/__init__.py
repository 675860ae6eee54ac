"""From data to solved order parameters and predictions, with the evidence for them."""

from derive.solver.files import load_solution, save_solution
from derive.solver.solution import Solution
from derive.solver.solving import Solver, search, solve

__all__ = ["Solution", "Solver", "load_solution", "save_solution", "search", "solve"]
