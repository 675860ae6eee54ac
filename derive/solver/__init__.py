"""From data to solved order parameters and predictions, with the evidence for them."""

from derive.solver.files import load_solution, save_solution
from derive.solver.solution import Solution
from derive.solver.solving import INFINITE_WIDTH, Solver, search, solve
from derive.solver.spectrum import Direction, HessianSpectrum, PathPair
from derive.solver.transition import Transition, transition

__all__ = [
    "INFINITE_WIDTH",
    "Direction",
    "HessianSpectrum",
    "PathPair",
    "Solution",
    "Solver",
    "Transition",
    "load_solution",
    "save_solution",
    "search",
    "solve",
    "transition",
]
