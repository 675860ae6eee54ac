"""Properties of the algebra on random expressions: rewriting never changes a value."""

import numpy as np
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Identity, MatAdd, MatMul, Trace

from derive.algebra import build, equal, evaluate, gradient, normal, rebuild, substitute
from derive.theories.networks.nodes import Attended, path_kernel, path_projection

S = sympy.Symbol("s", positive=True)
U, V, W = (build.overlap(name, 2) for name in "UVW")
A, B = (build.matrix_symbol(name, 2, 2) for name in "AB")
BIG = build.overlap("G", 4)
X = Attended("X", 2, 3, 2)
RNG = np.random.default_rng(2)


def positive(size):
    root = RNG.integers(-3, 4, (size, size))
    return (root @ root.T + 3 * np.eye(size, dtype=int)).tolist()


VALUES = {
    S: sympy.Rational(5, 4),
    **{symbol: positive(2) for symbol in (U, V, W)},
    A: [[1, 2], [-1, 3]],
    B: [[2, 0], [1, -2]],
    BIG: positive(4),
    X: RNG.integers(-2, 3, (2, 3, 2)),
}
LEAVES = st.sampled_from([U, V, W, A, B, Identity(2)])
NUMBERS = st.sampled_from([sympy.Integer(2), sympy.Rational(-1, 3), S, 1 / S, S + 1])


def _maps(matrix):
    """2 x 2 matrices made from a 2 x 2 matrix through larger ones."""
    return [
        build.transpose(matrix),
        build.partial_trace(build.mul(build.lift(matrix, 2), BIG), 2),
        build.partial_trace(build.mul(BIG, build.lift(matrix, 2), BIG), 2),
        build.block(build.mul(BIG, build.embed(matrix, 1, 4)), 1, 2),
        build.block(build.mul(BIG, build.block_diagonal(matrix, U)), 0, 2),
        path_projection(path_kernel(matrix, X, X), X, X),
        build.inv(build.add(build.mul(matrix, build.transpose(matrix)), Identity(2))),
    ]


def _grow(children):
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda pair: build.mul(*pair)),
        pairs.map(lambda pair: build.add(*pair)),
        st.tuples(NUMBERS, children).map(lambda pair: build.scale(*pair)),
        st.tuples(children, st.integers(0, 6)).map(lambda pair: _maps(pair[0])[pair[1]]),
    )


MATRICES = st.recursive(LEAVES, _grow, max_leaves=6)
QUICK = settings(max_examples=60, deadline=None)


def close(first, second):
    found, expected = (np.ravel(evaluate(item, VALUES, 40)) for item in (first, second))
    return bool(abs(found - expected).max() <= 1e-30 * (1 + abs(expected).max()))


@QUICK
@given(MATRICES)
def test_the_normal_form_has_the_same_value_and_is_stable(matrix):
    form = normal(matrix)
    assert close(form, matrix)
    assert normal(form) == form


@QUICK
@given(MATRICES)
def test_the_normal_form_of_a_trace_has_the_same_value(matrix):
    number = build.trace(matrix)
    assert close(number, Trace(matrix))
    assert close(normal(number), number)


@QUICK
@given(MATRICES, MATRICES)
def test_traces_do_not_depend_on_the_order_or_on_transposes(first, second):
    product = normal(build.trace(build.mul(first, second)))
    assert product == normal(build.trace(build.mul(second, first)))
    flipped = build.mul(build.transpose(second), build.transpose(first))
    assert close(build.trace(flipped), product)


@QUICK
@given(MATRICES, MATRICES)
def test_sums_do_not_depend_on_their_order(first, second):
    assert build.add(first, second) == build.add(second, first)
    assert equal(build.subtract(build.add(first, second), second), first)


@QUICK
@given(MATRICES, MATRICES, MATRICES)
def test_products_distribute(first, second, third):
    together = build.mul(first, build.add(second, third))
    apart = build.add(build.mul(first, second), build.mul(first, third))
    assert equal(together, apart)


@QUICK
@given(MATRICES)
def test_the_transpose_has_the_transposed_value_and_undoes_itself(matrix):
    flipped = build.transpose(matrix)
    assert evaluate(flipped, VALUES, 40).tolist() != [] and flipped.shape == (2, 2)
    difference = evaluate(flipped, VALUES, 40) - evaluate(matrix, VALUES, 40).T
    assert abs(difference).max() <= 1e-30 * (1 + abs(evaluate(matrix, VALUES, 40)).max())
    assert normal(build.transpose(flipped)) == normal(matrix)


@QUICK
@given(MATRICES)
def test_rebuilding_changes_the_form_at_most(matrix):
    assert normal(rebuild(matrix, lambda _: None)) == normal(matrix)


@QUICK
@given(MATRICES, MATRICES)
def test_equality_is_sound(first, second):
    if equal(first, second):
        assert close(first, second)


@QUICK
@given(MATRICES)
def test_substituting_a_value_first_or_last_is_the_same(matrix):
    if not matrix.has(U):
        return
    replaced = substitute(matrix, {U: build.scale(2, V)})
    moved = {**VALUES, U: (2 * np.array(VALUES[V])).tolist()}
    found, expected = evaluate(replaced, VALUES, 40), evaluate(matrix, moved, 40)
    assert abs(found - expected).max() <= 1e-30 * (1 + abs(expected).max())


@settings(max_examples=30, deadline=None)
@given(MATRICES)
def test_gradients_agree_with_differences(matrix):
    """dS = tr(G dU) along a symmetric direction, by two differences extrapolated."""
    number, direction = build.trace(matrix), np.array([[1, 2], [2, 5]])
    found = (evaluate(gradient(number, U), VALUES, 40) * direction).sum()

    def value(step):
        centre = sympy.Matrix(VALUES[U]) + step * sympy.Matrix(direction)
        return evaluate(number, {**VALUES, U: centre.tolist()}, 40)

    step = sympy.Rational(1, 10**7)
    near, far = (
        (value(k * step) - value(-k * step)) / (2 * k) / evaluate(step, {}, 40) for k in (1, 2)
    )
    assert abs((4 * near - far) / 3 - found) <= 1e-18 * (1 + abs(found) + abs(value(0)))


@QUICK
@given(MATRICES)
def test_linear_maps_and_their_adjoints(matrix):
    """<L A, B> = <A, L^T B> for the maps that differentiation hands cotangents through."""

    def inner(first, second):
        return build.trace(build.mul(build.transpose(first), second))

    square = build.mul(BIG, build.lift(B, 2), BIG)
    pairs = (
        (inner(build.lift(matrix, 2), square), inner(matrix, build.partial_trace(square, 2))),
        (inner(build.embed(matrix, 1, 4), square), inner(matrix, build.block(square, 1, 2))),
        (
            inner(path_kernel(matrix, X, X), B),
            inner(matrix, path_projection(B, X, X)),
        ),
    )
    for one, other in pairs:
        assert close(one, other)


def test_sympy_objects_that_were_not_built_here_get_the_same_normal_form():
    made = normal(MatAdd(MatMul(U, V), MatMul(S, MatAdd(W, A))))
    assert made == normal(build.add(build.mul(U, V), build.scale(S, A), build.scale(S, W)))
