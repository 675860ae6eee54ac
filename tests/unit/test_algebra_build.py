"""The constructors: shapes are checked, symbolic or not, and safe identities applied."""

import pytest
import sympy
from sympy import Identity, ZeroMatrix

from derive.algebra import build
from derive.errors import ShapeError
from derive.theories.networks.nodes import Attended, path_kernel, path_projection, path_readout

H, N = sympy.symbols("H N", positive=True, integer=True)
S = sympy.Symbol("s", positive=True)
U, V = build.overlap("U", 2), build.overlap("V", 2)
F = build.matrix_symbol("F", 2, 3)
Y = build.matrix_symbol("y", 2, 1)
W = build.overlap("W", 2 * H)
X = Attended("X", 4, 3, 2)

WRONG = {
    "product": lambda: build.mul(F, U),
    "product of columns": lambda: build.mul(Y, Y),
    "product of symbolic sizes": lambda: build.mul(
        build.matrix_symbol("A", H, N), build.matrix_symbol("B", H, N)
    ),
    "product of lifts": lambda: build.mul(build.lift(F, 2), build.lift(V, 2)),
    "product without a matrix": lambda: build.mul(2, S),
    "sum": lambda: build.add(U, build.overlap("A", 3)),
    "sum of symbolic sizes": lambda: build.add(build.overlap("A", H), build.overlap("B", N)),
    "inverse": lambda: build.inv(F),
    "inverse of a symbolic shape": lambda: build.inv(build.matrix_symbol("A", H, N)),
    "trace": lambda: build.trace(F),
    "log determinant": lambda: build.logdet(F),
    "diagonal": lambda: build.diagonal(F),
    "partial trace of an odd size": lambda: build.partial_trace(build.overlap("A", 3), 2),
    "partial trace of a symbolic size": lambda: build.partial_trace(build.overlap("A", H + 1), H),
    "partial trace of no square": lambda: build.partial_trace(build.matrix_symbol("A", 4, 2), 2),
    "block of no square": lambda: build.block(F, 0, 1),
    "block that ends outside": lambda: build.block(U, 1, 2),
    "block that begins outside": lambda: build.block(U, -1, 1),
    "block larger by a symbol's difference": lambda: build.block(build.overlap("A", H), 0, H + 1),
    "embed that ends outside": lambda: build.embed(U, 1, 2),
    "block diagonal of no square": lambda: build.block_diagonal(U, F),
    "stack": lambda: build.stack(U, F),
    "readout of paths": lambda: path_readout(U, X),
    "kernel of paths": lambda: path_kernel(build.overlap("A", 3), X, X),
    "projection on paths": lambda: path_projection(U, X, X),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_sizes_that_do_not_fit_are_refused_in_one_line(make):
    with pytest.raises(ShapeError) as caught:
        make()
    assert ":" in str(caught.value) and "\n" not in str(caught.value)


def test_sizes_are_compared_as_polynomials():
    left = build.matrix_symbol("A", 2, H * (H + 1))
    right = build.matrix_symbol("B", H**2 + H, 2)
    assert build.mul(left, right).shape == (2, 2)


def test_identities_and_neighbouring_inverses_vanish():
    assert build.mul(Identity(2), U, Identity(2)) == U
    assert build.mul(U, build.inv(U), V) == V
    assert build.mul(build.inv(build.inv(U)), V) == build.mul(U, V)
    assert build.mul(2, Identity(2), S) == build.scale(2 * S, Identity(2))
    assert build.is_zero(build.mul(0, U))


def test_what_is_not_a_square_inverse_pair_stays():
    left = build.inv(build.mul(F, build.transpose(F)))
    assert build.mul(left, F).args == (left, F)


def test_equal_terms_are_collected_also_multiples_of_the_identity():
    assert build.add(U, U) == build.scale(2, U)
    assert build.is_zero(build.subtract(U, U))
    assert build.is_zero(build.subtract(Identity(2), Identity(2)))
    assert build.add(Identity(2), build.scale(2, Identity(2))) == build.scale(3, Identity(2))


def test_sums_and_traces_have_one_order():
    assert build.add(U, V) == build.add(V, U)
    A = build.matrix_symbol("A", 2, 2)
    first = build.trace(build.mul(U, V, A))
    assert first == build.trace(build.mul(A, U, V)) == build.trace(build.mul(V, A, U))
    assert first == build.trace(build.mul(build.transpose(A), V, U))
    assert first != build.trace(build.mul(V, U, A))


def test_transposes_are_carried_to_the_symbols():
    A = build.matrix_symbol("A", 2, 2)
    product = build.mul(S, U, A, build.inv(V))
    flipped = build.transpose(product)
    assert flipped == build.mul(S, build.inv(V), build.transpose(A), U)
    assert build.transpose(flipped) == product
    assert build.transpose(build.add(U, A)) == build.add(U, build.transpose(A))
    assert build.transpose(build.lift(A, H)) == build.lift(build.transpose(A), H)
    kernel = path_kernel(A, X, X)
    assert build.transpose(kernel) == path_kernel(build.transpose(A), X, X)
    assert build.is_symmetric(path_kernel(U, X, X))
    assert not build.is_symmetric(build.mul(U, V))


def test_lifts_merge_and_leave_partial_traces():
    assert build.mul(build.lift(U, H), build.lift(V, H)) == build.lift(build.mul(U, V), H)
    assert build.lift(U, 1) == U
    assert build.inv(build.lift(U, H)) == build.lift(build.inv(U), H)
    assert build.partial_trace(build.lift(U, H), H) == build.scale(H, U)
    inside = build.partial_trace(build.mul(build.lift(U, H), W, build.lift(V, H)), H)
    assert inside == build.mul(U, build.partial_trace(W, H), V)
    assert build.trace(build.mul(build.lift(U, H), W)) == build.trace(
        build.mul(U, build.partial_trace(W, H))
    )


def test_traces_and_determinants_are_taken_apart():
    assert build.trace(build.scale(S, Identity(H))) == S * H
    assert build.trace(build.lift(U, H)) == H * build.trace(U)
    assert build.trace(build.partial_trace(W, H)) == build.trace(W)
    assert build.logdet(build.lift(build.scale(S, U), H)) == 2 * H * sympy.log(
        S
    ) + H * build.logdet(U)
    assert build.logdet(build.mul(U, build.inv(V))) == build.logdet(U) - build.logdet(V)
    assert build.logdet(build.block_diagonal(U, V)) == build.logdet(U) + build.logdet(V)
    assert build.logdet(Identity(H)) == 0


def test_blocks_of_embedded_and_diagonal_matrices_are_found():
    big = build.embed(U, H, 2 * H + 2)
    assert build.block(big, H, 2) == U
    both = build.block_diagonal(U, W, V)
    assert build.block(both, 2, 2 * H) == W
    assert build.block(both, 2, 2 * H + 2) == build.block_diagonal(W, V)
    assert build.block(build.block(both, 0, 2 * H + 2), 2, 2 * H) == W
    assert build.block(U, 0, 2) == U
    assert build.block(Identity(4), 1, 2) == Identity(2)


def test_linear_maps_of_zero_are_zero():
    nothing = ZeroMatrix(2, 2)
    for image in (
        build.lift(nothing, 2),
        build.partial_trace(nothing, 2),
        build.block(nothing, 0, 1),
        build.embed(nothing, 0, 3),
        path_kernel(nothing, X, X),
    ):
        assert build.is_zero(image)
    assert build.trace(nothing) == 0


def test_one_by_one_matrices_commute():
    p, q = build.overlap("p", 1), build.overlap("q", 1)
    assert build.mul(p, q) == build.mul(q, p)
    assert build.mul(p, q, build.inv(p)) == q


def test_picking_rows_that_stand_side_by_side_is_a_block():
    assert build.pick(W, ((0, 1), (1, H))) == build.block(W, 0, H + 1)
    chosen = build.pick(W, ((0, 1), (H, 1)))
    assert chosen.shape == (2, 2) and build.is_symmetric(chosen)
