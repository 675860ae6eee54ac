"""The value of every node against plain NumPy and SciPy, in float64 and at 30 digits."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sympy
from scipy.linalg import block_diag
from scipy.special import gammaln, multigammaln
from scipy.stats import multivariate_normal
from sympy import Identity, Inverse, MatMul, Trace, Transpose, ZeroMatrix

from derive.algebra import build, evaluate, nodes
from derive.theories.networks.nodes import Attended, PathKernel, PathProjection, PathReadout

RNG = np.random.default_rng(8)
S = sympy.Symbol("s", positive=True)
H, M = sympy.symbols("H M", positive=True, integer=True)
G, BIG = build.overlap("G", M), build.overlap("U", H * M)
F, COLUMN = build.matrix_symbol("F", M, 4), build.matrix_symbol("y", M, 3)
WEIGHTS = build.matrix_symbol("V", M, 3)
X, Z = Attended("X", 5, 3, M), Attended("Z", 2, 3, M)
SQUARE = build.matrix_symbol("A", M, M)
EXAMPLES = build.matrix_symbol("B", 5, 2)


def positive(size):
    root = RNG.normal(size=(size, size))
    return root @ root.T + np.eye(size)


g, big, f, y, v, x, z, a, b = (
    positive(2),
    positive(6),
    RNG.normal(size=(2, 4)),
    RNG.normal(size=(2, 3)),
    RNG.normal(size=(2, 3)),
    RNG.normal(size=(5, 3, 2)),
    RNG.normal(size=(2, 3, 2)),
    RNG.normal(size=(2, 2)),
    RNG.normal(size=(5, 2)),
)
VALUES = {S: 1.75, H: 3, M: 2, G: g, BIG: big, F: f, COLUMN: y, WEIGHTS: v, X: x, Z: z, SQUARE: a}
VALUES[EXAMPLES] = b
DENSITY = sum(multivariate_normal.logpdf(y[:, k] - v[:, k], np.zeros(2), g) for k in range(3))

CASES = {
    "number": (S**2 / 3 - sympy.sqrt(S) + sympy.pi, 1.75**2 / 3 - 1.75**0.5 + np.pi),
    "logarithms": (sympy.log(S) * sympy.loggamma(S), np.log(1.75) * gammaln(1.75)),
    "half": (sympy.Rational(1, 2) * H - sympy.Rational(2, 7), 1.5 - 2 / 7),
    "product": (build.mul(-2, G, SQUARE), -2 * g @ a),
    "product of two numbers": (MatMul(S, 3, SQUARE), 5.25 * a),
    "sum": (build.add(G, SQUARE, Identity(M)), g + a + np.eye(2)),
    "inverse": (Inverse(G), np.linalg.inv(g)),
    "transpose": (Transpose(F), f.T),
    "trace": (Trace(build.mul(G, SQUARE)), np.trace(g @ a)),
    "identity": (Identity(H * M), np.eye(6)),
    "zero": (ZeroMatrix(M, H), np.zeros((2, 3))),
    "lift": (nodes.Lift(SQUARE, H), np.kron(np.eye(3), a)),
    "partial trace": (nodes.PartialTrace(BIG, H), big[:2, :2] + big[2:4, 2:4] + big[4:, 4:]),
    "block": (nodes.Block(BIG, H - 1, H), big[2:5, 2:5]),
    "embed": (nodes.Embed(SQUARE, 1, 5), np.pad(a, ((1, 2), (1, 2)))),
    "block diagonal": (nodes.BlockDiagonal(SQUARE, BIG, G), block_diag(a, big, g)),
    "stack": (nodes.Stack(F, F), np.concatenate([f, f])),
    "selection": (build.pick(BIG, ((0, 1), (3, 2))), big[np.ix_([0, 3, 4], [0, 3, 4])]),
    "overlaps": (nodes.Gram(F), f @ f.T / 4),
    "readout": (PathReadout(WEIGHTS, X), np.einsum("pi,mip->m", v, x)[:, None]),
    "kernel": (PathKernel(SQUARE, X, Z), np.einsum("pq,mip,niq->mn", a, x, z)),
    "projection": (PathProjection(EXAMPLES, X, Z), np.einsum("mn,mip,niq->pq", b, x, z)),
    "diagonal": (nodes.Diagonal(SQUARE), np.diag(a)[:, None]),
    "ln det": (nodes.LogDet(G), np.linalg.slogdet(g)[1]),
    "density": (nodes.LogNormal(COLUMN, WEIGHTS, G), DENSITY),
    "ln Gamma_m": (nodes.LogMultigamma(S + 3, H), multigammaln(4.75, 3)),
}


@pytest.mark.parametrize(("expression", "expected"), CASES.values(), ids=CASES)
def test_the_value_of_every_node_is_that_of_plain_arrays(expression, expected):
    found = evaluate(expression, VALUES)
    assert np.shape(found) == np.shape(expected)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    precise = evaluate(expression, VALUES, 30)
    assert np.shape(precise) == np.shape(expected)
    assert np.asarray(precise, dtype=float) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_number_stands_for_a_one_by_one_matrix():
    u = build.overlap("u", 1)
    assert evaluate(build.logdet(u), {u: 2.0}) == pytest.approx(np.log(2))
    assert evaluate(build.mul(u, Identity(1)), {u: 2}, 20).tolist() == [[2]]


def test_a_shared_subexpression_is_evaluated_once():
    inverse = build.inv(build.add(G, Identity(M)))
    expression = build.trace(build.mul(inverse, SQUARE, inverse)) + build.trace(inverse)
    resolvent = np.linalg.inv(g + np.eye(2))
    expected = np.trace(resolvent @ a @ resolvent) + np.trace(resolvent)
    assert evaluate(expression, VALUES) == pytest.approx(expected)


def test_precision_is_that_asked_for_whatever_was_left_behind():
    third = sympy.Rational(1, 3)
    found = evaluate(third, {}, 40)
    found.context.dps = 5  # as what is interrupted between a change and its undoing does
    assert evaluate(third, {}, 40)._mpf_ == found._mpf_
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(evaluate, third, {}, 40).result()
    assert elsewhere.context is not found.context
    assert elsewhere._mpf_ == found._mpf_
