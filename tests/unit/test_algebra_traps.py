"""Every trap of SymPy that the expression language must not fall into."""

import mpmath
import numpy as np
import pytest
import sympy
from sympy import HadamardProduct, Identity, Inverse, KroneckerProduct, MatAdd, MatPow, Trace

from derive.algebra import (
    build,
    equal,
    evaluate,
    gradient,
    latex,
    nodes,
    normal,
    rebuild,
    substitute,
)
from derive.errors import NoRule, ShapeError
from derive.theories.networks.nodes import Attended, path_kernel, path_projection

S = sympy.Symbol("s", positive=True)
H = sympy.Symbol("H", positive=True, integer=True)
U, V = build.overlap("U", 2), build.overlap("V", 2)
A = build.matrix_symbol("A", 2, 2)
X = Attended("X", 2, 3, 2)
KERNEL = path_kernel(U, X, X)
NUMBERS = [[2, 1], [1, 3]]


class Unknown(nodes.Matrix):
    shape = (2, 2)


class UnknownNumber(nodes.Scalar):
    pass


MATRIX_NUMBERS = {
    "ln det": build.logdet(U),
    "trace": build.trace(U),
    "the two together": Trace(U) - sympy.log(sympy.Determinant(U)),
    "trace of an inverse": build.trace(build.inv(U)),
    "kernel": build.trace(path_kernel(U, X, X)),
    "projection": build.trace(path_projection(U, X, X)),
    "lift": build.logdet(build.add(build.lift(U, 2), Identity(4))),
    "density": nodes.LogNormal(build.matrix_symbol("x", 2, 1), sympy.ZeroMatrix(2, 1), U),
    "Kronecker product": Trace(KroneckerProduct(V, U)),
}


@pytest.mark.parametrize("expression", MATRIX_NUMBERS.values(), ids=MATRIX_NUMBERS)
def test_diff_by_an_order_parameter_raises(expression):
    with pytest.raises(ValueError, match="Can't calculate derivative"):
        expression.diff(U)


MAPS = {
    "lift": build.lift(A, 2),
    "partial trace": build.partial_trace(build.matrix_symbol("B", 4, 4), 2),
    "block": build.block(build.mul(A, U), 0, 1),
    "embed": build.embed(A, 0, 3),
    "block diagonal": build.block_diagonal(A, U),
    "stack": build.stack(A, U),
    "overlaps": build.gram(A),
    "kernel": path_kernel(A, X, X),
    "projection": path_projection(A, X, X),
    "diagonal": build.diagonal(A),
}


@pytest.mark.parametrize("matrix", MAPS.values(), ids=MAPS)
def test_diff_of_our_matrices_raises(matrix):
    with pytest.raises(NotImplementedError, match=r"use derive\.algebra\.gradient"):
        matrix._eval_derivative(S)
    with pytest.raises(NotImplementedError, match=r"use derive\.algebra\.gradient"):
        matrix._eval_derivative_matrix_lines(A)


def test_diff_of_our_numbers_by_a_number_raises():
    covariance = build.add(U, build.mul(S, Identity(2)))
    with pytest.raises(NotImplementedError, match=r"use derive\.algebra\.gradient"):
        build.logdet(covariance).diff(S)
    assert gradient(build.logdet(covariance), S) == build.trace(build.inv(covariance))


def test_a_number_made_of_matrices_commutes():
    for number in (build.logdet(U), nodes.LogMultigamma(S, 2)):
        assert number.is_commutative is True
        assert S * number == number * S


def test_matrix_sums_and_traces_have_an_order_that_sympy_does_not_give():
    assert MatAdd(U, V) != MatAdd(V, U)
    assert normal(MatAdd(U, V)) == normal(MatAdd(V, U))
    assert Trace(sympy.MatMul(U, V, A)) != Trace(sympy.MatMul(V, A, U))
    assert normal(Trace(sympy.MatMul(U, V, A))) == normal(Trace(sympy.MatMul(V, A, U)))


def test_numbers_distribute_over_sums_in_normal_form_symbols_too():
    for number in (sympy.Integer(2), S):
        product = build.mul(number, build.add(U, V))
        assert normal(product) == build.add(build.scale(number, U), build.scale(number, V))


def test_products_of_inverses_do_not_become_powers():
    product = build.mul(build.inv(U), build.inv(U))
    assert [type(factor) for factor in product.args] == [Inverse, Inverse]
    assert evaluate(product, {U: [[2, 0], [0, 4]]}).tolist() == [[0.25, 0], [0, 0.0625]]


def test_what_is_not_square_is_not_cancelled():
    """SymPy cancels X.I * X for any X; X of shape (N, P) has no inverse."""
    with pytest.raises(ShapeError):
        build.inv(build.matrix_symbol("X", H, 2))


def test_symbolic_shapes_are_checked():
    with pytest.raises(ShapeError):
        build.add(build.overlap("A", H), build.overlap("B", H + 1))


# Substitution


def test_substitution_is_simultaneous():
    swapped = substitute(build.trace(build.mul(U, V, V)), {U: V, V: U})
    assert swapped == build.trace(build.mul(V, U, U))


def test_a_substitution_that_hits_nothing_raises():
    with pytest.raises(NoRule, match="V does not occur"):
        substitute(build.logdet(U), {V: U})


def test_a_symbol_of_another_size_is_another_symbol_and_is_missed_loudly():
    general = build.logdet(build.overlap("G", H))
    with pytest.raises(NoRule, match="does not occur"):
        substitute(general, {build.overlap("G", 2): U})
    special = substitute(general, {H: sympy.Integer(2)})
    assert special == build.logdet(build.overlap("G", 2))
    assert substitute(special, {build.overlap("G", 2): U}) == build.logdet(U)


def test_a_symmetric_symbol_takes_no_other_matrix():
    with pytest.raises(NoRule, match="U is symmetric"):
        substitute(build.logdet(U), {U: build.mul(U, V)})


def test_a_matrix_takes_no_matrix_of_another_shape():
    with pytest.raises(ShapeError, match="U has shape"):
        substitute(build.logdet(U), {U: build.overlap("W", 3)})
    replaced = substitute(
        build.logdet(build.overlap("G", H)), {H: sympy.Integer(2), build.overlap("G", H): U}
    )
    assert replaced == build.logdet(U)


# Numbers


@pytest.mark.parametrize("expression", [0.1 * build.trace(U), build.scale(0.1, U), S + 0.01])
def test_a_float_literal_is_refused(expression):
    with pytest.raises(NoRule, match="Float"):
        evaluate(expression, {U: NUMBERS, S: 1}, 30)


def test_precision_is_an_argument_and_touches_nothing_global():
    before = mpmath.mp.dps
    third = evaluate(build.trace(build.inv(U)) / 7, {U: NUMBERS}, 60)
    assert mpmath.mp.dps == before == 15
    with mpmath.workdps(5):
        again = evaluate(build.trace(build.inv(U)) / 7, {U: NUMBERS}, 60)
    assert third == again
    context = mpmath.MPContext()
    context.dps = 60
    assert abs(third - context.mpf(1) / 7) < context.mpf(10) ** -58


def test_strings_and_rationals_are_taken_exactly():
    for value in ("0.01", sympy.Rational(1, 100)):
        found = evaluate(S, {S: value}, 40)
        assert abs(found * 100 - 1) < 1e-38


def test_a_float_is_taken_as_the_binary_number_that_it_is():
    assert evaluate(S, {S: 0.1}, 40) == evaluate(S, {S: sympy.Rational(0.1)}, 40)


UNVALUED = {
    "a symbol without a value": (build.logdet(V), {U: NUMBERS}, NoRule, "V"),
    "a node without a rule": (Unknown(U), {U: NUMBERS}, NoRule, "Unknown"),
    "SymPy's own matrix power": (MatPow(U, 2), {U: NUMBERS}, NoRule, "MatPow"),
    "a determinant below zero": (build.logdet(U), {U: [[1, 2], [2, 1]]}, NoRule, "determinant"),
    "a logarithm of a negative number": (sympy.log(S), {S: -1}, NoRule, "positive"),
    "another shape": (build.logdet(U), {U: np.eye(3)}, ShapeError, "shape"),
    "no symmetry": (build.logdet(U), {U: [[1, 2], [0, 1]]}, ShapeError, "symmetric"),
    "data of another shape": (KERNEL, {U: NUMBERS, X: np.ones((2, 2, 3))}, ShapeError, "shape"),
    "a size that is no whole number": (Identity(H), {H: 2.5}, ShapeError, "whole"),
}  # fmt: skip


@pytest.mark.parametrize("digits", [None, 30], ids=["float64", "30 digits"])
@pytest.mark.parametrize(("expression", "values", "error", "word"), UNVALUED.values(), ids=UNVALUED)
def test_a_value_that_cannot_be_right_is_refused(expression, values, error, word, digits):
    with pytest.raises(error, match=word):
        evaluate(expression, values, digits)


# A node without a rule


NO_RULE = {
    "rebuild": lambda node: rebuild(node, lambda _: None),
    "normal": normal,
    "substitute": lambda node: substitute(node, {V: U}),
    "evaluate": lambda node: evaluate(node, {U: NUMBERS}),
    "latex": latex,
    "gradient": lambda node: gradient(build.trace(node) if node.is_Matrix else node, U),
}


@pytest.mark.parametrize("operation", NO_RULE.values(), ids=NO_RULE)
@pytest.mark.parametrize(
    "node", [Unknown(U), UnknownNumber(U), KroneckerProduct(U, U), HadamardProduct(U, U)], ids=str
)
def test_every_operation_names_a_node_that_it_has_no_rule_for(operation, node):
    with pytest.raises(NoRule, match=type(node).__name__):
        operation(node)


def test_dispatch_is_on_the_exact_type():
    """MatAdd inherits Add and MatMul inherits Mul: a scalar rule must never serve a matrix."""

    class Inherited(sympy.MatMul):
        pass

    with pytest.raises(NoRule, match="Inherited"):
        evaluate(sympy.Basic.__new__(Inherited, U, V), {U: NUMBERS, V: NUMBERS})


def test_what_cannot_be_proved_equal_is_not():
    assert equal(build.mul(U, build.add(V, Identity(2))), build.add(build.mul(U, V), U))
    assert not equal(build.mul(U, V), build.mul(V, U))
    number = build.trace(build.mul(U, build.add(V, Identity(2))))
    assert equal(number, build.trace(build.mul(V, U)) + build.trace(U))
    assert not equal(number, number + 1) and not equal(number, -number)
