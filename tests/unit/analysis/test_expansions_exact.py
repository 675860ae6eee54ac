"""The exact law to first order in 1/N: the fluctuations, the mean, averages by hand."""

import numpy as np
import pytest
import sympy
from small_networks import NETWORKS

from derive import (
    Attention,
    Embedding,
    Network,
    Readout,
    Repeat,
    derive,
    exchangeable,
    scalar_theory,
)
from derive.algebra import build, equal, nodes
from derive.algebra.series import taylor
from derive.errors import DescriptionError
from derive.steps.compare import Agreement
from derive.theories.networks.analysis.expansions import finite_width_expansion, saddle_expansion
from derive.theories.networks.analysis.expansions.averages import average_values
from derive.theories.networks.analysis.expansions.laplace import (
    fluctuations,
    prior_forces,
    prior_means,
    split_by_width,
)
from derive.theories.networks.checks.sample import Draw

QUICK = ("no layer", "one attention", "linear layers", "inner width")
FEW = ("no layer", "one attention", "residual", "residual ends in residual")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NETWORKS]
)
def test_every_step_is_certified(name):
    evidence = finite_width_expansion(derive(NETWORKS[name])).certify(10)
    assert len(evidence) == 5 and all(found.digits >= 10 for found in evidence)


@pytest.mark.parametrize("name", FEW)
def test_the_mean_of_the_overlaps_moves_as_the_saddle_point(name):
    """formulas.md 1.3; that the prior's own force vanishes is found by averaging, not assumed."""
    derivation = derive(NETWORKS[name])
    exact, saddle = finite_width_expansion(derivation), saddle_expansion(derivation, 1)
    numbers = Draw(derivation.theory.notation, 2).sample().numbers()
    values = [expansion.values(numbers, 20) for expansion in (exact, saddle)]
    for one, other in zip(*(v.overlaps for v in values), strict=True):
        assert (one[1] == other[1]).all()
    assert not np.allclose(
        values[0].mean[1].astype(float), values[1].mean[1].astype(float), rtol=1e-3
    )


def test_the_parts_of_the_law_are_those_of_the_limit():
    theory = derive(NETWORKS["one attention"]).theory
    parts = split_by_width(theory)
    assert equal(parts.leading + theory.energy, theory.action)
    assert equal(parts.rest - theory.energy, -2 * theory.dropped)


def test_the_second_variation_of_one_stage_is_a_square():
    """L = N (u/s - ln u): L'' / 2 = N / (2 s^2) at u = s."""
    theory = derive(NETWORKS["no layer"]).theory
    found = fluctuations(theory)
    (g,), (start,), (change,) = theory.order_parameters, theory.wide.overlaps, found.overlaps
    width, point = theory.notation.width(0), theory.wide.points[0][0]
    variation = taylor(split_by_width(theory).leading, {g: (start, change)}, 2)[2]
    square = build.trace(build.mul(build.inv(point), build.inv(point), change, change))
    assert equal(variation, width / 2 * square)


def test_the_forces_of_the_prior_cancel_by_hand_in_one_stage():
    """-2/s from N - m - 1, and +2 N <x^2>/(2 s^3) ... : L''' = -2 N/s^3, <x^2> = 2 s^2/N."""
    theory = derive(NETWORKS["no layer"]).theory
    (force,) = prior_forces(theory, fluctuations(theory))
    numbers = Draw(theory.notation, 2).sample().numbers()
    prior = numbers[theory.notation.variance(1)]
    at = {**numbers, theory.wide.points[0][0]: [[prior]]}
    (value,) = average_values([force], fluctuations(theory), (), at, Agreement(20))
    assert abs(value[0, 0]) < 1e-25
    (alone,) = (t for t in build.terms(force) if not t.has(nodes.Average))
    (value,) = average_values([alone], fluctuations(theory), (), at, Agreement(20))
    assert float(value[0, 0]) == pytest.approx(-2 / prior, rel=1e-15)


@pytest.mark.parametrize("name", NETWORKS)
def test_without_labels_the_mean_is_the_covariance(name):
    """Found from the score of each weight's law, not assumed."""
    theory = derive(NETWORKS[name]).theory
    for weight, mean in zip(theory.notation.inner_weights(), prior_means(theory), strict=True):
        assert mean.mean == mean.symbol
        assert mean.covariance == theory.law.covariance(weight.index)


def test_averages_are_those_of_a_wishart_law():
    """<Z M Z> = (Q M^T Q + Q tr(Q M)) / N, entry by entry, at a full covariance."""
    size, width = 3, 7
    theory = derive(NETWORKS["one attention"]).theory
    found, heads = fluctuations(theory), theory.notation.heads(1)
    rng = np.random.default_rng(5)
    root, m = rng.integers(-8, 9, size=(2, size, size)) / 8
    q, z = root @ root.T + np.eye(size), found.innovations[0].symbol
    middle = build.matrix_symbol("M", heads, heads)
    expression = build.average(build.mul(z, middle, z))
    numbers = {
        heads: size, middle: m, theory.notation.width(0): width, theory.notation.width(1): 5,
        theory.wide.points[1][0]: q, theory.wide.points[0][0]: [[2]],
        theory.notation.variance(1): 1,
    }  # fmt: skip
    (value,) = average_values([expression], found, (), numbers, Agreement(20))
    due = (q @ m.T @ q + q * np.trace(q @ m)) / width
    np.testing.assert_allclose(value.astype(float), due, rtol=1e-14)


def test_an_average_takes_its_number_out_and_a_zero_away():
    matrix = build.matrix_symbol("M", 2, 2)
    number = sympy.Symbol("c")
    assert build.average(build.scale(number, matrix)) == build.scale(number, build.average(matrix))
    assert build.average(sympy.ZeroMatrix(2, 2)) == sympy.ZeroMatrix(2, 2)


def test_what_is_shown_names_fluctuations_and_averages():
    shown = repr(finite_width_expansion(derive(NETWORKS["two attentions"])))
    assert "⟨U₁⟩ = H₁ H₂ Q₁ + H₁ H₂ D₁⁽¹⁾ + O(1/N²)" in shown
    assert "⟨tr(A Z₁) tr(B Z₁)⟩ = (2/N₁) tr(A Q₁ B Q₁)" in shown
    assert "f⁽¹⁾ = K*⁽¹⁾ C_∞⁻¹ y + ⟨" in shown
    document = finite_width_expansion(derive(NETWORKS["residual"])).to_latex()
    assert r"\langle K_\ast^\infty" in document and r"\end{document}" in document


def test_sizes_that_are_symbols_give_the_same_expansion():
    """Numbers of the description never enter."""
    layers = (Embedding(9, 1.3), Attention(3, 0.8, 7), Readout(1.2))
    symbolic = (Embedding("N", 1.0), Attention("H", 1.0, "M"), Readout(1.0))
    one, other = (finite_width_expansion(derive(Network(x, 0.1))) for x in (layers, symbolic))
    assert one.definitions == other.definitions and one.variance == other.variance


@pytest.mark.parametrize(
    "analysis", [finite_width_expansion, saddle_expansion, exchangeable, scalar_theory]
)
def test_a_depth_that_is_a_symbol_is_refused_in_one_line(analysis):
    layers = (Embedding("N", 1.3), Repeat((Attention("H", 0.9, "N"),), "L"), Readout(1.2))
    with pytest.raises(DescriptionError, match="the depth 'L' is a symbol") as said:
        analysis(derive(Network(layers, "T")))
    assert "\n" not in str(said.value)
    if "expansion" in analysis.__name__:  # what there is for any depth, and what is missing
        assert "to first order (the step 'first correction')" in str(said.value)
    if analysis is scalar_theory:
        assert "at_any_depth('n')" in str(said.value)
