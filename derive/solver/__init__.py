"""From data to solved order parameters and predictions, with the evidence for them."""

from derive.solver.files import load_solution, save_solution
from derive.solver.solution import Solution
from derive.solver.solving import INFINITE_WIDTH, Solver, search, solve

__all__ = [
    "INFINITE_WIDTH",
    "Solution",
    "Solver",
    "load_solution",
    "save_solution",
    "search",
    "solve",
]
