"""`derive solve`: order parameters of a disordered model."""

from __future__ import annotations

import sys
from typing import Any

from derive.commands.usage import Options, UsageError
from derive.escaping import terminal
from derive.running.files import check_target
from derive.running.progress import spinner
from derive.theories.disorder.description import load_model
from derive.theories.disorder.module.runtime.verdict import Solution
from derive.theories.disorder.solver.files import arrays, save_solution
from derive.theories.disorder.solver.solving import Solver
from derive.wording import shown

NOT_CONVERGED = 3


def solve(options: Options) -> int:
    """Solve, write the solution, and say how it went."""
    model = load_model(options.spec)
    given = settings(options)
    target = None if options.out is None else check_target(options.out, options.spec)
    with spinner("deriving and solving"):
        solver = Solver(model)
        values = solver.values(given)
        solution = solver.solve(
            start=options.start, random=options.starts, seed=options.seed, **values
        )
    for line in solution_lines(solution, values):
        print(line)
    if target is not None:
        overlaps = solver.derivation.theory.overlaps
        save_solution(target, arrays(model, overlaps, solution, values))
    wrote = "" if target is None else f"; {terminal(options.out)} is written"
    if not solution.converged:
        print(f"derive: {solution.message}{wrote}", file=sys.stderr)
        return NOT_CONVERGED
    print(f"\n{solution.message}{wrote}")
    return 0


def settings(options: Options) -> dict[str, float]:
    """The values of --set.

    Raises:
        UsageError: A name is given twice.
    """
    names = [name for name, _ in options.set]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--set: {shown(name)} is given twice; give it once")
    return dict(options.set)


def solution_lines(solution: Solution, values: dict[str, float]) -> list[str]:
    """A solution as lines of a terminal."""
    lines = ["  " + ", ".join(f"{name} = {value:.10g}" for name, value in values.items()), ""]
    named: dict[str, Any] = {"free entropy": solution.free_entropy, "entropy": solution.entropy}
    named |= {} if solution.energy != solution.energy else {"energy": solution.energy}
    named |= {**solution.overlaps, **solution.conjugates, "replicon": solution.replicon}
    named |= solution.observables
    width = max(map(len, named))
    lines += [f"  {name:<{width}}  {float(value): .12g}" for name, value in named.items()]
    lines.append(f"  {'residual':<{width}}  {solution.residual: .1e}")
    lines.append(f"  {'quadrature':<{width}}  {solution.quadrature_error: .1e}")
    for other in solution.others:
        overlaps = ", ".join(f"{k} = {float(v):.6g}" for k, v in other.overlaps.items())
        lines.append(f"  also: free entropy {other.free_entropy:.10g} at {overlaps}")
    return lines
