"""From data to solved order parameters and predictions, with the evidence for them."""

from derive.theories.networks.solver.files import load_solution, save_solution
from derive.theories.networks.solver.once import search, solve
from derive.theories.networks.solver.solution import Solution
from derive.theories.networks.solver.solving import INFINITE_WIDTH, Solver
from derive.theories.networks.solver.spectrum import Direction, HessianSpectrum, PathPair
from derive.theories.networks.solver.transition import Transition, transition

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
