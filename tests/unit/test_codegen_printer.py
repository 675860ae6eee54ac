"""NumPy source of each node against the value of the node; unknown nodes are named."""

from math import log, pi

import numpy as np
import pytest
import sympy
from scipy import linalg
from small_networks import random_overlap

from derive.algebra import build, evaluate, nodes
from derive.errors import NoRule
from derive.programs.printer import PRINTERS, source
from derive.programs.runtime import linear
from derive.theories.networks.module.names import network_program as make_program
from derive.theories.networks.module.runtime import paths
from derive.theories.networks.nodes import (
    Attended,
    PathReadout,
    path_kernel,
    path_projection,
    path_readout,
)

P, Q, N0, H, N1 = (
    sympy.Symbol(name, positive=True, integer=True) for name in ("P", "Pstar", "N_0", "H_1", "N_1")
)
T = sympy.Symbol("temperature", positive=True)
A, B = sympy.MatrixSymbol("A", P, P), sympy.MatrixSymbol("B", P, P)
C, U, W = build.overlap("C", P), build.overlap("U", 2 * H), build.overlap("W", 2)
Y = build.matrix_symbol("y", P, 1)
Z = build.matrix_symbol("z", P, 1)
TRAIN = Attended("X", P, N0, 2 * H)
TEST = Attended("Xstar", Q, N0, 2 * H)
ROW = build.transpose(Z)

EXPRESSIONS = {
    "sum": build.add(build.mul(2, A), build.mul(-1, B), C),
    "product": build.mul(A, B, C),
    "negative product": build.mul(-1, A, B),
    "scaled sum": build.scale(T / N0 - 2, build.add(A, B)),
    "negative scaled sum": build.scale(-T / N0, build.add(A, build.mul(-1, B))),
    "transpose of a sum": build.transpose(build.add(A, build.mul(2, B))),
    "column": build.mul(A, Y),
    "column of a transpose": build.mul(build.transpose(A), Y),
    "outer product": build.mul(Y, ROW),
    "outer product with matrices": build.mul(A, Y, ROW, B),
    "inner product": build.trace(build.mul(Y, ROW, A)),
    "inverse": build.inv(C),
    "solve": build.mul(build.inv(C), Y),
    "solve a matrix": build.mul(build.inv(C), A),
    "solve from the right": build.mul(A, build.inv(C)),
    "solve a row": build.trace(build.mul(Y, ROW, build.inv(C), A)),
    "two inverses": build.mul(build.inv(C), A, build.inv(build.add(C, sympy.Identity(P)))),
    "trace": build.trace(A),
    "trace of two": build.trace(build.mul(A, B)),
    "trace of three": build.trace(build.mul(A, B, C)),
    "trace with an inverse": build.trace(build.mul(build.inv(C), A)),
    "trace of an inverse": build.trace(build.inv(C)),
    "log det": build.logdet(C),
    "scalars": N1 * (build.logdet(C) / 2 - sympy.log(T) + build.trace(A) ** 2) / (1 + T),
    "powers": T**-3 * sympy.Rational(1, 3) * build.trace(A) - sympy.log(2 * sympy.pi) / 2,
    "lift": build.lift(W, H),
    "partial trace": build.partial_trace(U, H),
    "block": build.block(U, 1, 2 * H - 2),
    "leading block": build.block(U, 0, H),
    "embed": build.embed(build.mul(W, W), H, 2 + H),
    "pick": build.pick(build.overlap("V", 3 + H), ((0, 1), (1 + H, 2))),
    "place": build.place(W, ((0, 1), (1 + H, 1)), 3 + H),
    "block diagonal": build.block_diagonal(W, C, sympy.Identity(H)),
    "zero": sympy.ZeroMatrix(P, 2),
    "identity": build.mul(3, sympy.Identity(P)),
    "kernel": path_kernel(U, TRAIN, TRAIN),
    "kernel of a product": path_kernel(build.mul(U, U), TRAIN, TEST),
    "kernel with more on the left": path_kernel(build.mul(U, build.lift(W, H)), TEST, TRAIN),
    "transposed kernel": build.transpose(path_kernel(build.mul(U, U), TEST, TRAIN)),
    "projection": path_projection(A, TRAIN, TRAIN),
    "projection on two": path_projection(build.transpose(path_kernel(U, TEST, TRAIN)), TRAIN, TEST),
    "diagonal": build.diagonal(A),
    "diagonal of a product": build.diagonal(build.mul(A, B)),
    "diagonal of a kernel": build.diagonal(path_kernel(U, TRAIN, TRAIN)),
    "diagonal of a quadratic form": build.diagonal(
        build.mul(
            path_kernel(U, TEST, TRAIN),
            build.inv(C),
            path_kernel(U, TRAIN, TEST),
        )
    ),
}


@pytest.fixture(scope="module")
def values():
    rng = np.random.default_rng(5)
    return {
        P: 5, Q: 7, N0: 4, H: 3, N1: 11, T: 0.7,
        A: rng.normal(size=(5, 5)), B: rng.normal(size=(5, 5)), C: random_overlap(rng, 5),
        U: random_overlap(rng, 6), W: random_overlap(rng, 2),
        build.overlap("V", 3 + H): random_overlap(rng, 6),
        Y: rng.normal(size=(5, 1)), Z: rng.normal(size=(5, 1)),
        TRAIN: rng.normal(size=(5, 4, 6)), TEST: rng.normal(size=(7, 4, 6)),
    }  # fmt: skip


def computed(expression, values):
    program = make_program([expression])
    scope = {name: value for name, value in (vars(linear) | vars(paths)).items() if callable(value)}
    scope |= {"np": np, "linalg": linalg, "log": log, "pi": pi}
    scope |= {symbol.name: value for symbol, value in values.items()}
    scope |= {"attended": values[TRAIN].transpose(0, 2, 1), "labels": values[Y][:, 0]}
    scope |= {"attended_test": values[TEST].transpose(0, 2, 1), "z": values[Z][:, 0]}
    for assignment in program.assignments:
        exec(f"{assignment.name} = {assignment.code}", scope)
    (result,) = program.results
    return eval(result, scope)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_printed_code_has_the_value_of_the_expression(name, values):
    expression = EXPRESSIONS[name]
    expected = evaluate(expression, values)
    found = computed(expression, values)
    if np.ndim(expected) == 2 and 1 in np.shape(expected):  # columns are printed as vectors
        expected = np.ravel(expected)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


class _Emit:
    def __init__(self):
        self.arguments = {}

    def __call__(self, node):
        return source(node, self)

    def is_named(self, node):
        return False


def test_an_unknown_node_is_named_with_the_place_for_its_rule():
    class Unheard(nodes.Matrix):
        shape = (P, P)

    with pytest.raises(NoRule, match=r"no rule for Unheard\(.*derive/programs/printer.py"):
        source(Unheard(C), _Emit())


@pytest.mark.parametrize("kind", [nodes.Gram, nodes.Stack, PathReadout])
def test_nodes_of_vectors_cannot_be_printed(kind):
    vectors = build.matrix_symbol("g", 2 * H, N0)
    made = {
        nodes.Gram: lambda: nodes.Gram(vectors),
        nodes.Stack: lambda: build.stack(vectors, build.matrix_symbol("h", P, N0)),
        PathReadout: lambda: path_readout(vectors, TRAIN),
    }[kind]()
    with pytest.raises(NoRule, match=f"no rule for {kind.__name__}"):
        make_program([made])


def test_every_rule_is_for_an_exact_type():
    class Child(nodes.Lift):
        pass

    assert nodes.Lift in PRINTERS
    with pytest.raises(NoRule, match="no rule for Child"):
        source(Child(W, H), _Emit())


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (nodes.LogMultigamma(N1, H), "LogMultigamma"),
        (1 + sympy.gamma(T), "gamma"),
        (T ** sympy.Rational(1, 3) * build.trace(A), "Pow"),
        (T**T, "Pow"),
    ],
)
def test_a_number_that_a_module_cannot_compute_is_refused(number, kind):
    with pytest.raises(NoRule, match=f"no rule for .*{kind}"):
        make_program([number])
