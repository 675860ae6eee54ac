"""Certificate 1: the labels without the input weights, by closed-form moments and quadrature."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from derive.errors import CertificateError
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import log_independent, log_normal, units
from derive.theories.networks.derivation.certifying.instance import Instance, sized
from derive.theories.networks.derivation.certifying.rest import require_rest
from derive.theories.networks.derivation.rules.start.certificate import label_law
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.turns import choose_heads, head_counts, hidden, rounds


@certifying
def integrate(agreement: Agreement, before: State, after: State) -> Evidence:
    """p(y) = p(y, V) / p(V | y): before, after and the Gaussian laws of y and V at random points.

    The covariance of the outputs comes from their response to unit weights; besides, a density of
    one input weight is integrated by quadrature.
    """
    if after.definitions != before.definitions:
        raise CertificateError("the definitions of vectors changed")
    labels = before.notation.labels()
    require_rest(before, after, {before.notation.tensor(0), labels}, {labels})
    turns = head_counts(before.notation)
    for seed, heads in rounds(turns):
        _moments(before, after, agreement, seed, heads)
    _quadrature(before, after, agreement)
    return agreement.evidence(
        "the covariance of f from unit weights; a density of one weight by quadrature"
        + hidden(before.notation, turns)
    )


def _moments(
    before: State, after: State, agreement: Agreement, seed: int, heads: tuple[int, ...]
) -> None:
    notation, arithmetic = before.notation, agreement.arithmetic
    sample = sized(notation, heads, [2] * len(notation.streams()), seed)
    numbers = sample.point(before.weights)
    mean, tensor = label_law(before).args[1], notation.tensor(0)

    def outputs(weights: Any) -> Any:
        return agreement.value(mean, {**numbers, tensor: weights})[:, 0]

    shape = numbers[tensor].shape
    centre = outputs(np.zeros(shape))
    response = np.stack([outputs(unit) - centre for unit in units(*shape)], axis=1)
    weights = exact(arithmetic, numbers[tensor])
    linear = centre + response @ weights.ravel()
    agreement.compare("f, linear in V_0", outputs(weights), linear)
    covariance = arithmetic.mpf(sample.variance(0)) * (response @ response.T)
    for k in range(sample.examples):
        covariance[k, k] += arithmetic.mpf(sample.temperature)
    labels = exact(arithmetic, numbers[notation.labels()][:, 0])
    known = log_normal(arithmetic, labels - centre, covariance)
    known -= log_independent(arithmetic, labels - outputs(weights), sample.temperature)
    known -= log_independent(arithmetic, weights, sample.variance(0))
    # Factors that the rule leaves alone cancel before they cost time.
    ratio = after.body + after.constant - before.body - before.constant
    change = agreement.value(ratio, numbers)
    agreement.compare("the log density without V_0", change, known)


def _quadrature(before: State, after: State, agreement: Agreement) -> None:
    notation = before.notation
    heads, widths = choose_heads(notation), (1,) * len(notation.streams())
    sample = Instance(notation, heads, widths, examples=2, features=1, random=Random(3))
    numbers = sample.point(before.weights)
    density = before.body + before.constant

    def log_density(weight: Any) -> Any:
        entry = np.array([[weight]], dtype=object)
        return agreement.value(density, {**numbers, notation.tensor(0): entry})

    integral = log_gaussian_integral(agreement.arithmetic, log_density)
    del numbers[notation.tensor(0)]
    marginal = agreement.value(after.body + after.constant, numbers)
    agreement.compare("the integral over one input weight", marginal, integral)


def log_gaussian_integral(arithmetic: Any, log_density: Callable[[Any], Any]) -> Any:
    """ln of the integral of exp(log_density) over the line, by the trapezoidal rule.

    For a Gaussian of unit width the error at step h is exp(-2 pi^2 / h^2): half a width serves 34
    digits, a third 77. Centre and width only place the points.
    """
    low, middle, high = (log_density(arithmetic.mpf(x)) for x in (-1, 0, 1))
    curvature = 2 * middle - low - high
    centre, width = (high - low) / (2 * curvature), 1 / arithmetic.sqrt(curvature)
    digits = arithmetic.dps
    step = arithmetic.pi / arithmetic.sqrt(digits * arithmetic.log(10) / 2 + 1)
    reach = int(arithmetic.ceil(arithmetic.sqrt(2 * digits * arithmetic.log(10)) / step))
    top = log_density(centre)
    total = sum(
        arithmetic.exp(log_density(centre + k * step * width) - top)
        for k in range(-reach, reach + 1)
    )
    return top + arithmetic.log(total * step * width)


__all__ = ["integrate", "log_gaussian_integral"]
