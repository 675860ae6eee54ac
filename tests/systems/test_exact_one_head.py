"""The exact law of numbers: quadrature and closed form against formulas and draws of the prior."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from derive import Attention, Embedding, Linear, Network, Readout, Residual, derive
from derive.errors import SamplingError
from derive.theories.networks.checks.sample import Draw
from derive.theories.networks.samplers.exact.closed_form import closed_form
from derive.theories.networks.samplers.exact.quadrature import quadrature

EMBEDDING, READOUT = Embedding("N", 1.1), Readout(1.2)
LAYERS = {
    1: (),
    2: (Attention("H", 0.9, "N_2"),),
    3: (Linear(0.9, "N_2"), Attention("H", 1.3, "N_3")),
}


def theory(stages):
    return derive(Network((EMBEDDING, *LAYERS[stages], READOUT), "T")).theory


def sample(found, widths=None, temperature=Fraction(3, 8)):
    drawn = Draw(found.notation, 3).sample(one_head=True, examples=4, features=6)
    drawn = drawn.at(temperature)
    return drawn if widths is None else replace(drawn, widths=widths)


def kernel(context, drawn):
    """K at u = 1 with every prior variance in it, entry by entry."""
    scale = context.mpf(1)
    for variance in drawn.variances:
        scale *= context.mpf(variance)
    rows = [[context.mpf(float(np.vdot(a, b))) for b in drawn.attended] for a in drawn.attended]
    return context.matrix(rows) * (scale / drawn.attended.shape[1])


def published(drawn):
    """ln Z of theory 1.4 (the structure of Hanin and Zlokapa 2023)."""
    context = mpmath.MPContext()
    context.dps = 40
    gram, labels = kernel(context, drawn), context.matrix(drawn.labels.tolist())
    square = (labels.T * context.inverse(gram) * labels)[0]
    half = context.mpf(len(drawn.labels)) / 2
    halves = [context.mpf(width) / 2 for width in drawn.widths]
    argument = square / 2 * context.fprod(halves)
    found = context.meijerg([[], []], [[half, *halves], []], argument)
    found *= (2 * context.pi) ** -half / context.sqrt(context.det(gram)) * (square / 2) ** -half
    return context.log(found / context.fprod(map(context.gamma, halves)))


@pytest.mark.parametrize(
    ("stages", "widths"),
    [(1, (5,)), (1, (8,)), (2, (9, 6)), (2, (8, 8)), (2, (7, 7)), (3, (7, 5, 9)), (3, (8, 8, 8))],
)
def test_the_closed_form_is_the_published_one_at_equal_and_unequal_widths(stages, widths):
    found = theory(stages)
    drawn = sample(found, widths, 0)
    value = closed_form(found).value(drawn.numbers(), 20)
    assert value.digits >= 20
    assert abs(value.value - published(drawn)) < 1e-18 * abs(value.value)


def test_quadrature_and_closed_form_agree_on_evidence_and_mean():
    found = theory(1)
    drawn = sample(found, (6,), 0)
    exact, form = quadrature(found, drawn.numbers(), 15), closed_form(found)
    assert abs(exact.log_evidence - form.value(drawn.numbers(), 20).value) < 1e-14
    assert abs(exact.overlaps[0] - form.mean(drawn.numbers(), 20).value) < 1e-14


def prior_average(drawn, draws=400_000):
    """ln evidence and the mean of u, by draws of chi-squared products; and their errors."""
    generator, overlap = np.random.default_rng(0), np.ones(draws)
    for width, variance in zip(drawn.widths, drawn.variances[1:], strict=True):
        overlap = overlap * variance * generator.chisquare(width, draws) / width
    gram = np.einsum("mip,nip->mn", drawn.attended, drawn.attended)
    gram *= drawn.variances[0] / drawn.attended.shape[1]
    values, axes = np.linalg.eigh(gram)
    scales = overlap[:, None] * values + float(drawn.temperature)
    squares = (axes.T @ drawn.labels) ** 2
    weights = np.exp(-0.5 * (np.log(2 * np.pi * scales) + squares / scales).sum(axis=1))
    mean = (weights * overlap).sum() / weights.sum()
    error = np.sqrt(((weights * (overlap - mean)) ** 2).sum()) / weights.sum()
    noise = weights.std() / weights.mean() / np.sqrt(draws)
    return np.log(weights.mean()), noise, mean, error


@pytest.mark.parametrize("stages", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_quadrature_at_finite_temperature_agrees_with_draws_of_the_prior(stages):
    found = theory(stages)
    drawn = sample(found)
    exact = quadrature(found, drawn.numbers(), 10)
    evidence, noise, mean, error = prior_average(drawn)
    assert abs(float(exact.log_evidence) - evidence) < 4.5 * noise
    assert abs(float(exact.overlaps[0]) - mean) < 4.5 * error


def test_the_mean_overlap_shifts_as_derived_at_large_width():
    """N (E[u] - c) approaches the derived first correction, from quadrature alone."""
    found = theory(1)
    shifts = []
    for width in (400, 800):
        exact = quadrature(found, sample(found, (width,)).numbers(), 12)
        prior = Fraction(sample(found).variances[1])
        shifts.append(float(width * (exact.overlaps[0] - mpmath.mpf(float(prior)))))
    # the limit by Richardson's rule, against the same from four times the width
    limit = 2 * shifts[1] - shifts[0]
    exact = quadrature(found, sample(found, (3200,)).numbers(), 12)
    wide = float(3200 * (exact.overlaps[0] - mpmath.mpf(float(prior))))
    assert abs(wide - limit) < 0.01 * abs(limit)
    assert abs(limit) > 1e-3


def test_what_cannot_be_integrated_is_refused_with_what_would_do():
    found = theory(3)
    with pytest.raises(SamplingError, match=r"3 stages; .*sample the overlaps"):
        quadrature(found, sample(found).numbers(), 10)
    skip = derive(Network((EMBEDDING, Residual((Linear(1.0),)), READOUT), "T")).theory
    with pytest.raises(SamplingError, match="sample the overlaps"):
        closed_form(skip)
