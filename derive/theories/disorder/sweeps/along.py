"""Fixed points along a line of parameters: each point begins at its neighbours' solutions too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from derive.theories.disorder.module.runtime.verdict import Solution
from derive.theories.disorder.solver.solving import Solver

Record = dict[str, Any]
"""What is kept of a point: under `solutions` its fixed points, that which dominates first."""

WAYS = ("forth", "back")
"""A branch that ends to the right is found on the way forth, one that ends to the left back."""


def solve_along(
    solver: Solver,
    line: Sequence[Mapping[str, float]],
    known: Callable[[str, int], Record | None],
    *,
    random: int,
    seed: int,
) -> Iterator[tuple[str, int, Record]]:
    """Solve the points of a line forth and back.

    Args:
        solver: Of the model.
        line: Every parameter at every point, in order.
        known: The record of a way and a point's number, if it has been found before.
        random: How many random starts.
        seed: Of them.

    Yields:
        A way, a number and its record, as soon as it is found.
    """
    here: dict[int, Record] = {}
    for way in WAYS:
        numbers = range(len(line)) if way == "forth" else range(len(line) - 1, -1, -1)
        before: Record | None = None
        for number in numbers:
            record = known(way, number)
            if record is None:
                starts = [*_points(solver, here.get(number)), *_points(solver, before)]
                fresh = random if way == "forth" else 0
                record = solved(solver, line[number], starts, random=fresh, seed=seed)
                yield way, number, record
            here[number] = before = record


def solved(
    solver: Solver,
    parameters: Mapping[str, float],
    starts: Sequence[Sequence[float]],
    *,
    random: int,
    seed: int,
) -> Record:
    """The record of a point; one that has no start says so."""
    try:
        found = solver.solve_near(starts, parameters, random=random, seed=seed)
    except ValueError as error:
        return {"solutions": [], "message": str(error)}
    return {"solutions": [quantities(one) for one in (found, *found.others)]}


def quantities(solution: Solution) -> Record:
    """Every number of a fixed point by its name, as a table has it."""
    row: Record = {"free_entropy": solution.free_entropy}
    row |= {**solution.overlaps, **solution.conjugates, "replicon": solution.replicon}
    row |= {"entropy": solution.entropy, "energy": solution.energy, **solution.observables}
    row = {name: float(value) for name, value in row.items()}
    return row | {
        "converged": bool(solution.converged),
        "residual": float(solution.residual),
        "quadrature_error": float(solution.quadrature_error),
        "message": solution.message,
    }


def _points(solver: Solver, record: Record | None) -> list[list[float]]:
    """The order parameters of all fixed points of a record."""
    names = solver.module.ORDER_PARAMETERS
    found = [] if record is None else record["solutions"]
    return [[one[name] for name in names] for one in found if one["converged"]]
