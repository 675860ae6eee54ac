"""Temperature to zero: order of convergence, interpolation of the labels, and one head's flux."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from derive.evidence.approach import Approach, flat
from derive.evidence.claim import Claim
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult
from derive.theories.networks.checks.one_head import is_scalar, unit_kernel
from derive.theories.networks.checks.saddle import Saddle
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import Subject

TEMPERATURES = tuple(Fraction(1, 10**power) for power in (2, 4, 6, 8, 10))
LIMIT_DIGITS = 20
"""Digits that extrapolation from TEMPERATURES can give."""
FULL_RANK = 8
"""Features; more than examples, so that the kernel of a single path has full rank."""


def limit(subject: Subject, claim: str) -> CheckResult:
    """Saddle point and predictor approach those of zero temperature, with order 1."""
    cold = subject.saddle(_sample(subject))
    values = []
    for temperature in TEMPERATURES:
        sample = cold.sample.at(temperature)
        values.append(_state(subject, subject.saddle(sample, cold.floats())))
    approach = Approach(subject.arithmetic, TEMPERATURES, values)
    required = min(subject.digits - 5, LIMIT_DIGITS)
    compared = (
        "order parameters, mean and variance on test examples at temperatures "
        f"{float(TEMPERATURES[0]):.0e} to {float(TEMPERATURES[-1]):.0e} against those at zero"
    )
    expected = _state(subject, cold)
    return approach.result(claim, expected, subject.comparison(), required, compared)


def training_labels(subject: Subject, claim: str) -> CheckResult:
    """At zero temperature the predictor returns the training labels, and is sure of them."""
    saddle = subject.saddle(_sample(subject))
    sample = saddle.sample.tested_on_training()
    numbers = subject.at(sample, saddle.overlaps)
    mean, variance = subject.predictor(numbers)
    own = subject.value(subject.theory.predictor.own_kernel, numbers)
    comparison = subject.comparison()
    comparison.add("the mean on training examples", mean, sample.labels)
    # Compared as what is explained of the prior variance: the variance itself is zero.
    prior = np.diagonal(own)
    comparison.add("the variance explained on training examples", prior - variance, prior)
    compared = "predictor on the training examples at zero temperature against their labels"
    return comparison.result(claim, subject.digits - 3, compared)


def one_head(subject: Subject, claim: str) -> CheckResult:
    """With one head per layer every stream's flux is s/u - P, s = y^T K_1^{-1} y.

    K_1 is the kernel at u = 1, written independently of the derivation (docs/formulas.md 1.4); the
    flux of stream l is N_l (G_l / (sigma_l^2 G_{l+1}) - 1).
    """
    sample = _sample(subject, one_head_each=True)
    overlaps = [overlap[0, 0] for overlap in subject.saddle(sample).overlaps]
    context, arithmetic = subject.arithmetic.context, subject.arithmetic
    labels = context.matrix(sample.labels.tolist())
    signal = (labels.T * context.lu_solve(unit_kernel(sample, arithmetic), labels))[0]
    expected = signal / overlaps[0] - len(sample.labels)
    comparison = subject.comparison()
    for symbol, flux in zip(
        subject.theory.order_parameters, _fluxes(sample, overlaps), strict=True
    ):
        comparison.add(f"the flux of {symbol.name}", flux, expected)
    compared = "flux of every stream at zero temperature, one head per layer, against s/u - P"
    return comparison.result(claim, subject.digits - 3, compared)


def _fluxes(sample: Sample, overlaps: list[Any]) -> list[Any]:
    above = [*overlaps[1:], 1]
    rows = zip(sample.widths, sample.variances[1:], overlaps, above, strict=True)
    return [width * (g / (variance * over) - 1) for width, variance, g, over in rows]


def _sample(subject: Subject, *, one_head_each: bool = False) -> Sample:
    draw = subject.draw(31)
    return draw.sample(one_head=one_head_each, features=FULL_RANK).at(0)


def _state(subject: Subject, saddle: Saddle) -> Array:
    """Order parameters and predictor, as one row of numbers."""
    predicted = subject.predictor(subject.at(saddle.sample, saddle.overlaps))
    return flat([*saddle.overlaps, *predicted])


CLAIMS = (
    Claim("temperature to zero: limit", limit),
    Claim("temperature to zero: training labels", training_labels),
    Claim("temperature to zero: one head per layer", one_head, is_scalar),
)
