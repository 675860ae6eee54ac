"""Huge and unequal widths, labels and inputs of any size: right, or said not to be."""

import numpy as np
import pytest
from precise_solutions import deviations, gradient_of, sample_of, subject_of
from small_networks import NETWORKS

from derive import Data, Embedding, Linear, Network, Readout, solve
from derive.theories.networks.module.runtime.rounding import excess
from derive.theories.networks.solver import Solver

WHITENED = 1e-6
"""Of overlaps: the tolerance of the gradient over the softest curvature of small instances."""
EVIDENCE = 1e-9


def instance(subject, widths, *, size=1.0, inputs=1.0, seed=0, examples=5):
    drawn, generator = subject.draw(3 + seed).sample(), np.random.default_rng(seed)
    paths, rows = drawn.attended.shape[2], examples
    return sample_of(
        subject, drawn.heads, widths, drawn.variances, 0.1,
        inputs * generator.normal(size=(rows, 3, paths)), size * generator.normal(size=rows),
        inputs * generator.normal(size=(2, 3, paths)),
    )  # fmt: skip


CASES = [
    ("no layer", (10**12,), 1.0, 1.0),
    ("no layer", (10**18,), 1.0, 1.0),
    ("one attention", (10**15, 3 * 10**14), 1.0, 1.0),
    ("linear layers", (1000, 2, 1000), 1e6, 1.0),
    ("linear layers", (10**6, 5, 7), 1.0, 1.0),
    ("linear layers", (10, 12, 9), 1.0, 1e8),
    ("one attention", (1000, 7), 1e6, 1.0),
    ("residual", (10**15,), 1.0, 1.0),
    ("residual over attention", (10**12, 10**13), 1e-6, 1.0),
]


@pytest.mark.parametrize("case", CASES)
def test_evidence_and_overlaps_have_their_digits_where_they_are_said_to(case):
    name, widths, size, inputs = case
    subject = subject_of(NETWORKS[name], 60)
    sample = instance(subject, widths, size=size, inputs=inputs)
    solution = sample.solve(subject.module, None)
    assert solution.converged, solution.message
    found = deviations(subject, sample, solution)
    assert found["overlaps"] < WHITENED and found["evidence"] < EVIDENCE
    assert gradient_of(subject, sample, solution) <= solution.gradient_norm


@pytest.mark.parametrize("widths", [(10**13, 40), (10**17, 10**7)])
def test_the_gradient_that_widths_hide_is_reported(widths):
    """Streams that share a skip have equations with terms of the widest: nothing vouches for it."""
    subject = subject_of(NETWORKS["residual over attention"], 60)
    sample = instance(subject, widths)
    solution = sample.solve(subject.module, None)
    assert gradient_of(subject, sample, solution) <= solution.gradient_norm
    assert not solution.converged and "the widths differ by so many" in solution.message


def test_the_evidence_at_huge_width_is_that_of_infinite_width():
    """At 10^15 the sum N m - N ln det had no digit left: -39.5 for -39.41."""
    generator = np.random.default_rng(7)
    data = Data(generator.normal(size=(9, 20, 1)), generator.normal(size=9))
    widths = 10**15, 4 * 10**15
    network = Network((Embedding(widths[0], 1.3), Linear(0.8, widths[1]), Readout(1.2)), 0.1)
    solver = Solver.of(network)
    limit = solver.at_infinite_width(network, data).log_evidence
    assert solver.solve(network, data).log_evidence == pytest.approx(limit, abs=1e-12)


def test_the_excess_is_never_negative_and_keeps_small_and_large_ratios():
    prior = np.array([[2.0, 0.3], [0.3, 1.0]])
    assert excess(prior, prior) == 0.0
    assert excess(prior, (1 + 1e-9) * prior) == pytest.approx(1e-18, rel=1e-6)
    tiny = 2e-15
    assert excess(prior, tiny * prior) == pytest.approx(2 * (tiny - 1 - np.log(tiny)), rel=1e-13)


def test_labels_of_a_million_converge():
    generator = np.random.default_rng(2)
    data = Data(generator.normal(size=(30, 20, 1)), 1e6 * generator.normal(size=30))
    for widths in ((20, 30), (1000, 2)):
        layers = Embedding(widths[0], 1.1), Linear(0.9, widths[1]), Readout(1.2)
        assert solve(Network(layers, 0.1), data).converged


def test_labels_of_a_million_converge_above_a_skip_and_the_numbers_are_right():
    """Relative to widths the gradient stays at 5e-9: its terms are 10^7 times a width."""
    subject = subject_of(NETWORKS["residual"], 60)
    drawn, generator = subject.draw(3).sample(), np.random.default_rng(0)
    heads, variances = (*drawn.heads[:1], 3, *drawn.heads[2:]), (0.9, 1.1, 1.2)
    attended, labels = generator.normal(size=(20, 4, 4)), 1e6 * generator.normal(size=20)
    sample = sample_of(subject, heads, (30,), variances, 0.1, attended, labels, attended[:2])
    solution = sample.solve(subject.module, None)
    assert solution.converged, solution.message
    found = deviations(subject, sample, solution)
    assert found["overlaps"] < 1e-9 and found["evidence"] < EVIDENCE and found["mean"] < 1e-10
    assert gradient_of(subject, sample, solution) <= solution.gradient_norm
