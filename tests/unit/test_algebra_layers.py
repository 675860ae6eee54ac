"""Layers with numbers, sums over them, and what cannot be decided."""

import numpy as np
import pytest
import sympy

from derive.algebra import build, equal, evaluate, gradient, latex, normal, rebuild
from derive.algebra.latex import plain
from derive.algebra.layered import (
    LayerCount,
    LayerMatrix,
    LayerOverlap,
    LayerProduct,
    LayerSize,
    LayerSum,
    LayerValue,
)
from derive.algebra.sums import expand_sums, is_at_least_zero, layer_sum, place_in_sum, reindex
from derive.errors import NoRule, ShapeError

L, INDEX = sympy.symbols("L l", positive=True, integer=True)


def size(number):
    return LayerSize("m", number)


def overlap(number):
    return LayerOverlap("G", size(number), number)


def chained(number):
    """ln det of the overlaps above, lifted, and a trace with them."""
    heads = size(number) / size(number + 1)
    lifted = build.lift(overlap(number + 1), heads)
    return build.trace(build.mul(build.inv(lifted), overlap(number))) + build.logdet(lifted)


SUM = layer_sum(LayerValue("s", INDEX) * chained(INDEX), INDEX, L)


def test_a_layer_is_named_by_its_number():
    assert overlap(INDEX + 1) != overlap(INDEX)
    assert overlap(INDEX + 1).name == "G_l+1"
    assert reindex(overlap(INDEX + 1), {INDEX: L}) == overlap(L + 1)
    assert latex(overlap(2 * INDEX - 1)) == "G_{2l-1}"
    assert plain(LayerValue("s", INDEX + 1)) == "σₗ₊₁²"


def test_shapes_cancel_by_the_number_of_vectors():
    with pytest.raises(ShapeError):
        build.add(overlap(INDEX), overlap(INDEX + 1))
    lifted = build.lift(overlap(INDEX + 1), size(INDEX) / size(INDEX + 1))
    assert build.add(overlap(INDEX), lifted).shape == (size(INDEX), size(INDEX))


def test_a_matrix_without_symmetry_has_a_transpose():
    flux = LayerMatrix("R", 3, INDEX)
    assert build.transpose(flux) != flux
    assert build.transpose(overlap(INDEX)) == overlap(INDEX)


def test_a_sum_is_drawn_with_its_limits():
    assert latex(layer_sum(LayerValue("s", INDEX), INDEX, L)) == r"\sum_{l = 1}^L \sigma_l^2"


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("place", ["first", "inside", "last"])
def test_the_gradient_of_a_sum_is_that_of_the_sum_written_out(depth, place):
    number, known = {
        "first": (sympy.S.One, ()),
        "inside": (INDEX, (INDEX - 2, L - INDEX)),
        "last": (L + 1, ()),
    }[place]
    if place == "inside" and depth < 2:
        pytest.skip("there is no layer inside")
    values = {L: depth, INDEX: 2}
    found = expand_sums(gradient(SUM, overlap(number), known), values)
    expected = gradient(expand_sums(SUM, {L: depth}), overlap(reindex(number, values)))
    assert equal(found, expected)


UNDECIDED = {
    "a generic layer without a range": (overlap(INDEX), ()),
    "a range that begins too low": (overlap(INDEX), (INDEX - 1, L + 1 - INDEX)),
    "a layer whose place depends on the depth": (overlap(sympy.Integer(2)), ()),
}


@pytest.mark.parametrize("case", UNDECIDED)
def test_what_cannot_be_decided_raises(case):
    with pytest.raises(NoRule, match="give the range of its number"):
        gradient(SUM, *UNDECIDED[case])


def test_a_layer_outside_the_sum_has_no_gradient():
    assert build.is_zero(gradient(SUM, overlap(L + 2)))
    assert build.is_zero(gradient(SUM, LayerOverlap("U", size(1), 1)))


def test_a_number_inside_a_sum_has_no_rule():
    with pytest.raises(NoRule, match="inside a sum over layers"):
        gradient(layer_sum(L * LayerValue("s", INDEX), INDEX, 3), L)


def test_half_a_layer_is_no_member():
    total = layer_sum(build.logdet(overlap(2 * INDEX)), INDEX, L)
    assert place_in_sum(2 * INDEX, 2 * INDEX - 1, total, (INDEX - 1, L - INDEX)) is None
    assert place_in_sum(2 * INDEX, 2 * INDEX, total, (INDEX - 1, L - INDEX)) == INDEX


@pytest.mark.parametrize(
    ("expression", "known", "expected"),
    [
        (L - 1, (), True),
        (L - 2, (), None),
        (L - 2, (L - 2,), True),
        (-L, (), False),
        (L - INDEX, (L - 1 - INDEX,), True),
        (INDEX - L - 1, (L - INDEX,), False),
        (2 * INDEX - L, (L - INDEX,), None),
        (sympy.Integer(3), (), True),
        (sympy.Integer(-1), (), False),
    ],
)
def test_linear_expressions_in_numbers_of_layers(expression, known, expected):
    assert is_at_least_zero(expression, known) is expected


def test_an_empty_range_is_refused():
    with pytest.raises(NoRule, match="no number of layers"):
        is_at_least_zero(L - INDEX, (INDEX - 5, 3 - INDEX))


def test_products_have_the_highest_layer_on_the_left():
    factor = LayerMatrix("R", 2, INDEX)
    written = expand_sums(LayerProduct(factor, INDEX, 1, L), {L: 3})
    matrices = {k: np.random.default_rng(k).normal(size=(2, 2)) for k in (1, 2, 3)}
    values = {LayerMatrix("R", 2, k): matrices[k] for k in matrices}
    found = evaluate(written, values)
    np.testing.assert_allclose(found, matrices[3] @ matrices[2] @ matrices[1])


def test_sums_are_never_asked_to_do_anything():
    assert rebuild(SUM, lambda _: None) == SUM
    assert type(SUM) is sympy.Sum


# One matrix for all layers, of which every layer has the first rows.


def count(number):
    return LayerCount("m", number)


ALL = LayerOverlap("G", count(1), 1)
FIRST = build.block(ALL, 0, count(INDEX + 1))
OWN = build.block(ALL, count(INDEX + 1), count(INDEX) - count(INDEX + 1))
HEADS = count(INDEX) / count(INDEX + 1) - 1
EMBEDDED = build.embed(build.scale(LayerValue("s", INDEX), build.inv(FIRST)), 0, count(1))
MATRICES = build.layer_sum(EMBEDDED, INDEX, sympy.S.One, L)
NUMBERS = layer_sum(
    LayerValue("s", INDEX) * build.trace(build.mul(build.inv(build.lift(FIRST, HEADS)), OWN))
    + build.logdet(FIRST),
    INDEX, L,
)  # fmt: skip


def values(depth):
    """Numbers of vectors that grow downwards by unequal factors, variances and overlaps."""
    rng = np.random.default_rng(depth)
    sizes = {count(depth + 1): 2}
    for number in range(depth, 0, -1):
        sizes[count(number)] = sizes[count(number + 1)] * (2 + number % 2)
    root = rng.normal(size=(sizes[count(1)],) * 2)
    variances = {LayerValue("s", number): 0.6 + 0.3 * number for number in range(1, depth + 1)}
    return {**sizes, **variances, ALL: root @ root.T + np.eye(len(root)), L: depth}


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_sum_of_matrices_is_that_of_its_terms(depth):
    given = values(depth)
    found = evaluate(MATRICES, given)
    expected = np.zeros_like(found)
    for number in range(1, depth + 1):
        rows = given[count(number + 1)]
        inverse = np.linalg.inv(given[ALL][:rows, :rows])
        expected[:rows, :rows] += given[LayerValue("s", number)] * inverse
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    written = expand_sums(MATRICES, {L: depth})
    np.testing.assert_allclose(evaluate(written, given), expected, rtol=1e-12)


def differences(expression, depth):
    """Slopes along a random symmetric direction, by central differences and by the gradient."""
    given = values(depth)
    root = np.random.default_rng(7).normal(size=given[ALL].shape)
    along = root + root.T

    def value(step):
        moved = {**given, ALL: given[ALL] + step * along}
        return evaluate(expand_sums(expression, {L: depth}), moved)

    slope = evaluate(gradient(expression, ALL), given)
    np.testing.assert_allclose(slope, slope.T, rtol=1e-12)
    return float(np.sum(slope * along)), (value(1e-5) - value(-1e-5)) / 2e-5


INSIDE = build.logdet(build.add(ALL, build.mul(MATRICES, ALL, MATRICES)))


@pytest.mark.parametrize("expression", [NUMBERS, INSIDE, NUMBERS * INSIDE])
@pytest.mark.parametrize("depth", [1, 3])
def test_a_matrix_in_all_terms_has_a_sum_as_gradient(expression, depth):
    """Also through a sum of matrices; second-order differences of step 1e-5 are good to 1e-8."""
    found, expected = differences(expression, depth)
    assert found == pytest.approx(expected, rel=1e-7)


def test_the_gradient_of_a_sum_is_one_sum():
    slope = normal(gradient(NUMBERS, ALL))
    assert {type(term) for _, (term,) in map(build.split, build.terms(slope))} == {LayerSum}


def test_a_sum_of_matrices_keeps_the_rules_of_matrices():
    loose = LayerMatrix("R", 3, INDEX)
    total = build.layer_sum(loose, INDEX, sympy.S.One, L)
    flipped = build.transpose(total)
    assert flipped == build.layer_sum(build.transpose(loose), INDEX, sympy.S.One, L)
    assert build.transpose(flipped) == total and build.transpose(MATRICES) == MATRICES
    twice = build.layer_sum(build.scale(2 * L, loose), INDEX, sympy.S.One, L)
    assert twice == build.scale(2 * L, total)
    both = build.layer_sum(build.add(loose, build.transpose(loose)), INDEX, sympy.S.One, L)
    assert equal(both, build.add(total, flipped)) and both != build.add(total, flipped)
    assert build.is_zero(build.layer_sum(sympy.ZeroMatrix(3, 3), INDEX, sympy.S.One, L))
    assert rebuild(MATRICES, lambda _: None) == MATRICES
    with pytest.raises(ShapeError, match="depends on it"):
        build.layer_sum(FIRST, INDEX, sympy.S.One, L)


def test_the_index_of_a_sum_is_its_own():
    assert reindex(MATRICES, {INDEX: sympy.Integer(2)}) == MATRICES
    assert reindex(NUMBERS, {INDEX: sympy.Integer(2), L: sympy.Integer(3)}).args[1][2] == 3
    assert MATRICES.free_symbols == {L}


def test_a_sum_of_matrices_is_drawn_with_its_limits():
    assert latex(MATRICES) == (
        r"\sum_{l = 1}^L\left[\sigma_l^2 \mathcal{E}_{0:m_{l+1}}"
        r"\bigl[[G_1]_{0:m_{l+1}}^{-1}\bigr]\right]"
    )
    assert plain(MATRICES) == "∑_{l = 1}^L[σₗ² ℰ_{0:mₗ₊₁}[[G₁]_{0:mₗ₊₁}⁻¹]]"
