"""Raw inputs for networks of any layers, and what samplers and saddle point find on them.

The statistics are those of the verification ladder; nothing here judges by rules of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.evidence.agreement import limit
from derive.evidence.deviation import deviation, judge
from derive.evidence.rung import Deviation
from derive.evidence.verdict import CheckResult, Verdict
from derive.sampling.draws import Draws
from derive.sampling.statistics import estimates
from derive.theories.networks.description import Data, Network, data_from_arrays
from derive.theories.networks.description.tokens import data_names, token_counts, weighted_layers
from derive.theories.networks.ladder import Instance, runs_for
from derive.theories.networks.ladder.effort import Effort
from derive.theories.networks.ladder.judging import (
    QUANTITIES,
    deviations,
    saddle_point,
    weights_rung,
)
from derive.theories.networks.samplers.files import load_draws
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights
from derive.theories.networks.solver import Solver

SHORT = {"draws": 150, "chains": 2}
"""Enough for errors of a few percent, in seconds."""
ERRORS = 4.5
"""Monte Carlo errors that an entry may be off where the errors themselves are rough."""
ENDS = FIRST, LAST = 1, 4
"""Factors of widths and examples between which the deviation is seen to fall."""


def raw(network: Network, tokens: int, seed: int = 0, **sizes: int) -> dict[str, np.ndarray]:
    """Random inputs, arrays that layers need, and labels, with test examples.

    Args:
        network: Its numbers.
        tokens: That go into the lowest layer.
        seed: Of all of them.
        sizes: examples, tests, features, in the place of 4, 2, 3.
    """
    rng = np.random.default_rng(seed)
    counts, _ = token_counts(network, tokens)
    layers, outputs = weighted_layers(network), network.readout.outputs
    found = {}
    for end, count in (("", sizes.get("examples", 4)), ("_test", sizes.get("tests", 2))):
        found[f"inputs{end}"] = rng.normal(size=(count, sizes.get("features", 3), tokens))
        for name, weight in data_names(network):
            shape = layers[weight].data_shape(counts[weight])
            found[name + end] = rng.normal(size=(count, *shape))
        labels = 1.5 * rng.normal(size=(count, outputs))
        found[f"labels{end}"] = labels if outputs > 1 else labels[:, 0]
    return found


@dataclass(frozen=True, eq=False)
class System:
    """A network, raw inputs, and its solver."""

    network: Network
    arrays: dict[str, np.ndarray] = field(repr=False)
    data: Data
    solver: Solver

    @classmethod
    def of(cls, network: Network, tokens: int, seed: int = 0, **sizes: int) -> System:
        """Draw, read the data, derive, generate."""
        arrays = raw(network, tokens, seed, **sizes)
        return cls(network, arrays, data_from_arrays(arrays, network), Solver.of(network))

    def certify(self) -> None:
        """Run the certificate of every step of the derivation."""
        evidence = self.solver.derivation.certify(15)
        assert len(list(evidence)) == len(self.solver.derivation.steps)

    def draws(self, copies: int, seed: int) -> Draws:
        """A short run of the exact law."""
        return sample_overlaps(
            self.solver, self.network, self.data, seed=seed, copies=copies, **SHORT
        )

    def check_short_runs(self) -> tuple[Deviation, ...]:
        """Exact law and sampled weights agree; the saddle point nears the exact law.

        Returns:
            The saddle's deviations, with their order as far as a short run shows it.
        """
        ours = self.draws(FIRST, seed=1)
        theirs = estimates(sample_weights(self.network, self.data, seed=2, **SHORT))
        for name, found in estimates(ours).items():
            gap = np.abs(found.value - theirs[name].value)
            bound = max(ERRORS, limit(len(gap))) * np.hypot(found.error, theirs[name].error)
            assert (gap <= bound + 1e-12).all(), name
        runs = [(FIRST, 1, ours), (LAST, LAST, self.draws(LAST, seed=3))]
        point = saddle_point(self.solver, self._instance())
        measured = tuple(deviation("short", q, point, runs) for q in QUANTITIES)
        for item in measured:
            assert judge(item, runs).verdict is not Verdict.DISAGREES, item
            (near, far), noise = np.abs(item.values), np.array(item.errors)
            assert far < near + ERRORS * np.hypot(*noise), item
        return measured

    def ladder(
        self, folder: Any, draws: int = 1200
    ) -> tuple[tuple[CheckResult, ...], tuple[Deviation, ...], tuple[CheckResult, ...]]:
        """What `derive check --ladder` finds: agreement, deviations, and the verdicts on them."""
        instance = self._instance()
        runs = [run for run in runs_for((instance,), Effort.of(draws, 5)) if run.copies in ENDS]
        drawn = {}
        for run in runs:
            run(folder)
            drawn[run.key] = load_draws(run.file(folder))
        weights = weights_rung((instance,), runs, drawn)
        approach, measured = deviations(self.solver, instance, runs, drawn)
        return weights.results, measured, approach.results

    def _instance(self) -> Instance:
        return Instance.given("the system", self.network, self.data)


def check_ladder(system: System, folder: Any, draws: int = 1200) -> None:
    """Every agreement is a verdict, no deviation is refused, and of some the order is seen."""
    agreements, measured, approach = system.ladder(folder, draws)
    assert [found.verdict for found in agreements] == [Verdict.AGREES] * len(QUANTITIES), agreements
    assert all(found.verdict is not Verdict.DISAGREES for found in approach), approach
    orders = [found.order for found in measured if found.order_error < 0.5]
    assert orders and all(0.4 < order < 1.8 for order in orders), measured


def random_positive(rng: np.random.Generator, size: int) -> np.ndarray:
    """A random positive definite matrix."""
    root = rng.normal(size=(size, size + 3))
    return root @ root.T / (size + 3)


def log_det(matrix: np.ndarray) -> float:
    """ln det of a positive definite matrix."""
    return float(np.linalg.slogdet(matrix)[1])


def energy(covariance: np.ndarray, labels: np.ndarray) -> float:
    """ln det C + y^T C^-1 y."""
    return float(log_det(covariance) + labels @ np.linalg.solve(covariance, labels))


def slopes(action: Any, point: list[np.ndarray], seed: int = 0, step: float = 1e-4) -> float:
    """The largest slope of an action along random symmetric directions, over its bend there."""
    rng, worst = np.random.default_rng(seed), 0.0
    for _ in range(4):
        turns = [turn + turn.T for turn in (rng.normal(size=g.shape) for g in point)]
        values = [
            action(*(g + t * turn for g, turn in zip(point, turns, strict=True)))
            for t in (step, 0.0, -step)
        ]
        bend = (values[0] + values[2] - 2 * values[1]) / step**2
        worst = max(worst, abs((values[0] - values[2]) / (2 * step)) / bend)
    return worst


__all__ = ["System", "check_ladder", "energy", "log_det", "random_positive", "raw", "slopes"]
