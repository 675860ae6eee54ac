r"""First-order transitions: where the lowest minimum of the action changes its branch.

Between two values of a parameter the minimum that is lowest at each end is followed from its
neighbour, with the interval halved at the side of the lower action. Where both branches last, the
value is that at which their actions are equal; where the lowest minimum goes over continuously
nothing is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from derive.arguments import takes
from derive.errors import ArgumentError
from derive.theories.networks.description import Data, Network
from derive.theories.networks.solver.solution import Solution
from derive.theories.networks.solver.solving import Solver
from derive.wording import choices, shown

ACCURACY = 1e-4
"""Relative length of the interval that is left."""
SMALL = 0.05
"""Relative change of the overlaps' eigenvalues that hides no jump."""
DISTINCT = 1e-3
"""Relative difference of eigenvalues from which two points at one value are two minima."""
ROUNDING = 1e-10
"""Of a height, relative."""
MOST_BRANCHES = 4
"""How often an interval is divided at a third branch that is lower where two are equal."""

MOST_STEPS = 60
"""Of halving: towards zero a relative length shrinks without end."""

At = Callable[[float], tuple[Network, Data]]


class Place(NamedTuple):
    """A value of the parameter, and a minimum there.

    Attributes:
        value: Of the parameter.
        solution: The minimum.
        height: Its action without constants that minima at one value share: see `Solver.height`.
    """

    value: float
    solution: Solution
    height: float

    def is_below(self, other: Place) -> bool:
        """Whether this minimum is lower than another at the same value, beyond rounding."""
        if not (self.solution.converged and other.solution.converged):
            return self.solution.converged
        return self.height < other.height - ROUNDING * max(1.0, abs(self.height))


@dataclass(frozen=True)
class Transition:
    """A first-order transition between two values of a parameter.

    Attributes:
        parameter: Its name.
        below: The lowest minimum at the end of smaller values, and from where it is lowest.
        above: That at the other end.
        value: Where the actions are equal; for whole numbers from the straight line between two.
        scales: Traces of the bottom overlaps, of both branches.
    """

    parameter: str
    below: float
    above: float
    value: float
    scales: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"first-order transition at {self.parameter} = {self.value:.6g}: the lowest minimum's "
            f"tr G_bottom goes from {self.scales[0]:.4g} to {self.scales[1]:.4g}"
        )


@takes("network", "data", "parameter", "low", "high")
def transition(
    network: Network, data: Data, parameter: str, low: float, high: float
) -> tuple[Transition, ...]:
    """First-order transitions between two values of a parameter.

    Args:
        network: Every other symbol has a value.
        data: Attended inputs and labels.
        parameter: "temperature", "width" (of every stream), "examples" (the first P of the data),
            or the name of a variance (`Network.variance_names`).
        low: Its smaller value.
        high: Its larger value.

    Returns:
        One for each change of branch, in the order of values; none where the lowest minimum goes
        over continuously.

    Raises:
        ArgumentError: There is no such parameter, or the values are in no order.
        SolveError: A point cannot be solved.
    """
    at = _settings(network, data, parameter, low, high)
    solver = Solver.of(at(low)[0])
    return Search(solver, at, parameter).between(low, high)


def _settings(network: Network, data: Data, parameter: str, low: float, high: float) -> At:
    if not low < high:
        raise ArgumentError(f"low, high: {low:g} and {high:g}; give the smaller value first")
    if parameter == "temperature":
        return lambda value: (network.with_temperature(value), data)
    if parameter == "width":
        return lambda value: (network.with_width(int(value)), data)
    if parameter == "examples":
        return lambda value: (network, _first(data, int(value)))
    if parameter in network.variance_names():
        return lambda value: (network.with_variances({parameter: value}), data)
    valid = ("temperature", "width", "examples", *network.variance_names())
    raise ArgumentError(f"parameter: there is no {shown(parameter)}{choices(parameter, valid)}")


def _first(data: Data, examples: int) -> Data:
    rows = examples * data.outputs
    if not 0 < rows <= len(data.labels):
        there = len(data.labels) // data.outputs
        raise ArgumentError(f"examples: {examples} of {there} are asked for; give others")
    return replace(data, attended=data.attended[:rows], labels=data.labels[:rows])


@dataclass(frozen=True)
class Search:
    """Follows minima of one network along one parameter.

    Attributes:
        solver: Of the network, whose numbers come with each value.
        at: Network and data at a value.
        parameter: Its name; widths and numbers of examples are whole numbers.
    """

    solver: Solver
    at: At
    parameter: str

    def between(self, low: float, high: float, depth: int = 0) -> tuple[Transition, ...]:
        """The transitions between two values; see `transition`."""
        first, last = self._lowest(low), self._lowest(high)
        if not first.solution.converged or not last.solution.converged:
            return ()
        bracket = self._narrowed(first, last)
        if bracket is None:
            return ()
        left, right = bracket
        divisible = depth < MOST_BRANCHES and low < left.value and right.value < high
        if divisible and self._lowest(left.value).is_below(left):
            return (
                *self.between(low, left.value, depth + 1),
                *self.between(left.value, high, depth + 1),
            )
        before, after = (float(np.trace(place.solution.bottom)) for place in bracket)
        value = self._crossing(left, right)
        return (Transition(self.parameter, left.value, right.value, value, (before, after)),)

    def _lowest(self, value: float, start: tuple[np.ndarray, ...] | None = None) -> Place:
        """The lowest minimum at a value, or the one that is next to a start."""
        network, data = self.at(value)
        minimum = self.solver.solve(network, data, start=start)
        return Place(value, minimum, self.solver.height(minimum, data))

    def _followed(self, place: Place, value: float) -> Place:
        """The minimum at another value, from the one at a place."""
        return self._lowest(value, place.solution.overlaps)

    @property
    def _is_whole(self) -> bool:
        return self.parameter in ("width", "examples")

    def _middle(self, low: float, high: float) -> float | None:
        """A value between two, None where they are near enough."""
        if self._is_whole:
            return float((low + high) // 2) if high - low > 1.0 else None
        if high - low <= ACCURACY * high:
            return None
        return float(np.sqrt(low * high)) if low > 0.01 * high else (low + high) / 2.0

    def _narrowed(self, left: Place, right: Place) -> tuple[Place, Place] | None:
        """Two near values of which the lowest minima are of two branches, if there are."""
        certain = self._coexist(left, right)
        for _ in range(MOST_STEPS):
            value = self._middle(left.value, right.value)
            if value is None:
                break
            if not certain and _distance(left.solution, right.solution) <= SMALL:
                return None
            here, other = self._followed(left, value), self._followed(right, value)
            if self._is_left(here, other, left, right):
                left = here
            else:
                right = other
        return (left, right) if self._coexist(left, right) else None

    def _is_left(self, here: Place, other: Place, left: Place, right: Place) -> bool:
        """Whether the branch from the left is lower; of one point, whether it is nearer to that."""
        if here.is_below(other) or other.is_below(here):
            return here.is_below(other)
        near, far = (_distance(here.solution, side.solution) for side in (left, right))
        return near <= far

    def _coexist(self, left: Place, right: Place) -> bool:
        """Whether the lowest minimum of one value is another, and no lower one, at the other."""
        there, back = self._followed(left, right.value), self._followed(right, left.value)
        pairs = (right, there), (left, back)
        return any(
            one.is_below(other) and _distance(one.solution, other.solution) > DISTINCT
            for one, other in pairs
        )

    def _crossing(self, left: Place, right: Place) -> float:
        """Where the actions of both branches are equal, from what they are at two near values."""
        there, back = self._followed(left, right.value), self._followed(right, left.value)
        before, after = left.height - back.height, there.height - right.height
        if before > 0.0 or after < 0.0 or before == after:
            return (left.value + right.value) / 2.0
        return left.value - before * (right.value - left.value) / (after - before)


def _distance(one: Solution, other: Solution) -> float:
    """Between eigenvalues of the bottom overlaps, which heads that change places keep."""
    values = [np.linalg.eigvalsh(solution.bottom) for solution in (one, other)]
    scale = max(float(np.linalg.norm(spectrum)) for spectrum in values)
    return float(np.linalg.norm(values[0] - values[1])) / scale
