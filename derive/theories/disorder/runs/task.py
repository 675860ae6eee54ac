"""What a run is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.errors import DescriptionError
from derive.files.seals import made_from
from derive.running.program import program
from derive.theories.disorder.description import DisorderedModel
from derive.wording import choices, shown

POINTS = 22
LOWEST, HIGHEST = 0.25, 2.0
"""A table goes from a quarter of a parameter's value to its double, which is then one of 22."""


@dataclass(frozen=True)
class Task:
    """Everything that decides what a run computes.

    Attributes:
        model: The description.
        given: Values of parameters in place of the model's own.
        over: The parameter of the table.
        grid: Its values, the smallest first.
        command: How to ask for this run.
        checks: Whether to check and certify.
    """

    model: DisorderedModel
    given: Mapping[str, float]
    over: str
    grid: tuple[float, ...]
    command: str
    checks: bool = True

    @property
    def fingerprint(self) -> str:
        """A digest of what the results depend on."""
        given = sorted(self.given.items())
        return made_from(program(), self.model.to_toml(), given, self.over, self.grid)


def axis(
    model: DisorderedModel, given: Mapping[str, float], name: str | None, values: Any = ()
) -> tuple[str, tuple[float, ...]]:
    """The parameter of a table and its values: what is asked for, or the usual ones.

    Raises:
        DescriptionError: It is no parameter, or has no value around which to go.
    """
    names = sorted(symbol.name for symbol in model.free())
    if name is None:
        name = _usual(model, names)
    if name not in names:
        raise DescriptionError(f"{model.name}: no parameter {shown(name)}{choices(name, names)}")
    if values:
        return name, tuple(sorted(set(map(float, values))))
    at = {**model.parameters, **given}.get(name)
    if at is None:
        raise DescriptionError(
            f"{model.name}: no value of {name}; give --set {name}=1.5, or values after --over"
        )
    low, high = (LOWEST * at, HIGHEST * at) if at else (0.0, 1.0)
    return name, tuple(float(value) for value in np.linspace(low, high, POINTS))


def _usual(model: DisorderedModel, names: list[str]) -> str:
    """A ratio where there is one, else the temperature, else the first."""
    ratios = [*(e.ratio for e in model.examples), *(s.ratio for s in model.sites)]
    wanted = [*(ratio.name for ratio in ratios if ratio.is_Symbol), "beta", *names]
    for name in wanted:
        if name in names:
            return name
    raise DescriptionError(f"{model.name}: it has no parameter to draw anything against")
