"""Single expressions as LaTeX and as plain text."""

from __future__ import annotations

import pytest
import sympy
from sympy import Integer, MatrixSymbol

from derive.algebra import build, latex, nodes
from derive.algebra.latex import plain
from derive.errors import NoRule
from derive.theories.networks.nodes import Attended, path_kernel, path_projection

H1, H2, H3 = (sympy.Symbol(f"H_{k}", positive=True, integer=True) for k in (1, 2, 3))
N1, N2 = (sympy.Symbol(f"N_{k}", positive=True, integer=True) for k in (1, 2))
P, Q = (sympy.Symbol(name, positive=True, integer=True) for name in ("P", "Pstar"))
S0, S1 = sympy.Symbol("s_0", positive=True), sympy.Symbol("s_1", positive=True)
T = sympy.Symbol("temperature", nonnegative=True)
G, U = build.overlap("G_1", H1), build.overlap("u_a", Integer(1))
WIDE = build.overlap("G_2", H1 * H2)
R, RA = build.matrix_symbol("R_1", H1, H1), build.matrix_symbol("R_a", 1, 1)
Y = build.matrix_symbol("y", P, 1)
TRAIN = Attended("X", P, 5, H1)
TEST = Attended("Xstar", Q, 5, H1)
KERNEL = path_kernel(G, TRAIN, TRAIN)
COVARIANCE = build.add(build.scale(S0, KERNEL), build.scale(T, sympy.Identity(P)))
TR = r"\mathop{\mathrm{tr}}\nolimits"
I = sympy.Identity(H1)  # noqa: E741

SHOWN = {
    "variance": (S0, r"\sigma_0^2"),
    "power of a variance": (S0**2, r"\sigma_0^4"),
    "root of a variance": (sympy.sqrt(S0), r"\sigma_0"),
    "roots under one sign": (1 / sympy.sqrt(N1 * H2), r"\frac{1}{\sqrt{H_2 N_1}}"),
    "coefficient": (build.scale(S1 / H1, R), r"\frac{\sigma_1^2}{H_1} R_1"),
    "identity first": (build.add(build.scale(1 / N1, R), I), r"I + \frac{1}{N_1} R_1"),
    "noise last": (COVARIANCE, r"\sigma_0^2 \mathcal{K}[G_1] + T I"),
    "negative": (build.scale(-N1, build.inv(G)), r"-N_1 G_1^{-1}"),
    "number": (build.scale(S1, build.inv(U)), r"\frac{\sigma_1^2}{u_a}"),
    "square of a number": (build.mul(U, U), r"u_a^2"),
    "trace of a number": (sympy.Trace(U), r"u_a"),
    "flux that is a number": (
        build.scale(S1, build.add(sympy.Identity(1), build.scale(1 / N1, RA))),
        r"\sigma_1^2 \left(1 + \frac{r_a}{N_1}\right)",
    ),
    "lifted number": (
        build.scale(S1 / H2, build.lift(U, H2)),
        r"\frac{\sigma_1^2 u_a}{H_2} I_{H_2}",
    ),
    "lift": (
        build.scale(S1 / H2, build.lift(G, H2)),
        r"\frac{\sigma_1^2}{H_2} I_{H_2} \otimes G_1",
    ),
    "lift in a product": (
        build.mul(build.lift(G, H2), build.matrix_symbol("V_2", H1 * H2, N1)),
        r"(I_{H_2} \otimes G_1) V_2",
    ),
    "rotated trace": (
        build.trace(build.mul(build.inv(COVARIANCE), Y, build.transpose(Y))),
        r"y^\top \bigl(\sigma_0^2 \mathcal{K}[G_1] + T I\bigr)^{-1} y",
    ),
    "kernel of test examples": (path_kernel(G, TEST, TRAIN), r"\mathcal{K}_\ast[G_1]"),
    "its transpose": (path_kernel(G, TRAIN, TEST), r"\mathcal{K}_\ast[G_1]^\top"),
    "test with test": (path_kernel(G, TEST, TEST), r"\mathcal{K}_{\ast\ast}[G_1]"),
    "adjoint": (
        path_projection(KERNEL, TRAIN, TRAIN),
        r"\mathcal{K}^\dagger\bigl[\mathcal{K}[G_1]\bigr]",
    ),
    "trace within a product": (
        build.mul(
            build.inv(G), build.partial_trace(build.overlap("G_2", H1 * H2), H2), build.inv(G)
        ),
        rf"G_1^{{-1}} {TR}_{{H_2}}(G_2) G_1^{{-1}}",
    ),
    "factored size": (
        build.block(build.overlap("G_2", 1 + H1 + H2 + H1 * H2), 1, H1 + H2 + H1 * H2),
        r"[G_2]_{1:(1 + H_1) (1 + H_2)}",
    ),
    "degrees of freedom": (
        (N1 - H1 * H2 - 1) / 2 * build.logdet(G),
        r"\frac{N_1 - H_1 H_2 - 1}{2} \ln\det G_1",
    ),
    "logarithm": (sympy.log(S1), r"\ln \sigma_1^2"),
    "logarithm of a fraction": (
        sympy.log(S1 / H1, evaluate=False),
        r"\ln \frac{\sigma_1^2}{H_1}",
    ),
    "multivariate gamma": (
        nodes.LogMultigamma(N1 / 2, H1),
        r"\ln\Gamma_{H_1}\left(\frac{N_1}{2}\right)",
    ),
    "block diagonal": (
        build.scale(S1, build.block_diagonal(G, R)),
        r"\sigma_1^2 (G_1 \oplus R_1)",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_latex_is_that_of_the_papers(name):
    expression, expected = SHOWN[name]
    assert latex(expression) == expected


def test_plain_text_has_subscripts_and_brackets_around_fractions():
    assert plain(build.scale(S1 / H1, build.mul(build.inv(G), R))) == "(σ₁²/H₁) G₁⁻¹ R₁"
    assert plain(path_kernel(G, TRAIN, TEST)) == "𝒦*[G₁]ᵀ"


def test_a_minus_in_front_of_a_sum_is_that_of_every_term():
    other = build.overlap("G_2", G.shape[0])
    assert latex(-N1 - S0) == r"-(N_1 + \sigma_0^2)"
    assert plain(build.scale(-1, build.subtract(G, other))) == "−(G₁ − G₂)"


def test_named_matrices_are_printed_by_name():
    inverse = build.mul(build.inv(COVARIANCE), Y)
    assert latex(inverse, {COVARIANCE: "C"}) == r"C^{-1} y"


def test_multiples_of_a_named_product_are_printed_by_its_name():
    cross = path_kernel(G, TEST, TRAIN)
    doubled = build.mul(2 * S0 * S1, cross, Y)
    assert latex(doubled, {build.scale(S0, cross): "Kstar"}) == r"2 \sigma_1^2 K_\ast y"


def test_transpose_of_a_named_product_is_printed_by_its_name():
    cross = build.scale(S0, path_kernel(G, TEST, TRAIN))
    assert latex(build.transpose(cross), {cross: "Kstar"}) == r"K_\ast^\top"


def test_names_inside_a_named_product_do_not_hide_it():
    inner = path_projection(build.inv(COVARIANCE), TRAIN, TRAIN)
    names = {COVARIANCE: "C", build.scale(S0, inner): "Y_1"}
    assert latex(build.mul(S0, G, inner, G), names) == r"G_1 Y_1 G_1"


def test_named_sizes_are_printed_by_name_also_within_products_and_sums():
    names = {H1 * H2 * H3: "m_1"}
    assert latex(N1 * H1 * H2 * H3 / 2, names) == r"\frac{N_1 m_1}{2}"
    assert latex(N1 - H1 * H2 * H3 - 1, names) == r"N_1 - m_1 - 1"
    size = (1 + H1) * (1 + H2) * (1 + H3)
    assert latex(sympy.expand(N1 - size - 1), {size: "m_1"}) == r"N_1 - m_1 - 1"
    assert latex(sympy.Identity(sympy.expand(size)), {size: "m_1"}) == r"I_{m_1}"


def test_sums_that_hold_each_other_are_not_shown_by_each_other():
    """Half of a size, or a size with another 1, is no way to show a shorter sum, without end."""
    first, second, double = 1 + H1 + H2, 2 + H1 + H2, 2 * (1 + H1 + H2)
    for sizes in ((first, second), (second, first), (first, double), (double, second)):
        names = dict.fromkeys(sizes)
        assert plain(first, names) == "1 + H₁ + H₂"
        assert plain(second, names) == "2 + H₁ + H₂"
        assert plain(double, names) == "2 (1 + H₁ + H₂)"


@pytest.mark.parametrize(
    "node",
    [
        sympy.KroneckerProduct(MatrixSymbol("A", 2, 2), MatrixSymbol("B", 2, 2)),
        sympy.sin(N1),
        build.scale(2, sympy.HadamardProduct(MatrixSymbol("A", 2, 2), MatrixSymbol("B", 2, 2))),
        sympy.Integral(N1, (N1, 1, 3)),
        N1 + sympy.I,
        sympy.Float("0.5"),
    ],
)
def test_a_node_without_a_rule_raises_and_names_itself(node):
    with pytest.raises(NoRule, match=r"no rule for \w+.*add one in derive/algebra/"):
        latex(node)


def test_every_node_of_ours_has_a_rule():
    from derive.algebra.drawing import RULES
    from derive.algebra.rebuild import MAKERS

    assert set(MAKERS) - {sympy.Tuple} <= set(RULES)  # the limits of a sum are drawn with it


def test_a_fraction_is_not_put_inside_another():
    top, below = build.overlap("G_a", 1), build.overlap("G_2", 3)
    ratio = build.scale(sympy.Symbol("N_1") / sympy.Symbol("s_1"), build.partial_trace(below, 3))
    text = latex(build.mul(build.inv(top), build.add(top, ratio), build.inv(top)))
    assert text.startswith(r"\frac{1}{G_a^2} \left(\frac{N_1}{\sigma_1^2}")


def test_a_differential_is_one_symbol():
    step = build.overlap("dG_1", 3)
    assert latex(build.mul(3, step)) == "3 dG_1"
    assert latex(build.overlap("dC", 3)) == "dC"
