"""Stacked residuals: what is written grows with the layers, and the module has the theory's values.

The number of vectors doubles with every layer; formulas and modules must not.
"""

from functools import cache

import numpy as np
import pytest
from small_networks import random_overlap

from derive import Attention, Embedding, Network, Readout, Residual, derive, generate
from derive.algebra import evaluate

HEADS = (2, 1, 3)
VARIANCES = (1.1, 0.9, 1.3, 0.7, 1.2)


def stack(layers):
    inner = (Residual((Attention(f"H{k}", 0.9),)) for k in range(layers))
    return Network((Embedding("N", 1.1), *inner, Readout(1.3)), "T", f"{layers} residuals")


@cache
def derivation(layers):
    return derive(stack(layers))


@cache
def module(layers):
    return generate(derivation(layers)).load()


@cache
def source(layers):
    return generate(derivation(layers)).source


@pytest.mark.parametrize(
    "text",
    [
        source,
        lambda n: derivation(n).text(),
        pytest.param(lambda n: derivation(n).to_latex(), marks=pytest.mark.slow),
    ],
)
def test_twice_the_layers_do_not_quadruple_the_text(text):
    """Each stream's equation has a term a layer, so that text grows at most like the square."""
    found = [len(text(layers)) for layers in (4, 8)]
    assert found[1] < 3 * found[0]


def test_every_size_of_eight_layers_is_short():
    notation = derivation(8).theory.notation
    assert len(notation.vectors_count(0).args) == 9
    numbers = {notation.heads(k): k + 1 for k in range(1, 9)}
    expected = np.prod([k + 2 for k in range(1, 9)])
    assert evaluate(notation.vectors_count(0), numbers) == expected


def test_readers_see_heads_and_defined_names_only():
    page, code = derivation(8).text(), source(8)
    assert "  m₆ = (1 + H₆) (1 + H₇) (1 + H₈)\n  m₅ = m₆ (1 + H₅)\n" in page
    assert "+ H₁ m₂ ln(σ₁²/H₁)" in page
    assert "b₁" not in page
    assert "    m_2 = m_3*(1 + H_2)\n    m_1 = m_2*(1 + H_1)\n" in code
    assert "b_1" not in code


def numbers_of(attended, labels, overlap):
    """A value for every symbol."""
    notation = derivation(3).theory.notation
    return {
        notation.examples: len(attended), notation.features: attended.shape[1],
        notation.temperature: 0.3, notation.width(0): 31, notation.overlap(0): overlap,
        notation.data(): attended, notation.labels(): labels[:, None],
        **{notation.heads(k + 1): h for k, h in enumerate(HEADS)},
        **{notation.variance(k): v for k, v in enumerate(VARIANCES)},
    }  # fmt: skip


@cache
def point():
    """Numbers for three layers with unequal heads, and everything for their module."""
    generator = np.random.default_rng(7)
    paths = int(np.prod([1 + h for h in HEADS]))
    inputs = generator.normal(size=(9, 5, paths))
    labels = generator.normal(size=9)
    overlap = random_overlap(generator, paths)
    problem = module(3).make_problem(inputs, labels, (31,), VARIANCES, 0.3, HEADS)
    numbers = numbers_of(inputs, labels, overlap)
    return numbers, overlap, problem


def test_the_module_has_the_values_of_the_theory():
    """Both in float64 on 24 vectors: they differ by rounding, about 1e-14 of the terms."""
    theory, (numbers, overlap, problem) = derivation(3).theory, point()
    found, (slope,) = module(3).action_and_gradient((overlap,), problem)
    assert found == pytest.approx(evaluate(theory.action, numbers), rel=1e-12)
    expected = evaluate(theory.gradients[0], numbers)
    assert np.allclose(slope, expected, rtol=0, atol=1e-11 * abs(expected).max())
    (right,) = module(3).saddle_right_hand_side((overlap,), problem)
    expected = evaluate(theory.equations[0].right, numbers)
    assert np.allclose(right, expected, rtol=0, atol=1e-11 * abs(expected).max())
    constant = module(3).evidence_constant(problem)
    assert constant == pytest.approx(evaluate(theory.constant, numbers), rel=1e-12)


def test_the_action_is_that_of_the_general_formula():
    """Theory, section 2: written out with NumPy, sizes counted by hand."""
    numbers, overlap, problem = point()
    width, (below, *variances) = 31, VARIANCES
    notation = derivation(3).theory.notation
    attended, labels = numbers[notation.data()], numbers[notation.labels()][:, 0]
    kernel = np.einsum("mip,pq,niq->mn", attended, overlap, attended)
    covariance = below / 5 * kernel + 0.3 * np.eye(9)
    total = np.linalg.slogdet(covariance)[1] + labels @ np.linalg.solve(covariance, labels)
    total -= width * np.linalg.slogdet(overlap)[1]
    total += width * (overlap[0, 0] / variances[-1] + np.log(variances[-1]))
    start = 1
    for heads, variance in zip(HEADS[::-1], variances[-2::-1], strict=True):
        prior = np.kron(np.eye(heads), overlap[:start, :start]) * variance / heads
        own = overlap[start : start * (1 + heads), start : start * (1 + heads)]
        total += width * (np.trace(np.linalg.solve(prior, own)) + np.linalg.slogdet(prior)[1])
        start *= 1 + heads
    assert module(3).action((overlap,), problem) == pytest.approx(total, rel=1e-11)


def test_the_module_solves():
    generator = np.random.default_rng(1)
    attended, labels = generator.normal(size=(12, 6, 24)), np.sign(generator.normal(size=12))
    found = module(3).solve(
        attended, labels, widths=(31,), variances=VARIANCES, temperature=0.3, heads=HEADS
    )
    assert found.converged
    numbers = numbers_of(attended, labels, found.overlaps[0])
    slope = evaluate(derivation(3).theory.gradients[0], numbers)
    assert abs(slope).max() < 1e-6 * 31  # of terms of the order of the width


@pytest.mark.slow
def test_three_residuals_certify():
    assert len(derivation(3).certify(digits=20)) == len(derivation(3).steps)
