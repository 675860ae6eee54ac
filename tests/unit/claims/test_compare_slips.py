"""Each common slip has a line that it mends; trees are taken apart and put together again."""

import ast

import pytest

from derive import Attention, Embedding, Network, Readout, compare
from derive.claims.slips import SLIPS, Words
from derive.claims.slips.trees import addends, places, tree_of, without

CHAIN = Network((Embedding(9, 1.3), Attention(2, 0.8, 7), Readout(1.2)), 0.1)
WORDS = Words(
    heads=("H_1",),
    widths=("N_1", "N_a"),
    variances=("s_1",),
    numbers=("x",),
    matrices=("U_1",),
    counts=(("N_1", "H_1"),),
    families=("H", "N", "s", "U"),
    names=("N_1", "N_a", "U_1", "u_a", "H_1", "s_1", "x"),
)


def _plain(text):
    return ast.unparse(tree_of(text))


@pytest.mark.parametrize(
    ("slip", "wrong", "right"),
    [
        ("a sign", "N_1 + tr(U_1)", "N_1 + -tr(U_1)"),
        ("a factor 2", "tr(U_1) + N_1", "tr(U_1)/2 + N_1"),
        ("a head factor", "logdet(U_1)*N_1", "H_1*(logdet(U_1)*N_1)"),
        ("a head factor", "sum(logdet(U[l]), l, 1, L)", "sum(H[l]*logdet(U[l]), l, 1, L)"),
        ("a variance inside or outside", "logdet(U_1)", "logdet(U_1/s_1)"),
        ("a variance inside or outside", "tr(U_1)", "tr(U_1)/s_1**2"),
        ("a declared number forgotten", "tr(U_1)", "x*tr(U_1)"),
        ("the wrong factor traced", "ptrace(U_1, H_1)", "ptrace_fast(U_1, H_1)"),
        ("the wrong factor traced", "kron(u_a, U_1)", "kron(U_1, u_a)"),
        ("a transposed matrix or index order", "U_1*dE", "U_1.T*dE"),
        ("a transposed matrix or index order", "U_1*dE", "dE*U_1"),
        ("the index of a layer", "N_1*x", "N_a*x"),
        ("the index of a layer", "sum(N[l], l, 1, L)", "sum(N[l + 1], l, 1, L)"),
        ("the index of a layer", "tr(U_1)", "tr(u_a)"),
        ("a log-determinant too many", "x - logdet(U_1)", "x"),
        ("N for N - m - 1, or the other way", "x/N_1", "x/(N_1 - H_1 - 1)"),
        ("N for N - m - 1, or the other way", "x/(N_1 - 3 - 1)", "x/N_1"),
        ("a width as a factor", "tr(U_1)", "tr(U_1)/N_a"),
        ("a lost log-determinant", "x", "x - N_1*logdet(U_1)"),
        (
            "a lost log-determinant",
            "sum(x, l, 1, L)",
            "sum(x + H[l]*N[l]*logdet(U[l + 1]), l, 1, L)",
        ),
    ],
)
def test_what_a_slip_mends(slip, wrong, right):
    texts = {change.text for change in SLIPS[slip](tree_of(wrong), WORDS)}
    assert _plain(right) in texts


@pytest.mark.parametrize("slip", SLIPS)
def test_candidates_are_bounded_and_readable(slip):
    text = "N_1*(tr(U_1)/s_1 - logdet(U_1)) + sum(H[l]*logdet(kron(U[l], U[l + 1])), l, 1, L)"
    changes = list(SLIPS[slip](tree_of(text), WORDS))
    assert 0 < len(changes) < 1000 or slip == "a declared number forgotten"
    for change in changes:
        assert tree_of(change.text)
        assert " for " in change.told


def test_sizes_and_exponents_are_no_values():
    texts = {place.text for place in places(tree_of("ptrace(U_1, H_1)**2*eye(N_1) + x**N_a"))}
    assert {"U_1", "x"} < texts
    assert not {"H_1", "N_1", "N_a", "2"} & texts


def test_terms_of_a_sum():
    tree = tree_of("a - (b - c)*d - (e - f)")
    assert [(sign, ast.unparse(node)) for sign, node in addends(tree)] == [
        (1, "a"),
        (-1, "(b - c) * d"),
        (-1, "e"),
        (1, "f"),
    ]
    terms = [node for _, node in addends(tree)]
    rests = [ast.unparse(rest) for rest in (without(tree, term) for term in terms) if rest]
    assert rests[0] == "-((b - c) * d) - (e - f)" or eval_at(rests[0]) == eval_at("-(b-c)*d-(e-f)")
    assert [eval_at(rest) for rest in rests] == [
        eval_at(text) for text in ("-(b-c)*d-(e-f)", "a-(e-f)", "a-(b-c)*d+f", "a-(b-c)*d-e")
    ]


def eval_at(text):
    return eval(text, {"a": 2, "b": 3, "c": 5, "d": 7, "e": 11, "f": 13})


def test_two_slips_at_once_are_not_explained_by_one():
    text = "N_a*(u_a/s_a + log(u_a)) + N_1*(tr(U_1)/(s_1*u_a) - logdet(U_1) + log(u_a))"
    energy = "logdet(K(U_1) + temperature*eye(P)) + y.T*inv(K(U_1) + temperature*eye(P))*y"
    result = compare(CHAIN, "action", [f"{text} + {energy}"], instances=2, digits=20)
    assert result.verdict.value == "DISAGREES"
    assert result.corrections == ()
    assert len(result.theirs_alone) == 2
