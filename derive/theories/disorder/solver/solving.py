"""Solve a model in this process, through its module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derive.errors import DescriptionError
from derive.theories.disorder.derivation import Derivation
from derive.theories.disorder.derivation import derive as derive_theory
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.module import generate
from derive.theories.disorder.module.runtime.verdict import Solution
from derive.wording import choices, shown


class Solver:
    """A model's module, loaded once, for many values of its parameters.

    Args:
        model: Or its derivation.
    """

    def __init__(self, model: DisorderedModel | Derivation) -> None:
        self.derivation = model if isinstance(model, Derivation) else derive_theory(model)
        self.model = self.derivation.model
        self.module = generate(self.derivation).load()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return tuple(self.module.PARAMETERS)

    def values(self, given: Mapping[str, float]) -> dict[str, float]:
        """A number for each parameter: what is given, or the model's default.

        Raises:
            DescriptionError: A name is none of the model's, a number is missing, or it is not one
                that the parameter can be.
        """
        for name in given:
            if name not in self.names:
                raise DescriptionError(
                    f"{self.model.name}: no parameter {shown(name)}{choices(name, self.names)}"
                )
        values = {**self.model.parameters, **given}
        missing = [name for name in self.names if name not in values]
        if missing:
            raise DescriptionError(
                f"{self.model.name}: no value of {', '.join(missing)}; give one with "
                f"--set {missing[0]}=1.5 or as an argument"
            )
        numbers = {name: float(values[name]) for name in self.names}
        self._refuse(numbers)
        return numbers

    def _refuse(self, numbers: Mapping[str, float]) -> None:
        ratios = {e.ratio.name for e in self.model.examples if e.ratio.is_Symbol}
        ratios |= {s.ratio.name for s in self.model.sites if s.ratio.is_Symbol}
        for name, value in numbers.items():
            if value - value != 0:
                raise DescriptionError(f"{self.model.name}: {name} is {value}, no finite number")
            if name in ratios and value < 0:
                raise DescriptionError(
                    f"{self.model.name}: {name} is {value:g}; a ratio of numbers is not negative"
                )
            if name == "beta" and value <= 0:
                raise DescriptionError(
                    f"{self.model.name}: beta is {value:g}; an inverse temperature is positive"
                )

    def _called(self, **given: Any) -> Any:
        """The module's solve, whose refusals are about the model.

        Raises:
            DescriptionError: It refuses a value.
        """
        try:
            return self.module.solve(**given)
        except ValueError as error:
            raise DescriptionError(f"{self.model.name}: {error}") from None

    def solve(
        self,
        *,
        start: Sequence[float] | None = None,
        random: int = 4,
        seed: int = 0,
        **parameters: float,
    ) -> Solution:
        """See `solve`."""
        numbers = self.values(parameters)
        if start is not None:
            self._refuse_start(start, tuple(numbers.values()))
        found: Any = self._called(**numbers, start=start, random=random, seed=seed)
        return found

    def solve_near(
        self,
        points: Sequence[Sequence[float]],
        parameters: Mapping[str, float],
        *,
        random: int,
        seed: int,
    ) -> Solution:
        """The same, from further points too, such as solutions at other parameters."""
        numbers = self.values(parameters)
        found: Any = self._called(**numbers, also=points, random=random, seed=seed)
        return found

    def _refuse_start(self, start: Sequence[float], numbers: tuple[float, ...]) -> None:
        names = ", ".join(self.module.ORDER_PARAMETERS)
        if len(start) != len(self.module.ORDER_PARAMETERS):
            raise DescriptionError(f"start: {len(start)} numbers where those of ({names}) are due")
        for state in self.module.overlaps(np.array(start, dtype=float), numbers):
            wrong = self.module.impossible(state)
            if not wrong and not self.module.is_inside(state):
                wrong = ["q is not below Q"]
            if wrong:
                given = ", ".join(f"{value:g}" for value in start)
                raise DescriptionError(f"start: ({names}) = ({given}) is of no state: {wrong[0]}")


def solve(
    model: DisorderedModel | Derivation,
    *,
    start: Sequence[float] | None = None,
    random: int = 4,
    seed: int = 0,
    **parameters: float,
) -> Solution:
    """Solve the replica-symmetric equations of a model.

    Args:
        model: Or its derivation.
        start: Order parameters to begin at, in the order of the module's ORDER_PARAMETERS; then no
            other start is tried.
        random: How many random starts beside an informed, a middling and an uninformed one.
        seed: Of the random starts.
        parameters: Numbers for the model's parameters; those left out take its defaults.

    Returns:
        The fixed point that dominates, with the others beside it.

    Raises:
        DescriptionError: A parameter is missing, unknown or impossible.

    >>> from derive.theories.disorder.description import DisorderedModel
    >>> sk = DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**2/2")
    >>> solution = solve(sk, J=1.0, beta=2.0)
    >>> print(f"{-solution.free_entropy / 2:.12f}", solution.converged)
    -0.792392945135 True
    """
    solver = Solver(model)
    return solver.solve(start=start, random=random, seed=seed, **parameters)
