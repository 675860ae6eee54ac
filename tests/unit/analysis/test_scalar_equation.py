"""The scalar equation is derived: its form at every depth, its published forms, and refusals."""

import pytest
import sympy
from scalar_networks import any_depth, chain, theory_of

from derive import derive
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.analysis.scalar.symbols import (
    DEPTH,
    EXAMPLES,
    FACTOR,
    FLUX,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    STAGE,
    VARIANCES,
    WIDTHS,
)
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)


def is_zero(expression):
    return sympy.simplify(expression) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6])
def test_the_equation_of_any_depth_is_that_of_every_derivation(depth):
    """formulas.md 1.4: u = c prod_l (1 + r/N_l); c is the product of the prior variances."""
    own, general = theory_of(depth).equation, any_depth().equation.at_depth(depth)
    renamed = {WIDTHS[k]: width for k, width in enumerate(own.widths, start=1)}
    assert is_zero(general.factors.xreplace(renamed) - own.factors)
    published = sympy.Mul(*(1 + FLUX / width for width in own.widths))
    assert is_zero(own.factors - published)
    names = [f"s_{k}" for k in range(1, depth)] + ["s_a"]
    assert own.prior == sympy.Mul(*(sympy.Symbol(name, positive=True) for name in names))
    assert general.prior == sympy.Mul(*(VARIANCES[k] for k in range(1, depth + 1)))


def test_attention_with_one_head_is_a_linear_layer():
    single = scalar_theory(chain(3, heads=1))
    assert single.equation == theory_of(3).equation
    assert single.energy == theory_of(3).energy


def test_a_derivation_or_a_theory_will_do():
    derivation = derive(chain(2))
    found = scalar_theory(derivation)
    assert found.equation == scalar_theory(derivation.theory).equation == theory_of(2).equation


@pytest.mark.parametrize("depth", [1, 2, 3, 5, "n"])
def test_equal_widths_are_the_equation_of_li_and_sompolinsky(depth):
    """PRX 11, 031059 (2021), as formulas.md 1.4 has it; c is not one here."""
    theory = any_depth() if depth == "n" else theory_of(depth)
    n = DEPTH if depth == "n" else depth
    form = theory.equal_widths()
    published = 1 - FACTOR - LOAD * (1 - FACTOR ** (-n) * SIGNAL / (PRIOR * EXAMPLES))
    assert sympy.expand(form.left - form.right - published) == 0
    assert form.overlap == PRIOR * FACTOR**n
    cleared = FACTOR ** (n + 1) - (1 - LOAD) * FACTOR**n - LOAD * RATIO
    assert is_zero(sympy.powsimp(sympy.expand(form.polynomial - cleared)))


def test_one_stage_is_the_closed_form_of_pacelli():
    """Pacelli et al. 2023, formulas.md 1.4: u at c = 1."""
    published = ((1 - LOAD) + sympy.sqrt((1 - LOAD) ** 2 + 4 * LOAD * SIGNAL / EXAMPLES)) / 2
    ratio = SIGNAL / (PRIOR * EXAMPLES)
    found = theory_of(1).explicit().expression.xreplace({RATIO: ratio}).subs(PRIOR, 1)
    assert is_zero(found - published)


def test_zero_temperature_is_the_flux_of_theory_1_4():
    energy = theory_of(2).energy
    assert energy.cold_flux == SIGNAL / OVERLAP - EXAMPLES


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_every_step_has_a_certificate(depth):
    theory = theory_of(depth)
    evidence = theory.certify(digits=15)
    assert len(evidence) == len(theory.steps) == 8
    assert min(found.digits for found in evidence) >= 15


def test_the_inductions_have_a_certificate():
    evidence = any_depth().certify(digits=15)
    assert [step.name for step in any_depth().steps][-3:] == [
        "any depth", "one positive root", "equal widths",
    ]  # fmt: skip
    assert min(found.digits for found in evidence) >= 15


def test_the_action_of_a_stage():
    """formulas.md 1.2 at the solution: N (f - ln f), f = 1 + r/N."""
    for width, term in theory_of(3).actions:
        factor = 1 + FLUX / width
        assert is_zero(term - width * (factor - sympy.log(factor)))


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((Attention(2, 1.1, 7),), "the attention layer V_1 has 2 heads"),
        ((Linear(1.1, 7), Attention(3, 1.1, 7)), "the attention layer V_2 has 3 heads"),
        ((Attention("H", 1.1, 7),), "the head count 'H' of the attention layer V_1 is a symbol"),
        ((Residual((Linear(1.1),)),), "stream a holds 2 vectors"),
    ],
)
def test_several_vectors_are_refused_in_one_line(layers, said):
    with pytest.raises(RuleError, match="scalar theory: ") as caught:
        scalar_theory(Network((Embedding(9, 1.3), *layers, Readout(1.2)), 0.1))
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_symbolic_head_count_may_be_set_to_one():
    network = chain(2, heads="H").with_values({"H": 1})
    assert scalar_theory(network).equation == theory_of(2).equation


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("N", "'N' means something else"),
        ("u", "'u' means something else"),
        ("l", "'l' means something else"),
        ("k", "'k' means something else"),
        ("depth", "'depth' is no name for a depth"),
        ("", "'' is no name for a depth"),
    ],
)
def test_the_depth_needs_a_letter_of_its_own(name, said):
    with pytest.raises(RuleError) as caught:
        theory_of(2).at_any_depth(name)
    assert said in str(caught.value)


def test_one_stage_does_not_show_how_stages_follow():
    with pytest.raises(RuleError, match="one stage does not show"):
        theory_of(1).at_any_depth()


def test_another_letter_for_the_depth():
    found = theory_of(2).at_any_depth("m").equation
    assert found.depth.name == "m"
    assert found.factors.args[1][2] == found.depth and found.factors.args[1][0] == STAGE


def test_it_prints_in_the_notation_of_the_papers():
    text = repr(any_depth())
    for line in (
        "u = c ∏_{l = 1}^n(1 + r/Nₗ)", "c = ∏_{l = 1}^n σₗ²", "r = s/u − P", "s = yᵀ K₁⁻¹ y",
        "u = c v^n", "1 − v = α (1 − s/(P c v^n))",
    ):  # fmt: skip
        assert line in text
    latex = any_depth().to_latex()
    assert r"u &= c \prod_{l = 1}^n\left(1 + \frac{r}{N_l}\right)" in latex
    assert r"1 - v &= \alpha \left(1 - \frac{s}{P c v^n}\right)" in latex
    assert latex.startswith("%") and latex.rstrip().endswith(r"\end{document}")
    assert "## 1. Numbers" in theory_of(2).to_markdown()
