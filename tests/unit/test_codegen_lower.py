"""Lowering to products of two factors: the cheapest order, transposes and factors found once."""

import itertools

import numpy as np
import pytest
import sympy
from small_networks import NETWORKS, solver
from sympy import Inverse, MatMul, Transpose

from derive.algebra import build, nodes
from derive.errors import NoRule
from derive.programs.lower import Cholesky, Lowering, alike, nominal_size
from derive.theories.networks.module.names import typical_size
from derive.theories.networks.nodes import Attended, path_kernel

P, N0, M = (sympy.Symbol(name, positive=True, integer=True) for name in ("P", "N_0", "H_1"))
ONE = sympy.S.One


def lowering():
    return Lowering(typical_size)


def nominal(size):
    return nominal_size(size, typical_size)


def walk(roots):
    seen = {}
    todo = list(roots)
    while todo:
        node = todo.pop()
        if node not in seen and isinstance(node, sympy.Basic):
            seen[node] = None
            todo += node.args
    return list(seen)


def pairs(roots):
    """The lowered products of two matrices."""
    return [n for n in walk(roots) if type(n) is MatMul and n.args[0].is_Matrix]


def cost(product):
    left, right = product.args
    sizes = (left.shape[0], left.shape[1], right.shape[1])
    return np.prod([nominal(size) for size in sizes])


def cheapest(sizes):
    """The least cost of a chain of products, by trying every order."""
    if len(sizes) < 3:
        return 0.0
    ends = sizes[0] * sizes[-1]
    cuts = range(1, len(sizes) - 1)
    return min(cheapest(sizes[: k + 1]) + cheapest(sizes[k:]) + ends * sizes[k] for k in cuts)


def test_sizes_that_a_theory_says_nothing_of_are_alike():
    assert nominal_size(P * M + 1, alike) == nominal_size(N0 * M + 1, alike) == 100**2 + 1
    assert nominal(P) > nominal(N0) > nominal(M) > 1


@pytest.mark.parametrize("seed", range(12))
def test_a_product_runs_in_the_cheapest_order(seed):
    rng = np.random.default_rng(seed)
    sizes = [(P, N0, M, ONE)[k] for k in rng.integers(0, 4, size=6)]
    factors = [
        sympy.MatrixSymbol(f"A_{k}", rows, columns)
        for k, (rows, columns) in enumerate(itertools.pairwise(sizes))
    ]
    product = sympy.Basic.__new__(MatMul, *factors)
    found = pairs([lowering().of(product)])
    assert len(found) == len(factors) - 1
    assert all(len(pair.args) == 2 for pair in found)
    best = cheapest([nominal(size) for size in sizes])
    assert sum(cost(pair) for pair in found) == best


def test_a_product_that_ends_in_a_column_is_made_of_matrices_times_columns():
    square = [sympy.MatrixSymbol(f"A_{k}", P, P) for k in range(3)]
    column = build.matrix_symbol("y", P, 1)
    lowered = lowering().of(build.mul(*square, column))
    assert all(pair.shape[1] == 1 for pair in pairs([lowered]))


def test_a_trace_is_turned_until_it_is_cheapest():
    column = build.matrix_symbol("y", P, 1)
    square = [sympy.MatrixSymbol(f"A_{k}", P, P) for k in range(2)]
    trace = build.trace(build.mul(square[0], column, build.transpose(column), square[1]))
    assert all(cost(pair) < nominal(P) ** 3 for pair in pairs([lowering().of(trace)]))


def test_a_diagonal_is_cut_in_halves_and_never_a_product():
    left = sympy.MatrixSymbol("A", P, P)
    right = sympy.MatrixSymbol("B", P, P)
    lowered = lowering().of(build.diagonal(build.mul(left, right)))
    assert pairs([lowered]) == [lowered.args[0]]  # printed as a sum over elements, row by row


def test_a_product_whose_transpose_is_there_becomes_its_transpose():
    left, right = sympy.MatrixSymbol("A", P, N0), sympy.MatrixSymbol("B", N0, M)
    product = build.mul(left, right)
    graph = lowering()
    first, second = graph.of(product), graph.of(build.transpose(product))
    assert type(second) is Transpose and second.args[0] is first


def test_a_kernel_whose_transpose_is_there_becomes_its_transpose():
    overlap = build.overlap("G", M)
    train, test = Attended("X", P, N0, M), Attended("Xstar", P, N0, M)
    graph = lowering()
    first = graph.of(path_kernel(overlap, test, train))
    second = graph.of(path_kernel(overlap, train, test))
    assert type(second) is Transpose and second.args[0] is first


def test_one_cholesky_factor_serves_determinant_and_inverse():
    matrix, column = build.overlap("G", P), build.matrix_symbol("y", P, 1)
    graph = lowering()
    quadratic = build.trace(build.mul(build.inv(matrix), column, build.transpose(column)))
    roots = [graph.of(build.logdet(matrix)), graph.of(quadratic)]
    factors = [node for node in walk(roots) if type(node) is Cholesky]
    assert factors == [Cholesky(matrix)]
    assert Cholesky(matrix).shape == (P, P)


def test_equal_expressions_are_lowered_once():
    matrix = build.overlap("G", P)
    expression = build.mul(build.inv(matrix), build.matrix_symbol("A", P, N0))
    graph = lowering()
    assert graph.of(expression) is graph.of(expression)


def test_a_node_without_a_rule_is_named():
    class Unheard(nodes.Matrix):
        shape = (P, P)

    with pytest.raises(NoRule, match="no rule for Unheard"):
        lowering().of(Unheard(build.overlap("G", P)))


@pytest.mark.parametrize("name", NETWORKS)
def test_action_and_gradient_never_multiply_two_matrices_of_examples(name):
    """All that is cubic in P is one Cholesky factor and one inverse from it."""
    theory = solver(name).derivation.theory
    graph = lowering()
    roots = [graph.of(root) for root in (theory.action, *theory.gradients)]
    large = nominal(P)
    dear = [
        pair for pair in pairs(roots)
        if cost(pair) >= large**3 and Inverse not in (type(pair.args[0]), type(pair.args[1]))
    ]  # fmt: skip
    assert dear == []
    assert len([n for n in walk(roots) if type(n) is Cholesky and n.shape[0] == P]) == 1
    right = [graph.of(equation.right) for equation in theory.equations]
    assert all(cost(pair) < large**3 for pair in pairs(right))
