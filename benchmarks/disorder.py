"""How long disordered models take: to derive and generate, to find a fixed point, to solve.

    python benchmarks/disorder.py [MODEL ...]

Processor seconds of one thread for every model of the gallery, or for those named: derive and
generate (at most 2 s are asked for), a fixed point from a start nearby (at most 0.05 s where
averages
are over one variable), and the whole search from all starts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from derive.theories.disorder.gallery import gallery_model, model_names
from derive.theories.disorder.solver import Solver

REPEATS = 3
"""The least of so many is shown: other work on the machine only adds."""
MOST_SECONDS = 20.0
"""A search that takes longer is not repeated."""


def seconds(call: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """The least processor time of some calls, and what the last gave."""
    least, result = np.inf, None
    for _ in range(repeats):
        before = time.process_time()
        result = call()
        least = min(least, time.process_time() - before)
        if least > MOST_SECONDS:
            break
    return float(least), result


def near(solver: Solver, solution: Any) -> Any:
    """The fixed point from a start 2 % off."""
    module = solver.module
    values = tuple(solver.values({}).values())
    at = np.array([float(solution.overlaps[name]) for name in module.ORDER_PARAMETERS])
    return module.fixed_point(lambda order: module.update(order, values), 0.98 * at)


def rows(names: list[str]) -> list[tuple[str, ...]]:
    """A row for every model."""
    found = []
    for name in names:
        model = gallery_model(name)
        derived, solver = seconds(lambda model=model: Solver(model))
        searched, solution = seconds(lambda solver=solver: solver.solve(), repeats=1)
        point, ended = seconds(lambda s=solver, x=solution: near(s, x))
        found.append(
            (
                name,
                f"{derived:.2f}",
                f"{1000 * point:.0f}",
                f"{ended.residual:.0e}",
                f"{searched:.2f}",
                "" if solution.converged else "not converged",
            )
        )
        print(*found[-1], flush=True)
    return found


def main() -> None:
    """Print the table."""
    table = Table("model", "derive + generate, s", "fixed point, ms", "residual", "search, s", "")
    for row in rows(sys.argv[1:] or list(model_names())):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
