r"""The nonlinear network itself beside the saddle point, where it is one hidden layer.

Above features everything else in a ladder is about Gaussian ones. Here the weights in front of the
nonlinearity are sampled, on random data at two widths, and the readout's overlap
:math:`u_a = |a|^2/N` is held against the saddle point. What the leading order leaves out is of
relative order 1/N.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from derive.errors import DeriveError
from derive.evidence.agreement import resolved, shown
from derive.evidence.rung import Rung
from derive.evidence.verdict import CheckResult, Verdict
from derive.sampling.statistics import Estimate, estimates
from derive.theories.networks.description import Features, Network, Readout, data_from_arrays
from derive.theories.networks.description.feature_maps import feature_map, has_mean
from derive.theories.networks.ladder.rungs import Tell
from derive.theories.networks.samplers.features import sample_features
from derive.theories.networks.solver import Solver

WIDTHS = (16, 64)
RATIO = 0.75
"""P/N, and P/N_x is 1."""
VARIANCES, TEMPERATURE, LABELS = (1.3, 1.2), 0.3, 1.5
"""Of the instance, whatever the network's own numbers are; standard deviation of the labels."""
MEAN = 0.5
"""Mean of the labels over the root of N, where features have a mean too."""
DRAWS, MOST, CHAINS = 1000, 8000, 2
"""Draws of each chain: doubled from the first to the second until the errors can be relied on."""
LEFT_OUT = 1.0
"""Times 1/N: the relative deviation that a saddle point may have; below 0.6 was measured."""
SURE = 4.0
"""Monte Carlo errors allowed beside it."""


def nonlinear(network: Network, solver: Solver, seed: int, tell: Tell) -> tuple[Rung, ...]:
    """The rung, or nothing where the network is no hidden layer of known features."""
    if not _applies(network):
        return ()
    results = []
    for width in WIDTHS:
        tell(f"nonlinear features, N = {width}")
        results.append(_result(network, solver, width, seed))
    return (Rung("nonlinear network, sampled, and saddle point", tuple(results)),)


def _applies(network: Network) -> bool:
    first, *between, last = network.layers
    known = isinstance(first, Features) and feature_map(first.kernel) is not None
    single = isinstance(last, Readout) and last.outputs == 1 and not last.branched
    return known and single and not between


def _instance(network: Network, width: int, seed: int) -> tuple[Network, dict[str, np.ndarray]]:
    generator = np.random.default_rng([seed, width])
    examples = int(RATIO * width)
    first, last = network.layers
    assert isinstance(first, Features) and isinstance(last, Readout)
    below, above = VARIANCES
    layers = replace(first, width=width, variance=below), replace(last, variance=above)
    inputs = generator.normal(size=(examples, examples, 1))
    labels = LABELS * generator.normal(size=examples)
    if has_mean(first.kernel):
        labels += MEAN * np.sqrt(width)
    described = replace(network, layers=layers, temperature=TEMPERATURE)
    return described, {"inputs": inputs, "labels": labels}


def _sampled(network: Network, arrays: dict[str, np.ndarray], seed: int) -> Estimate:
    """The overlap, from as many draws as its error needs, or from the most there may be."""
    draws, drawn = DRAWS, None
    while True:
        drawn = sample_features(
            network, arrays["inputs"], arrays["labels"], draws=draws, chains=CHAINS, seed=seed,
            burn=DRAWS, resume=drawn,
        )  # fmt: skip
        ours = estimates(drawn)["overlaps"]
        if draws >= MOST or not ours.unmixed():
            return ours
        draws *= 2


def _result(network: Network, solver: Solver, width: int, seed: int) -> CheckResult:
    claim = f"u_a of the nonlinear network, leading order, N = {width}"
    described, arrays = _instance(network, width, seed)
    try:
        solution = solver.solve(described, data_from_arrays(arrays, described))
        ours = _sampled(described, arrays, seed)
    except DeriveError as fault:
        return CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, str(fault))
    reason = ours.unmixed() if solution.converged else solution.message
    if reason:
        return CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, reason)
    saddle = float(solution.overlaps[0][0, 0])
    gap, error = float(ours.value[0]) - saddle, float(ours.error[0])
    agrees = abs(gap) <= LEFT_OUT / width * saddle + SURE * error
    return CheckResult(
        claim=claim,
        verdict=Verdict.AGREES if agrees else Verdict.DISAGREES,
        expected=f"{saddle:.6g}",
        found=shown(float(ours.value[0]), error),
        digits=resolved(ours.value, ours.error),
        reason=(
            f"saddle point against elliptical slice sampling of the nonlinear network, P = "
            f"{len(arrays['labels'])}: relative deviation "
            f"{shown(100 * gap / saddle, 100 * error / saddle)} %; {LEFT_OUT:g}/N and "
            f"{SURE:g} Monte Carlo errors are allowed, as the theory is leading order; effective "
            f"sample size {ours.sample_size:.0f}, R-hat {ours.r_hat:.3f}"
        ),
    )
