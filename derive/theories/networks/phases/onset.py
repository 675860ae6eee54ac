"""Where the symmetric point becomes unstable: the onset of broken symmetry in a parameter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scipy import optimize

from derive.arguments import takes
from derive.errors import SolveError
from derive.theories.networks.description import Data, Network
from derive.theories.networks.phases.hessian import HessianSector
from derive.theories.networks.phases.kernels import TOLERANCE
from derive.theories.networks.phases.solver import Point, SymmetricSolver

PARAMETERS: dict[str, Callable[[Any, float], Any]] = {
    "labels": lambda problem, value: problem._replace(labels=value * problem.labels),
    "temperature": lambda problem, value: problem._replace(temperature=float(value)),
    "width": lambda problem, value: problem._replace(
        widths=tuple(value * width for width in problem.widths)
    ),
}
"""Labels and widths are multiplied by the parameter; the temperature is the parameter."""


@dataclass(frozen=True)
class Onset:
    """Where the lowest eigenvalue that breaks the symmetry changes its sign.

    Attributes:
        parameter: Its name.
        value: The onset; labels or widths are multiplied by it.
        name: The kind of direction that becomes unstable.
        eigenvalue: The lowest eigenvalue at `value`, in whitened coordinates: zero up to rounding.
        ends: The lowest eigenvalues at both ends of the interval.
    """

    parameter: str
    value: float
    name: str
    eigenvalue: float
    ends: tuple[float, float]


@takes("network", "data", "parameter", "low", "high", "layers", "kernel_tolerance")
def onset(
    network: Network,
    data: Data,
    parameter: str,
    low: float,
    high: float,
    *,
    layers: Sequence[int] | None = None,
    kernel_tolerance: float = TOLERANCE,
) -> Onset:
    """Find where heads begin to break their symmetry, between two values of a parameter.

    Args:
        network: Every symbol has a value.
        data: Whose kernels have the symmetry.
        parameter: "labels" or "width", by which labels or all widths are multiplied, or
            "temperature".
        low: One end of the interval.
        high: The other end.
        layers: As in `symmetric_solution`.
        kernel_tolerance: As in `symmetric_solution`.

    Raises:
        RuleError: The network cannot have the symmetry.
        DataError: The data do not have it.
        SolveError: The lowest eigenvalue has the same sign at both ends.
    """
    solver = SymmetricSolver.of(network, data, layers=layers, kernel_tolerance=kernel_tolerance)
    return onset_of(solver, solver.problem, parameter, low, high)


def onset_of(
    solver: SymmetricSolver, problem: Any, parameter: str, low: float, high: float
) -> Onset:
    """The same, with what does not change found before.

    Raises:
        SolveError: As in `onset`, or a symmetric point is not found.
    """
    _check(parameter, low, high)
    change = PARAMETERS[parameter]

    def lowest(value: float) -> HessianSector:
        return breaking_sector(solver, change(problem, value))

    ends = lowest(low).lowest, lowest(high).lowest
    if ends[0] * ends[1] > 0:
        raise SolveError(
            f"no onset of {parameter} between {low:g} and {high:g}: the lowest eigenvalue that "
            f"breaks the symmetry is {ends[0]:.4g} and {ends[1]:.4g} there; give ends with "
            "different signs"
        )
    value = optimize.brentq(lambda x: lowest(x).lowest, low, high, xtol=1e-12, rtol=1e-12)
    sector = lowest(value)
    return Onset(parameter, float(value), sector.name, sector.lowest, ends)


def _check(parameter: str, low: float, high: float) -> None:
    if parameter not in PARAMETERS:
        listed = ", ".join(PARAMETERS)
        raise SolveError(f"{parameter!r} is no parameter of an onset; valid: {listed}")
    zero = parameter == "temperature"
    for value in (low, high):
        if not (value > 0 or (zero and value == 0)):
            raise SolveError(f"onset of {parameter}: {value:g} given; give positive numbers")
    if not low < high:
        raise SolveError(
            f"onset of {parameter}: from {low:g} to {high:g} given; give the smaller one first"
        )


def breaking_sector(
    solver: SymmetricSolver, problem: Any, point: Point | None = None
) -> HessianSector:
    """The kind of direction with the lowest eigenvalue among those that break the symmetry.

    Raises:
        SolveError: The symmetric point is not found.
    """
    point = solver.point(problem) if point is None else point
    if point.reason:
        raise SolveError(f"the symmetric point is not found: {point.reason}; move the interval")
    kinds = [sector for sector in solver.hessian(point, problem) if not sector.is_symmetric]
    return min(kinds, key=lambda sector: sector.lowest)
