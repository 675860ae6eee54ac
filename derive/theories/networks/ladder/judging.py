"""From draws to the rungs that compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from derive.errors import DeriveError
from derive.evidence.agreement import agreement
from derive.evidence.deviation import Point, deviation, judge
from derive.evidence.rung import Deviation, Rung
from derive.evidence.verdict import CheckResult, Verdict
from derive.sampling.draws import OVERLAPS, WEIGHTS, Draws
from derive.sampling.statistics import estimates
from derive.theories.networks.description.graph import without_density
from derive.theories.networks.ladder.instance import Instance
from derive.theories.networks.ladder.plan import Run
from derive.theories.networks.solver import Solver

Drawn = Mapping[str, Draws]
"""The key of a run to its draws."""
QUANTITIES = ("overlaps", "mean", "variance")


def weights_rung(instances: Sequence[Instance], runs: Sequence[Run], drawn: Drawn) -> Rung:
    """Sampled weights against the exact law of the overlaps, on every instance."""
    results = []
    for instance in instances:
        mine = [run for run in runs if run.instance is instance and run.copies == 1]
        ours, theirs = (_draws_of(mine, drawn, method) for method in (OVERLAPS, WEIGHTS))
        results += [_agreement(instance, quantity, ours, theirs) for quantity in QUANTITIES]
    return Rung("Gibbs sampling of the weights", tuple(results))


def _draws_of(runs: Sequence[Run], drawn: Drawn, method: str) -> Draws | None:
    return next((drawn[r.key] for r in runs if r.method == method and r.key in drawn), None)


def _agreement(
    instance: Instance, quantity: str, ours: Draws | None, theirs: Draws | None
) -> CheckResult:
    claim = f"{instance.title}: posterior {quantity}, exact law and sampled weights"
    if ours is None or theirs is None:
        reason = without_density(instance.network) or "the draws are missing"
        return CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, reason)
    return agreement(claim, estimates(ours)[quantity], estimates(theirs)[quantity])


def deviations(
    solver: Solver, instance: Instance, runs: Sequence[Run], drawn: Drawn
) -> tuple[Rung, tuple[Deviation, ...]]:
    """The saddle point of an instance against its exact law, at growing widths."""
    name = "saddle point and exact law"
    mine = [r for r in runs if r.instance is instance and r.method == OVERLAPS and r.key in drawn]
    claim = f"{instance.title}: the saddle point approaches the exact law"
    try:
        point = saddle_point(solver, instance)
    except DeriveError as error:
        result = CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, str(error))
        return Rung(name, (result,)), ()
    if len(mine) < 2:
        reason = without_density(instance.network) or "the draws are missing"
        return Rung(name, (CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, reason),)), ()
    by_width = [(run.copies, run.narrowest, drawn[run.key]) for run in mine]
    measured = [deviation(instance.title, quantity, point, by_width) for quantity in QUANTITIES]
    return Rung(name, tuple(judge(item, by_width) for item in measured)), tuple(measured)


def saddle_point(solver: Solver, instance: Instance) -> Point:
    """Order parameters and predictor of the saddle point.

    Raises:
        DeriveError: There is none, or it was not reached.
    """
    solution = solver.solve(instance.network, instance.data)
    if not solution.converged:
        raise DeriveError(f"the saddle point was not reached: {solution.message}")
    nothing = np.zeros(0)
    mean = nothing if solution.mean is None else solution.mean
    variance = nothing if solution.variance is None else solution.variance
    return Point.of(solution.overlaps, mean.ravel(), variance.ravel())
