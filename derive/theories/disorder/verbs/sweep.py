"""`derive sweep` of disordered models: branches along parameters."""

from __future__ import annotations

import sys

from derive.commands.usage import Options, UsageError
from derive.escaping import terminal
from derive.theories.disorder.description import load_model
from derive.theories.disorder.verbs.solve import settings
from derive.wording import one_line, shown

SHOWN = 10
"""Points that did not converge which are named on the terminal; the table has them all."""


def sweep(options: Options) -> int:
    """Sweep, and say what came out and where it is."""
    from derive.theories.disorder.sweeps import Sweep
    from derive.theories.disorder.sweeps import sweep as solve_all

    wanted = Sweep(
        load_model(options.spec), axes(options), settings(options), options.starts, options.seed
    )
    outcome = solve_all(wanted, options.out, resume=options.resume, overwrite=options.overwrite)
    points = sum(row["branch"] == 0 for row in outcome.rows)
    print(f"{points} points, {len(outcome.rows)} fixed points")
    print(f"table: {terminal(str(outcome.table))}")
    for figure in outcome.figures:
        print(f"figure: {terminal(str(figure))}")
    if not outcome.figures:
        print("derive: note: no figure without matplotlib; install derive[plot]", file=sys.stderr)
    for line in outcome.failed[:SHOWN]:
        print(f"derive: {one_line(line)}", file=sys.stderr)
    if len(outcome.failed) > SHOWN:
        print(f"derive: and {len(outcome.failed) - SHOWN} more; see the table", file=sys.stderr)
    return outcome.status


def axes(options: Options) -> dict[str, tuple[float, ...]]:
    """What is swept.

    Raises:
        UsageError: Nothing is, or a parameter twice, or the folder is to be kept and replaced.
    """
    if options.resume and options.overwrite:
        raise UsageError("--resume: it goes without --overwrite")
    names = [name for name, _ in options.over]
    if not names:
        raise UsageError("there is nothing to sweep; give --over alpha=0.1,0.2,0.3")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--over: {shown(name)} is given twice; give all its values once")
    return dict(options.over)
