"""What is checked: a model, its theory and module, at numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.evidence.compare import Comparison, Pairs
from derive.evidence.verdict import CheckResult, Verdict
from derive.theories.disorder.derivation.overlaps import symbol
from derive.theories.disorder.derivation.replica_symmetric import free_entropy_of
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.nodes.replica_nodes import finer
from derive.theories.disorder.solver import Solution, Solver
from derive.theories.disorder.truth.numeric import evaluate

RANDOM = 2
"""Random starts."""
PULL = 0.4
"""How far a generic point is drawn from the solution to a start between teacher and nothing."""
FINENESS = (1, 2, 4, 8)
"""Of the quadrature of definitions, one after the other."""
RESOLVED = 0.1
"""A difference that changes by less of itself is no matter of quadrature."""
MOST_DIGITS = 15
"""Of what is float64."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A theory and the module that is to be its.

    Attributes:
        theory: The equations.
        module: What `generate` wrote, loaded.
        numbers: Of the parameters, by name.
        state: The free entropy of no replicas, before anything is written in closed form.
        solution: The fixed point that dominates.
    """

    theory: Theory
    module: ModuleType = field(repr=False)
    numbers: Mapping[str, float]
    state: State = field(repr=False)
    solution: Solution = field(repr=False)

    @classmethod
    def of(
        cls,
        model: DisorderedModel,
        given: Mapping[str, float],
        seed: int = 0,
        module: ModuleType | None = None,
    ) -> Subject:
        """Derived, generated where no module is given, and solved."""
        solver = Solver(model)
        solver.module = module or solver.module
        numbers = solver.values(given)
        solution = solver.solve(start=None, random=RANDOM, seed=seed, **numbers)
        theory = solver.derivation.theory
        return cls(theory, solver.module, numbers, free_entropy_of(model), solution)

    @property
    def model(self) -> DisorderedModel:
        """The description."""
        return self.theory.model

    def parameters(self, **changed: float) -> tuple[float, ...]:
        """Numbers in the module's order."""
        return tuple({**self.numbers, **changed}[name] for name in self.module.PARAMETERS)

    def solved(self) -> np.ndarray:
        """The order parameters that are solved for."""
        names = self.module.ORDER_PARAMETERS
        return np.array([float(self.solution.overlaps[name]) for name in names])

    def generic(self) -> np.ndarray:
        """Order parameters where nothing vanishes; of possible states, as these are convex."""
        points, _ = self.module.starts(self.parameters())
        between = dict(points)["between"]
        return (1 - PULL) * self.solved() + PULL * between

    def at(self, order: np.ndarray, **changed: float) -> tuple[Any, dict[Any, float]]:
        """What the module says at order parameters, and a number for every symbol there."""
        found = self.module.state(order, self.parameters(**changed))
        named = {**self.numbers, **changed, **found.overlaps, **found.conjugates}
        return found, {symbol(name): float(value) for name, value in named.items()}


def value(expression: Any, numbers: Mapping[Any, Any]) -> float:
    """The value of an expression with averages, by quadrature from their definitions."""
    return float(evaluate(expression, numbers))


def comparison() -> Comparison:
    """An empty one, of float64."""
    return Comparison(Digits(MOST_DIGITS), MOST_DIGITS)


def settled(pairs: Callable[[], Pairs], claim: str, told: str, digits: int) -> CheckResult:
    """The verdict on numbers that quadrature says, relative to the larger of them and 1.

    Where they differ, the quadrature of the definitions is refined until it does not matter.

    Args:
        pairs: What is compared, what the module says, what its definition says.
        claim: What is claimed.
        told: What was compared.
        digits: That must agree.
    """
    before = None
    for times in FINENESS:
        found = comparison()
        with finer(times):
            found.gather(partial(_added, found, pairs))
        result = found.result(claim, digits, told)
        if result.verdict is not Verdict.DISAGREES:
            return result
        gap = float(found.pair[1] - found.pair[0])
        if before is not None and abs(gap - before) < RESOLVED * abs(gap):
            return result
        before = gap
    reason = f"the quadrature of {found.what} is not resolved; {result.reason}"
    return replace(result, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _added(found: Comparison, pairs: Callable[[], Pairs]) -> Pairs:
    for what, ours, theirs in pairs():
        found.add(what, ours, theirs, scale=1)
    return ()


__all__ = ["Subject", "comparison", "settled", "value"]
