"""Sums regrouped for display keep their value, and stand in the order of the theory."""

from __future__ import annotations

import pytest
import sympy

from derive import Attention, Embedding, Linear, Network, Readout, Residual
from derive.algebra import build
from derive.algebra.drawing import Drawer
from derive.errors import RuleError
from derive.steps import sums
from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.pages import displays_of
from derive.typeset.media import PLAIN

LAYERS = {
    "chain": (Attention(2, 1.0, 9), Attention(3, 1.0, 8)),
    "residual": (Residual((Attention(2, 1.0),)), Residual((Linear(1.0),))),
    "none": (),
}
N1, N2 = (sympy.Symbol(f"N_{k}", positive=True, integer=True) for k in (1, 2))
S1 = sympy.Symbol("s_1", positive=True)
G1, G2 = build.overlap("G_1", 3), build.overlap("G_2", 3)
HOMES = {G1: N1, G2: N2}


def theory(name: str):
    return derive(Network((Embedding(7, 1.0), *LAYERS[name], Readout(1.0)), 0.1)).theory


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("factored", [True, False])
def test_groups_add_up_to_the_sum(name, factored):
    found = theory(name)
    homes = displays_of(found, names_of(found)).homes
    for expression in (found.action, found.law.body + found.law.constant, found.dropped):
        groups = sums.by_stream(expression, homes, factored=factored)
        value = sympy.Add(*(group.value for group in groups))
        difference = sympy.expand_log(sympy.expand(value - expression), force=True)
        assert sympy.expand(difference) == 0


def test_an_action_is_grouped_by_width_from_the_bottom_with_the_labels_last():
    found = theory("chain")
    displays = displays_of(found, names_of(found))
    shown = PLAIN.text(displays.right(found.chain.action)[0])
    assert shown == (
        "N₁ [(1/σ₁²) tr(U₂⁻¹ tr_{H₁} U₁) − ln det U₁ + H₁ ln det U₂]"
        " + N₂ [(1/(σ₂² uₐ)) tr_{H₂} U₂ − ln det U₂ + H₂ ln uₐ]"
        " + Nₐ [uₐ/σₐ² − ln uₐ]"
        " + ln det C + yᵀ C⁻¹ y"
    )


def test_logarithms_with_equal_coefficients_become_one():
    parts = (sympy.log(S1), -sympy.log(N1), sympy.log(2), sympy.log(sympy.pi))
    terms = sums.collected(N2 * sympy.Add(*parts))
    assert [term.coefficient for term in terms] == [N2]
    assert PLAIN.text(sums.terms_box(terms, Drawer({}))) == "N₂ ln(2 π σ₁²/N₁)"


def test_a_group_that_changes_the_value_is_refused(monkeypatch):
    expression = N1 * build.logdet(G1) + N2 * build.logdet(G2)
    monkeypatch.setattr(sums, "_merged", lambda found, own, density: ())
    with pytest.raises(RuleError, match="changed the value"):
        sums.by_stream(expression, HOMES, factored=True)
