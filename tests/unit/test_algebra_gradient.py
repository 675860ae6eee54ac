"""Gradients of every node against differences, and what has no gradient."""

import pytest
import sympy
from gradient_cases import CASES, SCALARS, SKEW, UPPER, S, U, V, slope_error

from derive.algebra import build, differentiate, gradient, nodes, substitute
from derive.errors import NoRule

H = sympy.Symbol("H", positive=True, integer=True)
W = build.overlap("W", 2 * H)
Y = build.matrix_symbol("y", 2, 1)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_the_gradient_through_every_node_agrees_with_differences(kind):
    expression, variable = CASES[kind]
    assert any(type(node) is kind for node in sympy.preorder_traversal(expression))
    assert slope_error(expression, variable) < 1e-20


@pytest.mark.parametrize("expression", SCALARS.values(), ids=SCALARS)
def test_the_derivative_in_a_number_agrees_with_differences(expression):
    assert slope_error(expression, S) < 1e-20


def test_there_is_a_case_for_every_rule():
    assert set(CASES) == set(differentiate.RULES)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_gradients_are_symmetric(kind):
    expression, variable = CASES[kind]
    assert build.is_symmetric(gradient(expression, variable))


def test_the_convention_for_symmetric_matrices_is_the_trace_with_the_change():
    """dS = tr(G dU): an off-diagonal entry of G is half of what moving both entries does."""
    first = build.embed(build.block(U, 0, 1), 0, 2)
    assert gradient(build.trace(U), U) == sympy.Identity(2)
    assert gradient(build.trace(build.mul(SKEW, UPPER)), U) != build.mul(
        build.block(V, 1, 2), UPPER
    )  # not symmetrised
    assert gradient(build.trace(first), U) == build.embed(sympy.Identity(1), 0, 2)


def test_no_dependence_has_gradient_zero():
    assert build.is_zero(gradient(build.logdet(V), U))
    assert gradient(build.logdet(V), S) == 0
    assert gradient(build.trace(W), H) == 0  # a symbol, whatever its size


class Unknown(nodes.Matrix):
    shape = (2, 2)


class UnknownNumber(nodes.Scalar):
    pass


NO_RULE = {
    "a node that is not ours": (build.trace(Unknown(U)), U, "Unknown"),
    "a node of two arguments": (build.trace(Unknown(U, V)), U, "Unknown"),
    "a number that is not ours": (S * UnknownNumber(U), U, "UnknownNumber"),
    "the diagonal": (build.trace(build.mul(build.transpose(Y), build.diagonal(U))), U, "Diagonal"),
    "overlaps of vectors": (build.logdet(build.gram(build.mul(U, UPPER))), U, "Gram"),
    "a density": (nodes.LogNormal(Y, sympy.ZeroMatrix(2, 1), U), U, "LogNormal"),
    "a function": (sympy.exp(build.trace(U)), U, "exp"),
    "an exponent": (2**S, S, "exponent"),
    "a number of heads": (build.logdet(build.add(U, build.partial_trace(W, H))), H, "size H"),
    "a place": (build.logdet(build.block(W, H, 2)), H, "size H"),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "variable", "name"), NO_RULE.values(), ids=NO_RULE)
def test_a_node_without_a_rule_raises_and_names_itself(expression, variable, name):
    with pytest.raises(NoRule, match=rf"differentiate has no rule for .*{name}"):
        gradient(expression, variable)


def test_a_shared_subexpression_is_differentiated_once_and_summed():
    inverse = build.inv(build.add(U, UPPER))
    expression = build.trace(inverse) ** 2 + build.trace(build.mul(inverse, UPPER, inverse))
    assert slope_error(expression, U) < 1e-20


def test_gradients_survive_numbers_in_the_place_of_heads():
    general = gradient(build.logdet(build.partial_trace(W, H)), W)
    number = build.overlap("W", 4)
    special = gradient(build.logdet(build.partial_trace(number, 2)), number)
    assert substitute(general, {H: sympy.Integer(2)}) == special
