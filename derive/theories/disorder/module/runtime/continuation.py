"""Follow a fixed point as a parameter changes, around folds too, by its arc length."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from derive.theories.disorder.module.runtime.equations import Equations, Feasible, attracts

UpdateAt = Callable[[np.ndarray, float], np.ndarray]
"""One undamped step of the order parameters at a value of the parameter."""

SHORTEST = 1e-9
"""Of a step of arc length, in units of the scales: shorter ones end the branch."""

STRAIGHT = 0.98
"""Cosine between the directions of two points next to each other, at least."""


class Passed(NamedTuple):
    """A point of a branch.

    Attributes:
        parameter: Its value there.
        point: Order parameters.
        residual: Largest |x - update(x)| over the larger of |x| and its scale.
        attracting: Whether iterations of the update stay near it.
        direction: Unit tangent of (x, parameter), each in units of its scale.
    """

    parameter: float
    point: np.ndarray
    residual: float
    attracting: bool
    direction: np.ndarray


class Followed(NamedTuple):
    """A branch: its points in order, the folds where it turns back, and why it ended."""

    points: tuple[Passed, ...]
    folds: tuple[Passed, ...]
    message: str


class Curve:
    """Solutions of x = update(x, p) in units of scales."""

    def __init__(self, update: UpdateAt, feasible: Feasible, scale: np.ndarray, unit: float):
        self.scale = np.append(scale, unit)

        def stepped(both: np.ndarray) -> np.ndarray:
            return np.append(update(both[:-1], float(both[-1])), both[-1])

        self.equations = Equations(stepped, lambda both: feasible(both[:-1]), self.scale)

    def slopes(self, place: np.ndarray) -> np.ndarray:
        """The Jacobian of update(x, p) - x, in units: a row less than columns."""
        jacobian = self.equations.jacobian(place * self.scale)
        return np.asarray((jacobian * self.scale / self.scale[:, None])[:-1])

    def passed(self, place: np.ndarray, along: np.ndarray) -> Passed | None:
        """The point with its tangent, which goes on as the direction given does."""
        slopes = self.slopes(place)
        if not np.isfinite(slopes).all():
            return None
        direction = np.linalg.svd(slopes)[2][-1]
        direction = direction if direction @ along >= 0.0 else -direction
        both = place * self.scale
        residual = self.equations.size(both, self.equations.step(both))
        return Passed(float(both[-1]), both[:-1], residual, attracts(slopes[:, :-1]), direction)

    def corrected(self, place: np.ndarray, along: np.ndarray) -> np.ndarray | None:
        """Onto the curve, in the plane through a place across a direction; None where that fails.

        Newton's steps with one Jacobian: what does not converge by ten is too far.
        """
        slopes, before = self.slopes(place), np.inf
        if not np.isfinite(slopes).all():
            return None
        bordered = np.vstack([slopes, along])
        for _ in range(10):
            step = self.equations.step(place * self.scale) / self.scale
            if not np.isfinite(step).all():
                return None
            move = np.linalg.lstsq(bordered, -np.append(step[:-1], 0.0))[0]
            size = float(np.linalg.norm(move))
            place = place + move
            if size <= 1e-13 * max(1.0, float(np.linalg.norm(place))):
                return place
            if size > 0.5 * before:
                return place if size < 1e-10 else None
            before = size
        return place if before < 1e-10 else None


def follow(
    update: UpdateAt,
    start: np.ndarray,
    begin: float,
    end: float,
    feasible: Feasible = lambda x: True,
    *,
    scale: np.ndarray | float = 1.0,
    longest: float = 0.1,
    most: int = 1000,
) -> Followed:
    """The branch through a fixed point, from one value of a parameter to another.

    It may turn back at folds, which are located; it ends at `end`, at the value it began with, at
    the edge of what is feasible, or after so many points.

    Args:
        update: update(x, parameter), one undamped step.
        start: A fixed point at `begin`.
        begin: The parameter where the branch begins.
        end: Where it ends.
        feasible: Whether order parameters are those of any state.
        scale: Sizes of the order parameters.
        longest: Of a step, in units of the scales and of |end - begin|.
        most: Points.
    """
    sizes = np.broadcast_to(np.asarray(scale, dtype=float), start.shape)
    curve = Curve(update, feasible, sizes, abs(end - begin))
    place = np.append(start, begin) / curve.scale
    onward = np.append(np.zeros(len(start)), np.sign(end - begin))
    here = curve.passed(place, onward)
    if here is None:
        return Followed((), (), "the branch has no tangent at its start")
    points, folds, length, message = [here], [], 0.1 * longest, f"{most} points were passed"
    while len(points) < most:
        there = advanced(curve, here, length)
        if there is None or here.direction @ there.direction < STRAIGHT:
            length *= 0.5
            if length < SHORTEST:
                message = "the branch ends at the edge of what is feasible, or is not smooth"
                break
            continue
        bounds = sorted((begin, end))
        if not bounds[0] <= there.parameter <= bounds[1]:
            edge = end if (there.parameter > end) == (end > begin) else begin
            last = located(curve, here, length, partial(past, edge))
            points += [last] if last else []
            message = "" if edge == end else "the branch turned back to where it began"
            break
        if here.direction[-1] * there.direction[-1] < 0.0:
            fold = located(curve, here, length, turning)
            folds += [fold] if fold else []
        points.append(there)
        here, length = there, min(1.5 * length, longest)
    return Followed(tuple(points), tuple(folds), message)


def past(edge: float, point: Passed) -> float:
    """By how much a point is past a value of the parameter."""
    return point.parameter - edge


def turning(point: Passed) -> float:
    """How fast the parameter changes along the branch: 0 at a fold."""
    return float(point.direction[-1])


def advanced(curve: Curve, here: Passed, length: float) -> Passed | None:
    """The point of the curve after so much of arc length, in the plane across the tangent."""
    place = np.append(here.point, here.parameter) / curve.scale
    found = curve.corrected(place + length * here.direction, here.direction)
    return None if found is None else curve.passed(found, here.direction)


def located(
    curve: Curve, here: Passed, length: float, height: Callable[[Passed], float]
) -> Passed | None:
    """The point within a step where a height is 0, by secants inside a bracket (Illinois)."""
    low, high = 0.0, length
    last = advanced(curve, here, length)
    if last is None:
        return None
    below, above = height(here), height(last)
    for _ in range(60):
        if below == above or abs(high - low) <= 1e-15 * length:
            break
        middle = high - above * (high - low) / (above - below)
        found = advanced(curve, here, middle)
        if found is None:
            return None
        value = height(found)
        low, below, high, above = (
            (high, above, middle, value)
            if value * above < 0.0
            else (low, 0.5 * below, middle, value)
        )
        last = found
        if abs(value) <= 1e-14 * max(1.0, abs(found.parameter)):
            break
    return last
