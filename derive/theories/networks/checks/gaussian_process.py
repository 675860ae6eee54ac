r"""P/N to zero: the predictor becomes that of the infinite-width Gaussian process.

The process is written here independently of the derivation: its kernel sums over paths, a path's
weight is the product of the variances of the weights on it, each divided by its number of heads,

.. math:: K(x, x') = \frac{\sigma_0^2}{N_0} \sum_\pi w_\pi\, \xi^\pi \cdot \xi'^\pi, \qquad
          w_\pi = \prod_{W \in \pi} \frac{\sigma_W^2}{H_W}

(docs/formulas.md, 1.2 and 2; the neural network Gaussian process of attention networks in Tiberi
et al. 2024). Paths are in data order: the branch of the first layer slowest, the skip before heads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.evidence.approach import Approach, flat
from derive.evidence.claim import Claim
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.infinite_width import CORRECTION_DIGITS, STEPS
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import SCALES, Subject
from derive.theories.networks.description import Layer, Network, Residual
from derive.theories.networks.description.groups import Identity, Parallel, Serial, branches_of

Path = tuple[Any, bool]
"""The weight of a path, and whether it is made of skips alone."""


def limit(subject: Subject, claim: str) -> CheckResult:
    """Mean and variance on test examples approach those of the Gaussian process, with order 1."""
    values = []
    for saddle in subject.wide_saddles:
        values.append(flat(subject.predictor(subject.at(saddle.sample, saddle.overlaps))))
    sample = subject.wide_sample
    approach = Approach(subject.arithmetic, STEPS, values)
    weights = path_weights(subject.network, sample, subject.arithmetic)
    expected = flat(posterior(sample, weights, subject.arithmetic))
    required = min(subject.digits - 5, CORRECTION_DIGITS)
    compared = (
        "mean and variance on test examples, at unequal widths times "
        f"{SCALES[0]:.0e} to {SCALES[-1]:.0e} and fixed P, against the Gaussian process whose "
        "kernel sums over paths"
    )
    return approach.result(claim, expected, subject.comparison(), required, compared)


def path_weights(network: Network, sample: Sample, arithmetic: Digits) -> list[Any]:
    """w_pi of every path, in data order."""
    numbers = zip(sample.heads[1:], sample.variances[1:], strict=True)
    branches = ((heads, arithmetic.number(v) / heads) for heads, v in numbers)
    paths = _through(network.layers[1:-1], branches, arithmetic)
    positions, readout = next(branches)
    count = positions * network.readout.outputs  # of one path, next to each other
    return [weight * readout for weight, _ in paths for _ in range(count)]


def _through(
    layers: tuple[Layer, ...], branches: Iterator[tuple[int, Any]], arithmetic: Digits
) -> list[Path]:
    """The paths through some layers; `branches` has heads and sigma^2/H of each weight in turn."""
    paths: list[Path] = [(arithmetic.number(1), True)]
    for layer in layers:
        through = _through_one(layer, branches, arithmetic)
        paths = [
            (low * high, low_skips and high_skips)
            for low, low_skips in paths
            for high, high_skips in through
        ]
    return paths


def _through_one(layer: Any, branches: Iterator[tuple[int, Any]], arithmetic: Digits) -> list[Path]:
    """The paths through one layer."""
    if isinstance(layer, Residual | Parallel):
        every = [p for b in branches_of(layer) for p in _through(b, branches, arithmetic)]
        # Several skips at one point are one vector: their sum is in the data already.
        skips = [path for path in every if path[1]][:1]
        return [*skips, *(path for path in every if not path[1])]
    if isinstance(layer, Serial):
        return _through(layer.layers, branches, arithmetic)
    if isinstance(layer, Identity):
        return [(arithmetic.number(1), True)]
    heads, weight = next(branches)
    return [(weight, False)] * heads


def posterior(sample: Sample, weights: list[Any], arithmetic: Digits) -> tuple[Array, Array]:
    """Mean and variance of the Gaussian process on the test examples."""
    context, train, test = arithmetic.context, sample.attended, sample.attended_test
    scale = arithmetic.number(sample.variances[0]) / train.shape[1]

    def kernel(left: Array, right: Array) -> Any:
        rows = [
            [
                scale * sum(w * a @ b for w, a, b in zip(weights, x.T, z.T, strict=True))
                for z in arithmetic.array(right)
            ]
            for x in arithmetic.array(left)
        ]
        return context.matrix(rows)

    noise = arithmetic.number(sample.temperature) * context.eye(len(train))
    covariance, cross = kernel(train, train) + noise, kernel(test, train)
    mean = cross * context.lu_solve(covariance, context.matrix(sample.labels.tolist()))
    prior, variance = kernel(test, test), []
    for k in range(len(test)):
        row = cross[k, :]
        variance.append(prior[k, k] - (row * context.lu_solve(covariance, row.T))[0])
    return np.array(list(mean), dtype=object), np.array(variance, dtype=object)


CLAIMS = (Claim("P/N to zero: Gaussian process", limit),)
