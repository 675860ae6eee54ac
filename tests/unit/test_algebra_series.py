"""Taylor coefficients: every rule against values along the path, at many digits."""

import mpmath
import numpy as np
import pytest
import sympy

from derive.algebra import build, evaluate, nodes
from derive.algebra.series import RULES, taylor
from derive.errors import NoRule
from derive.theories.networks.nodes import Attended, path_kernel, path_projection, path_readout

ORDER, DIGITS = 4, 90
M, H, P = 3, 2, 4
STEP = 10  # epsilon is 10^-STEP
N = sympy.Symbol("N", positive=True)
EPSILON = sympy.Symbol("epsilon", positive=True)
G, W = build.overlap("G", H * M), build.overlap("W", M)
B, Y = build.matrix_symbol("B", M, M), build.matrix_symbol("y", P, 1)
X = Attended("X", P, 5, M)
KERNEL = build.add(build.scale(N, sympy.Identity(P)), path_kernel(W, X, X))
CASES = {
    "sums and numbers": N + 3 * EPSILON * build.trace(W) + EPSILON**3,
    "powers": N**2 * EPSILON**2 + N ** sympy.Rational(5, 2) + 1 / N**3,
    "logarithm": sympy.log(N) * sympy.log(N * (1 + EPSILON)),
    "inverse": build.mul(build.inv(build.add(W, build.mul(B, B))), B),
    "transpose": build.transpose(build.mul(B, build.inv(W))),
    "free transpose": build.mul(B, W, build.transpose(B)),
    "ln det": build.logdet(build.add(W, build.mul(EPSILON, sympy.Identity(M)))),
    "trace": build.trace(build.mul(B, W, B)),
    "lift": build.mul(build.inv(G), build.lift(build.inv(W), H)),
    "partial trace": build.partial_trace(build.inv(G), H),
    "trace over the fast index": build.fast_trace(build.inv(G), M),
    "block": build.block(build.inv(G), 1, 3),
    "embed": build.embed(build.inv(W), 2, 7),
    "rows apart": build.pick(build.inv(G), ((0, 1), (3, 2))),
    "block diagonal": build.block_diagonal(build.inv(W), G, sympy.Identity(2)),
    "kernel": build.mul(build.inv(KERNEL), Y),
    "projection": path_projection(build.inv(KERNEL), X, X),
    "diagonal": build.diagonal(build.inv(KERNEL)),
    "readout": path_readout(build.mul(B, build.matrix_symbol("F", M, 5)), X),
}


def series(rng, *shape, symmetric=False):
    """Random coefficients; a symmetric series begins with a positive definite matrix."""
    found = []
    for k in range(3):
        root = rng.integers(-64, 65, size=shape) / 64
        if symmetric:
            root = root @ root.T + shape[0] * np.eye(shape[0]) if k == 0 else root + root.T
        found.append(root)
    return found


@pytest.fixture(scope="module")
def path():
    """Symbols for coefficients, and numbers for these and for everything else."""
    rng = np.random.default_rng(3)
    paths, numbers = {}, {}
    values = {
        G: series(rng, H * M, H * M, symmetric=True),
        W: series(rng, M, M, symmetric=True),
        B: series(rng, M, M),
    }
    for symbol, coefficients in values.items():
        kind = build.overlap if type(symbol) is nodes.Overlap else build.matrix_symbol
        sides = symbol.shape[: 1 if kind is build.overlap else 2]
        names = [kind(f"{symbol.name}_{k}", *sides) for k in range(3)]
        paths[symbol] = names
        numbers |= dict(zip(names, coefficients, strict=True))
    n = [sympy.Symbol(f"n_{k}", positive=True) for k in range(3)]
    paths |= {N: n, EPSILON: (0, 1)}
    numbers |= dict(zip(n, ("2.5", "-0.75", "0.5"), strict=True))
    numbers |= {
        Y: rng.integers(-64, 65, size=(P, 1)) / 64,
        X: rng.integers(-64, 65, size=(P, 5, M)) / 64,
        build.matrix_symbol("F", M, 5): rng.integers(-64, 65, size=(M, 5)) / 64,
    }
    return paths, numbers


def at(paths, numbers, epsilon):
    """The symbols at a point of the path."""
    moved = dict(numbers)
    for symbol, names in paths.items():
        terms = [
            evaluate(sympy.sympify(c), numbers, DIGITS) * epsilon**k for k, c in enumerate(names)
        ]
        moved[symbol] = sum(terms)
    return moved


@pytest.mark.parametrize("expression", CASES.values(), ids=CASES)
def test_the_series_leaves_out_the_next_order(expression, path):
    """What is left out falls with order 5: to a part in 10^9, as epsilon is 10^-10."""
    paths, numbers = path
    coefficients = taylor(expression, paths, ORDER)
    values = [np.atleast_1d(evaluate(sympy.sympify(c), numbers, DIGITS)) for c in coefficients]

    def left_out(power):
        with mpmath.workdps(DIGITS):
            epsilon = mpmath.mpf(10) ** -power
            exact = np.atleast_1d(evaluate(expression, at(paths, numbers, epsilon), DIGITS))
            rest = exact - sum(v * epsilon**k for k, v in enumerate(values))
            return abs(rest).max()

    with mpmath.workdps(DIGITS):
        first, second = left_out(STEP), left_out(STEP + 1)
        size = max(abs(value).max() for value in values)
        assert first < size * mpmath.mpf(10) ** (2 - (ORDER + 1) * STEP)
        if second > size * mpmath.mpf(10) ** (8 - DIGITS):  # else the series ends
            assert float(mpmath.log10(first / second)) == pytest.approx(ORDER + 1, abs=1e-6)


def test_every_rule_is_used():
    found = {type(n) for e in CASES.values() for n in sympy.preorder_traversal(e)}
    assert set(RULES) <= found


def test_all_orders_are_there_at_order_zero_too(path):
    paths, _ = path
    assert taylor(build.mul(W, B), paths, 0) == (build.mul(paths[W][0], paths[B][0]),)


def test_what_does_not_move_keeps_its_form(path):
    paths, _ = path
    outside = build.mul(build.gram(build.matrix_symbol("F", M, 5)), B)
    assert taylor(outside, {W: paths[W]}, 2) == (outside, *(sympy.ZeroMatrix(M, M),) * 2)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (build.gram(B), "taylor has no rule for Gram"),
        (nodes.LogMultigamma(N, 3), "taylor has no rule for LogMultigamma"),
        (1 / EPSILON, "has no series where its base vanishes"),
        (2**N, "no rule for the exponent"),
        (build.lift(W, sympy.Symbol("H", positive=True, integer=True)), "through its sizes"),
    ],
)
def test_what_has_no_series_is_refused(expression, said, path):
    paths, _ = path
    heads = sympy.Symbol("H", positive=True, integer=True)
    with pytest.raises(NoRule, match=said):
        taylor(expression, {**paths, heads: (heads, 1)}, 2)
