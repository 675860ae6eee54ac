"""Infinitely many heads after infinite widths: the limit, how it is approached, what has none."""

import pytest
import sympy
from small_networks import NETWORKS

from derive import Attention, Embedding, Network, Readout, derive
from derive.algebra import build
from derive.errors import CertificateError, RuleError
from derive.theories.networks.analysis.exchangeable import exchangeable
from derive.theories.networks.analysis.exchangeable.infinite import limit

EVERY_DAY = (
    "test_kernels_of_sectors_follow_from_shared_heads",
    "test_a_wrong_limit_is_refused",
)
"""The others are evidence beyond what CI has time for: run by hand."""


def theory_of(name):
    return exchangeable(derive(NETWORKS[name]))


@pytest.mark.parametrize("name", ["one attention", "two attentions", "linear between attentions"])
def test_the_equations_approach_the_limit(name):
    found, step = theory_of(name).infinite_heads()
    assert step.certificate(20).digits == 20
    assert "order 1.0000" in step.certificate(20).detail
    assert len(found.equations) == len(found.fluxes)


@pytest.mark.parametrize("layers", [(1,), (2,)])
def test_one_layer_alone_may_have_infinitely_many_heads(layers):
    found, step = theory_of("two attentions").infinite_heads(layers)
    assert step.certificate(15).digits == 15
    finite = sympy.Symbol(f"H_{3 - layers[0]}", positive=True, integer=True)
    text = [value for _, value in found.fluxes]
    assert any(value.has(finite) for value in text)
    gone = sympy.Symbol(f"H_{layers[0]}", positive=True, integer=True)
    values = [*(value for _, value in found.equations), *text, found.covariance]
    assert not any(gone in value.free_symbols for value in values)


def test_only_the_sector_of_the_ones_is_renormalised():
    """In the limit an eigenvalue that occurs infinitely often is sigma^2 times the one above."""
    found, _ = theory_of("two attentions").infinite_heads()
    for unknown, right in found.equations:
        has_flux = any(str(symbol).startswith("f_") for symbol in right.free_symbols)
        assert has_flux == ("1" not in str(unknown).partition(",")[2])


def test_kernels_of_sectors_follow_from_shared_heads():
    """K_0 = kappa_same + (H - 1) kappa_different for one layer, Delta their difference."""
    found, _ = theory_of("one attention").infinite_heads()
    heads = sympy.Symbol("H_1", positive=True, integer=True)
    examples = sympy.Symbol("P", positive=True, integer=True)
    different, beyond = (build.overlap(f"Delta_{k}", examples) for k in "01")
    values = [value for _, value in found.sector_kernels]
    assert values[0] == build.add(build.scale(heads, different), beyond)
    assert values[1] == build.scale(heads - 1, beyond)


def test_a_wrong_limit_is_refused():
    theory = theory_of("one attention")
    from dataclasses import replace

    from derive.theories.networks.analysis.exchangeable import limits

    found, _ = theory.infinite_heads()
    (name, right), *others = found.equations
    wrong = replace(found, equations=((name, 2 * right), *others))
    with pytest.raises(CertificateError, match="falls with order"):
        limits.certificate(theory.symmetry, theory.papers, wrong)(10)


def test_what_has_no_limit_is_refused_in_one_line():
    theory = theory_of("two attentions")
    heads = [theory.symmetry.notation.heads(weight) for weight in theory.symmetry.weights]
    with pytest.raises(RuleError, match=r"no limit as H_1, H_2 -> infinity: .* grows like"):
        limit(theory.papers.action, heads)
    with pytest.raises(RuleError, match="a stream with a skip, or below several outputs, has none"):
        theory_of("residual").infinite_heads()
    layers = (Attention(1, 0.8, 9), Attention(3, 0.9, 8))
    one = exchangeable(derive(Network((Embedding(8, 1.3), *layers, Readout(1.2)), 0.3)))
    with pytest.raises(RuleError, match="layer 1: its number of heads cannot go to infinity"):
        one.infinite_heads((1,))
