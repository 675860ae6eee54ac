r"""Certificates of Laplace's method: the same on numbers, with differences in every direction.

With v_i the columns of a root of C, the sums over second differences

.. math:: f''[C] = \sum_i \frac{f(G + h v_i) - 2 f(G) + f(G - h v_i)}{h^2}

need no rule for fluctuations; C itself is twice the inverse of the differenced Hessian of L.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.analysis.expansions.averages import average_values, define_values
from derive.theories.networks.analysis.expansions.certificates.decay import with_tests
from derive.theories.networks.analysis.expansions.certificates.laplace_sum import LaplaceSum
from derive.theories.networks.analysis.expansions.laplace import (
    Averages,
    Fluctuations,
    PriorMean,
    Split,
    prior_forces,
)
from derive.theories.networks.analysis.expansions.saddle import Orders
from derive.theories.networks.derivation.certifying.dense import cholesky, inverse, log_normal
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.theory import Theory

FEW_PATHS, ROOM = 4, 6
"""Vectors of a stream where all second derivatives are found by differences (see `head_counts`)."""
LARGER = 1000
"""By what the widths are multiplied, to see what grows with them."""


@certifying
def split_law(agreement: Agreement, theory: Theory, parts: Split) -> Evidence:
    """The parts add up to the law at random overlaps; one grows with the widths, one stays."""
    samples = instances(theory.notation, 31)
    for sample in samples:
        _compare_parts(theory, parts, sample, agreement)
    return agreement.evidence(
        f"the law at random overlaps, and at widths {LARGER} times larger{unseen(samples)}"
    )


def _compare_parts(theory: Theory, parts: Split, sample: Instance, agreement: Agreement) -> None:
    data = with_tests(sample)
    points = [{**data, **sample.overlaps()} for _ in range(2)]

    def change(expression: Any, **sizes: int) -> Any:
        wide = sample.sizes(**sizes)
        first, second = (agreement.value(expression, {**p, **wide}) for p in points)
        return second - first

    leading, rest = change(parts.leading), change(parts.rest)
    agreement.compare("L + A", leading + rest, -2 * change(theory.law.body))
    agreement.compare("L, wider", change(parts.leading, scale=LARGER), LARGER * leading)
    agreement.compare("A, wider", change(parts.rest, scale=LARGER), rest)


@certifying
def sum_of_squares(
    agreement: Agreement, theory: Theory, parts: Split, fluctuations: Fluctuations
) -> Evidence:
    """L along random fluctuations: flat to first order, the sum of squares to second order."""
    samples = instances(theory.notation, 37)
    for sample in samples:
        _compare_squares(theory, parts, fluctuations, sample, agreement)
    return agreement.evidence(
        f"differences of L along random fluctuations of all streams{unseen(samples)}"
    )


def _compare_squares(
    theory: Theory, parts: Split, fluctuations: Fluctuations, sample: Instance, agreement: Agreement
) -> None:
    fine = Agreement(4 * agreement.digits + GUARD)
    numbers, due = with_tests(sample), fine.arithmetic.mpf(0)
    define_values(theory.wide.points, numbers, fine)
    for stream, own in enumerate(fluctuations.innovations):
        root = exact(fine.arithmetic, sample.array(*(sample.count(stream),) * 2))
        numbers[own.symbol] = root + root.T
        white = inverse(fine.arithmetic, fine.value(own.covariance, numbers)) @ (root + root.T)
        due += fine.value(own.width, numbers) / 2 * np.trace(white @ white)
    define_values(fluctuations.definitions, numbers, fine)
    places = zip(theory.order_parameters, theory.wide.overlaps, fluctuations.overlaps, strict=True)
    lines = [(g, fine.value(point, numbers), numbers[x]) for g, point, x in places]
    step = fine.arithmetic.mpf(10) ** (-agreement.digits - 5)

    def value(sign: int) -> Any:
        moved = {g: point + sign * step * x for g, point, x in lines}
        return fine.value(parts.leading, {**numbers, **moved})

    up, middle, down = (value(sign) for sign in (1, 0, -1))
    agreement.compare("L to first order", (up - down) / (2 * step), 0, due)
    agreement.compare("L to second order", (up + down - 2 * middle) / (2 * step**2), due)


@certifying
def mean_without_labels(
    agreement: Agreement, theory: Theory, means: tuple[PriorMean, ...]
) -> Evidence:
    """Scores against differences of a Gaussian density of random vectors; means by unit weights.

    Columns are independent, so that the mean of g g^T / N is the sum over unit inputs of one.
    """
    samples = instances(theory.notation, 43)
    for sample in samples:
        _compare_means(theory, means, sample, agreement)
    return agreement.evidence(
        "differences of Gaussian densities, and second moments from unit weights" + unseen(samples)
    )


def _compare_means(
    theory: Theory, means: tuple[PriorMean, ...], sample: Instance, agreement: Agreement
) -> None:
    fine = Agreement(2 * agreement.digits + GUARD)
    numbers = {**sample.sizes(), **sample.overlaps()}
    for weight, mean in zip(theory.notation.inner_weights(), means, strict=True):
        numbers[mean.symbol] = fine.value(mean.covariance, numbers)
        root = cholesky(fine.arithmetic, numbers[mean.symbol])
        due = sum(np.outer(column, column) for column in root.T)
        agreement.compare(f"the mean of {mean.overlap}", fine.value(mean.mean, numbers), due)
        vectors = exact(fine.arithmetic, sample.vectors(weight.index))
        _compare_score(agreement, fine, mean, numbers, vectors)


def _compare_score(
    agreement: Agreement, fine: Agreement, mean: PriorMean, numbers: Numbers, vectors: Any
) -> None:
    """The score of random vectors along a change of their covariance."""
    centre, direction = numbers[mean.symbol], np.outer(vectors[:, 0], vectors[:, 0])
    step = fine.arithmetic.mpf(10) ** (-agreement.digits // 2 - 3)

    def density(sign: int) -> Any:
        covariance = centre + sign * step * direction
        return sum(log_normal(fine.arithmetic, column, covariance) for column in vectors.T)

    given = {**numbers, mean.overlap: vectors @ vectors.T / vectors.shape[1]}
    score = (fine.value(mean.score, given) * direction).sum()
    slope = (density(1) - density(-1)) / (2 * step)
    agreement.compare(f"the score of {mean.symbol}", score, slope)


@certifying
def mean_of_overlaps(
    agreement: Agreement, theory: Theory, parts: Split, first: Orders, fluctuations: Fluctuations
) -> Evidence:
    """The shift of the mean against Laplace's method on numbers, third derivatives included.

    The force of the prior alone, an average of the rule's own, must vanish.
    """
    samples = _few(theory)
    for sample in samples:
        numeric = LaplaceSum(theory, parts, sample, agreement.digits)
        numbers = numeric.with_definitions(first)
        forces = average_values(
            prior_forces(theory, fluctuations), fluctuations, (), numbers, numeric.fine
        )
        for force in forces:
            agreement.compare("the force of the prior alone", force, 0 * force)
        for series, due in zip(first.overlaps, numeric.shifts, strict=True):
            agreement.compare("the shift of the mean", numbers[series[1]], due)
    return agreement.evidence(
        "Laplace's method with second and third differences of the exact law" + unseen(samples)
    )


@certifying
def mean_of_predictor(
    agreement: Agreement,
    theory: Theory,
    parts: Split,
    first: Orders,
    fluctuations: Fluctuations,
    averages: Averages,
) -> Evidence:
    """Mean and variance against first and second differences in every direction."""
    samples = _few(theory)
    for sample in samples:
        numeric = LaplaceSum(theory, parts, sample, agreement.digits)
        numbers = numeric.with_definitions(first)
        both = (*averages.mean, *averages.variance)
        mean, more, variance, wider = average_values(
            both, fluctuations, averages.definitions, numbers, numeric.fine
        )
        predictor = theory.predictor
        value, change, spread = numeric.average(predictor.mean)
        agreement.compare("the mean at infinite width", mean, value)
        agreement.compare("the mean", more, change)
        value, change, _ = numeric.average(predictor.variance)
        agreement.compare("the variance at infinite width", variance, value)
        agreement.compare("the variance", wider, change + spread)
    return agreement.evidence(
        "first and second differences of the predictor in all directions" + unseen(samples)
    )


def _few(theory: Theory) -> tuple[Instance, ...]:
    return instances(theory.notation, 41, FEW_PATHS, ROOM)
