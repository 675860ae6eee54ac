"""The theory by sectors: certificates, published forms, numbers in the place of head counts."""

import numpy as np
import pytest
import sympy
from small_networks import NETWORKS

from derive import derive
from derive.algebra import evaluate
from derive.algebra.nodes import LogDet
from derive.algebra.scalars import expand
from derive.theories.networks.analysis.exchangeable import exchangeable
from derive.theories.networks.analysis.exchangeable.sectors import Splitting
from derive.theories.networks.analysis.exchangeable.vectors import sector_basis, vector_tables

WITH_HEADS = [name for name in NETWORKS if name not in ("no layer", "linear layers")]
LARGEST = "three attentions"
H1, H2 = sympy.symbols("H_1 H_2", positive=True, integer=True)
N1, N2, Na = sympy.symbols("N_1 N_2 N_a", positive=True, integer=True)
s1, s2, sa = sympy.symbols("s_1 s_2 s_a", positive=True)


def eigenvalue(name):
    return sympy.Symbol(f"lambda_{name}", positive=True)


@pytest.mark.parametrize(
    "name",
    [n if n != LARGEST else pytest.param(n, marks=pytest.mark.slow) for n in WITH_HEADS],
)
def test_every_step_is_certified(name):
    theory = exchangeable(derive(NETWORKS[name]))
    assert min(evidence.digits for evidence in theory.certify(20)) >= 20


def without_labels(action):
    terms = sympy.Add.make_args(expand(action))
    return sympy.Add(*(term for term in terms if not term.has(sympy.Trace, LogDet)))


def test_the_action_of_one_layer_is_that_of_replicas():
    """tr, ln det of a I + b J with H in the place of n: the published replica-symmetric form."""
    theory = exchangeable(derive(NETWORKS["one attention"]))
    a, b, u = *sympy.symbols("a_1 b_1", real=True), eigenvalue("a")
    published = (
        N1 * (H1 * (a + b) / (s1 * u) - sympy.log(a + H1 * b) - (H1 - 1) * sympy.log(a))
        + N1 * H1 * sympy.log(u)
        + Na * (u / sa - sympy.log(u))
    )
    assert expand(without_labels(theory.one_layer.action) - published) == 0


def test_the_action_of_two_layers_weighs_logarithms_by_multiplicities():
    """formulas.md 1.5: tr over the slow factor is lambda_(0,s) + (H - 1) lambda_(1,s)."""
    theory = exchangeable(derive(NETWORKS["two attentions"]))
    one = {k: eigenvalue(f"1,{k}") for k in ("00", "01", "10", "11")}
    two, u = {k: eigenvalue(f"2,{k}") for k in "01"}, eigenvalue("a")
    often = {"0": 1, "1": H2 - 1}
    published = Na * (u / sa - sympy.log(u))
    for s, m in often.items():
        traced = one[f"0{s}"] + (H1 - 1) * one[f"1{s}"]
        logs = sympy.log(one[f"0{s}"]) + (H1 - 1) * sympy.log(one[f"1{s}"])
        published += N1 * m * (traced / (two[s] * s1) - logs + H1 * sympy.log(two[s]))
        published += N2 * m * (two[s] / (u * s2) - sympy.log(two[s]))
    published += N2 * H2 * sympy.log(u)
    assert expand(without_labels(theory.papers.action) - published) == 0


def test_the_saddle_equations_multiply_up_from_the_readout():
    papers = exchangeable(derive(NETWORKS["two attentions"])).papers
    flux = {e.unknown.symbol: e.flux for e in papers.equations}
    above = {"1,00": "2,0", "1,10": "2,0", "1,01": "2,1", "1,11": "2,1", "2,0": "a", "2,1": "a"}
    variance, width = {"1": s1, "2": s2}, {"1": N1, "2": N2}
    for equation in papers.equations[:-1]:
        name = str(equation.unknown.symbol).removeprefix("lambda_")
        right = eigenvalue(above[name]) * variance[name[0]]
        right *= 1 + flux[equation.unknown.symbol] / width[name[0]]
        assert sympy.expand(equation.right - right) == 0


def dense(symmetry, result, stream, heads, values):
    table = vector_tables(symmetry.notation.graph, heads)[1 + stream]
    own = [(u, v) for u, v in zip(result.unknowns, values, strict=True) if u.stream == stream]
    total = 0.0
    for unknown, value in own:
        basis = sector_basis(table, unknown.sector, heads).astype(float)[:, 0]
        total = total + value * basis.T @ basis
    return np.asarray(total)


@pytest.mark.parametrize("heads", [(2, 2), (4, 2), (1, 3), (3, 5)])
def test_head_counts_may_be_any_numbers(heads):
    """The action with H as a symbol, at numbers, is the action of overlaps with so many heads."""
    theory = exchangeable(derive(NETWORKS["two attentions"]))
    result, symmetry = theory.papers, theory.symmetry
    notation, random = symmetry.notation, np.random.default_rng(3)
    values = random.uniform(0.5, 2.0, size=len(result.unknowns))
    count, all_heads = int(np.prod(heads)), (1, *heads, 1)
    numbers = {H1: heads[0], H2: heads[1], notation.features: 3, notation.examples: 2}
    numbers |= {notation.width(k): 7 + 2 * k for k in range(3)}
    numbers |= {notation.variance(k): 0.7 + 0.2 * k for k in range(4)}
    numbers[notation.temperature] = 0.3
    numbers[notation.labels()] = random.normal(size=(2, 1))
    blocks = {s: random.normal(size=(2, 2)) for s in symmetry.sectors(notation.data().paths)}
    table = vector_tables(notation.graph, all_heads)[0]
    pieces, kernels = [], {}
    for sector, root in blocks.items():
        basis = sector_basis(table, sector, all_heads).astype(float).reshape(-1, count)
        pieces.append(np.einsum("mi,np->minp", root, basis).reshape(2, -1, count))
        kernels[Splitting(symmetry).kernel(sector)] = len(basis) * root @ root.T
    data = np.concatenate(pieces, axis=1)
    numbers[notation.features] = data.shape[1]
    whole = {**numbers, notation.data(): data}
    small = {**numbers, **kernels}
    for stream, overlap in enumerate(result.overlaps[:-1]):
        whole[overlap] = dense(symmetry, result, stream, all_heads, values)
    whole[result.overlaps[-1]] = [[values[-1]]]
    small |= {u.symbol: v for u, v in zip(result.unknowns, values, strict=True)}
    assert evaluate(result.action, small) == pytest.approx(evaluate(result.whole, whole), rel=1e-12)


@pytest.mark.parametrize("name", ["one attention", "two attentions", "two residuals"])
def test_the_theory_prints_in_both_media(name):
    theory = exchangeable(derive(NETWORKS[name]))
    text, latex = repr(theory), theory.to_latex()
    assert max(map(len, text.splitlines())) <= 100
    assert "Exchangeable: the H₁ heads of layer 1, attention" in text
    assert r"\begin{document}" in latex
    assert (r"\lambda_{1,11}" in latex) == (name == "two attentions")
    assert "lambda" not in text
