"""The saddle point in powers of 1/N: closed forms, orders, certificates, what is shown."""

import mpmath
import numpy as np
import pytest
from small_networks import CHAINS, NETWORKS

from derive import Embedding, Network, Readout, derive
from derive.algebra import build, equal, evaluate
from derive.algebra.latex import latex
from derive.errors import RuleError
from derive.theories.networks.analysis.expansions import saddle_expansion
from derive.theories.networks.checks.sample import Draw

EVERY_DAY = (
    "test_every_step_is_certified[no layer]",
    "test_one_stage_at_zero_temperature_is_the_published_root",
)
"""The others are evidence beyond what CI has time for: run by hand."""

DIGITS = 30
ONE_STAGE = Network((Embedding("N", 1.1), Readout(1.2)), "T")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_step_is_certified(name):
    expansion = saddle_expansion(derive(NETWORKS[name]))
    assert [found.digits for found in expansion.certify(12)] == [12, 12, 12]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_first_order_is_that_of_the_derivation(name):
    """Named apart and solved by the same passes: the same numbers."""
    theory = derive(NETWORKS[name]).theory
    numbers = Draw(theory.notation, 4).sample().numbers()
    terms = saddle_expansion(derive(NETWORKS[name]), 1).values(numbers, DIGITS)
    wide, at = theory.wide, dict(numbers)
    for symbol, value in (*wide.points, *wide.forces, *wide.corrections):
        at[symbol] = evaluate(value, at, DIGITS)
    for stream, (_, shift) in zip(theory.notation.streams(), terms.overlaps, strict=True):
        letter = theory.notation.letter(stream.weights[-1])
        (due,) = (at[s] for s, _ in wide.corrections if s.name == f"D_{letter}")
        assert abs(shift - due).max() < 1e-28 * abs(due).max()


def test_one_stage_at_zero_temperature_is_the_published_root():
    """Pacelli et al. 2023: u = ((1 - a) + sqrt((1 - a)^2 + 4 a s/P)) / 2, a = P/N, c = 1."""
    derivation = derive(ONE_STAGE)
    sample = Draw(derivation.theory.notation, 6).sample(examples=4, features=6).at(0)
    kernel = np.einsum("mip,nip->mn", sample.attended, sample.attended)
    kernel *= sample.variances[0] * sample.variances[1] / 6
    with mpmath.workdps(DIGITS):
        whitened = mpmath.lu_solve(
            mpmath.matrix(kernel.tolist()), mpmath.matrix(sample.labels.tolist())
        )
        square = sum(w * mpmath.mpf(y) for w, y in zip(whitened, sample.labels, strict=True))

        def root(inverse_width):
            load = 4 * inverse_width
            return (1 - load + mpmath.sqrt((1 - load) ** 2 + inverse_width * 4 * square)) / 2

        due = mpmath.taylor(root, 0, 4)
        terms = saddle_expansion(derivation, 4).values(sample.numbers(), DIGITS)
        width, prior = sample.widths[0], mpmath.mpf(sample.variances[1])
        for k, (found, coefficient) in enumerate(zip(terms.overlaps[0], due, strict=True)):
            assert abs(found[0, 0] * width**k / prior - coefficient) < 1e-15


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_shown_in_the_papers_normalisation(name):
    expansion = saddle_expansion(derive(NETWORKS[name]))
    scales = expansion.theory.chain.scales
    for scale, own, papers in zip(
        scales, expansion.overlaps, expansion.chain_overlaps, strict=True
    ):
        assert papers == tuple(build.scale(scale, g) for g in own)
    assert "+ O(1/N³)" in repr(expansion) and "uₐ =" in repr(expansion)


def test_other_networks_are_not_rescaled():
    expansion = saddle_expansion(derive(NETWORKS["residual"]), 1)
    assert expansion.chain_overlaps == ()
    assert "Gₐ = (Qₐ ⊕ Q₁) + D₁⁽¹⁾ + O(1/N²)" in repr(expansion)


def test_the_action_at_infinite_width_keeps_what_is_of_order_n():
    """Every stream's overlaps have their prior covariance: S - E is N m, summed."""
    expansion = saddle_expansion(derive(NETWORKS["residual ends in residual"]), 1)
    theory = expansion.theory
    notation = theory.notation
    sizes = [notation.width(s.index) * notation.vectors_count(s.index) for s in notation.streams()]
    labels = [t for t in expansion.action[0].args if "C_inf" in str(t)]
    assert len(labels) == 2
    assert equal(expansion.action[0] - sum(labels), sum(sizes))


def test_coefficients_are_named_by_their_order():
    expansion = saddle_expansion(derive(NETWORKS["two attentions"]), 2)
    assert latex(expansion.overlaps[0][2]) == "D_1^{(2)}"
    assert [name.name for name, _ in expansion.definitions][:5] == [
        "Q_a", "Q_2", "Q_1", "C_inf", "Kstar_inf",
    ]  # fmt: skip
    document = expansion.to_latex()
    assert document.startswith("% two attentions") and r"\end{document}" in document


def test_lower_orders_do_not_depend_on_the_highest():
    derivation = derive(NETWORKS["residual over attention"])
    short, long = saddle_expansion(derivation, 1), saddle_expansion(derivation, 3)
    assert short.mean == long.mean[:2] and short.variance == long.variance[:2]
    assert short.action == long.action[:2]
    assert short.definitions == long.definitions[: len(short.definitions)]


@pytest.mark.parametrize("order", [0, -1, 1.5, True, "2", 10])
def test_an_order_that_there_is_not_is_refused(order):
    with pytest.raises(RuleError) as caught:
        saddle_expansion(derive(ONE_STAGE), order)
    assert str(caught.value).startswith(f"order {order}: ")
    assert "\n" not in str(caught.value)


def test_definitions_are_in_order_and_closed():
    """Every name is defined before it is used; what is left are sizes, parameters and data."""
    expansion = saddle_expansion(derive(NETWORKS["nested residual"]), 2)
    seen = set()
    for name, value in expansion.definitions:
        used = {s.name for s in value.free_symbols if "order" in getattr(s, "name", "")}
        assert used <= seen
        assert name.name not in seen
        seen.add(name.name)
