"""The fixed point of closed saddle-point equations, against the minimiser and known roots."""

import numpy as np
import pytest

from derive import Attention, Data, Embedding, Linear, Network, Readout, Residual
from derive.programs.runtime.closed import fixed_point, positive_part
from derive.theories.networks.module.runtime.signature import descend
from derive.theories.networks.solver import Solver

CHAIN = Network(
    (Embedding("n", 1.1), Attention("h", 0.9, "m"), Attention("k", 1.3, "w"), Readout(1.2)), "t"
)


@pytest.fixture(scope="module")
def chain():
    return Solver.of(CHAIN).module


def problem(module, seed: int):
    """A problem of random sizes, widths, variances, temperature and labels."""
    generator = np.random.default_rng(seed)
    heads = tuple(int(h) for h in generator.integers(1, 4, 2))
    examples, features = (int(n) for n in generator.integers(4, 30, 2))
    inputs = generator.normal(size=(examples, features, heads[0] * heads[1]))
    labels = 10 ** generator.uniform(-0.5, 0.5) * generator.normal(size=examples)
    return module.make_problem(
        inputs, labels, 10 ** generator.uniform(0.8, 3, 3), 10 ** generator.uniform(-0.5, 0.4, 4),
        10 ** generator.uniform(-2, 0.3), heads,
    )  # fmt: skip


def descended(module, given, *, closed: bool):
    """The point, how often the labels' kernel was needed, and why it stopped."""
    count = [0, 0, 0]

    def counted(place, function):
        def call(*arguments):
            count[place] += 1
            return function(*arguments)

        return call

    point, reason, found = descend(
        module.infinite_width(given),
        given.widths,
        counted(0, lambda g: module.action_and_gradient(g, given)),
        lambda g: counted(1, module.hessian_product(g, given)),
        1e-10,
        counted(2, lambda g: module.closed_equations(g, given)) if closed else None,
    )
    return point, reason, found, count


@pytest.mark.parametrize("seed", range(12))
def test_the_minimum_is_that_of_the_minimiser(chain, seed):
    given = problem(chain, seed)
    fast, reason, found, _ = descended(chain, given, closed=True)
    slow, _, _, _ = descended(chain, given, closed=False)
    assert reason == "" and found.negative == 0
    # both gradients are below 1e-10 of the widths, and no curvature is below a thousandth of them
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6 * np.abs(other).max())


def test_most_problems_take_a_fraction_of_the_evaluations(chain):
    ratios = []
    for seed in range(12):
        given = problem(chain, seed)
        fast, slow = (descended(chain, given, closed=closed)[3] for closed in (True, False))
        whole = chain.signature(
            chain.infinite_width(given), lambda d: d
        )  # as many products in both
        products = sum(len(direction) * (len(direction) + 1) // 2 for direction in whole.direction)
        ratios.append((sum(fast) - products) / (sum(slow) - products))
    assert np.median(ratios) < 0.4


def test_the_spurious_roots_of_the_eliminated_equation_are_left():
    # formulas.md 1.3: widths 10 and 10, P = 100, s = 60 has roots 0.613, 0.737 and 79.6; only the
    # first has positive factors
    module = Solver.of(Network((Embedding(10, 1.0), Linear(1.0, 10), Readout(1.0)), 0.0)).module
    inputs = np.sqrt(100) * np.eye(100)[:, :, None]
    labels = np.sqrt(0.6) * np.ones(100)
    found = module.solve(inputs, labels, widths=10, variances=1.0, temperature=0.0, heads=())
    assert found.converged
    np.testing.assert_allclose(found.overlaps[0], 0.613, atol=5e-4)  # three digits are given


def test_a_map_that_misleads_is_followed_by_the_minimiser(chain, monkeypatch):
    given = problem(chain, 3)
    right = descended(chain, given, closed=True)[0]
    for wrong in (
        lambda g, _: tuple(2.0 * np.eye(len(x)) for x in g),  # a fixed point, not stationary
        lambda g, _: tuple(-x for x in g),
        lambda g, _: tuple(x * np.nan for x in g),
        lambda g, _: tuple(1e200 * x @ x for x in g),  # overflows, without a warning
    ):
        monkeypatch.setattr(chain, "closed_equations", wrong)
        point, reason, _, _ = descended(chain, given, closed=True)
        assert reason == ""
        np.testing.assert_allclose(point[0], right[0], atol=1e-6 * np.abs(right[0]).max())


def test_the_fixed_point_of_a_linear_map():
    generator = np.random.default_rng(5)
    target = np.array([[2.0, 0.3], [0.3, 1.1]])
    turn = generator.normal(size=(2, 2))

    def closed(overlaps):
        off = overlaps[0] - target
        return (target - 0.7 * turn @ off @ turn.T / np.linalg.norm(turn) ** 2, overlaps[1])

    found = fixed_point((np.eye(2), np.eye(3)), closed, 1e-12)
    np.testing.assert_allclose(found[0], target, rtol=1e-10)


def test_no_fixed_point_is_none():
    assert fixed_point((np.eye(2),), lambda g: (3.0 * g[0],), 1e-10) is None
    assert fixed_point((np.eye(2),), lambda g: (np.full((2, 2), np.nan),), 1e-10) is None


def test_the_positive_part():
    matrix = np.array([[3.0, 1.0], [0.0, -2.0]])
    found = positive_part(matrix)
    np.testing.assert_allclose(found, found.T)
    values = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    np.testing.assert_allclose(np.linalg.eigvalsh(found), [1e-3 * values[1], values[1]])
    definite = np.array([[2.0, 0.4], [0.4, 1.0]])
    np.testing.assert_array_equal(positive_part(definite), definite)


def test_streams_with_skips_do_not_close():
    network = Network((Embedding(9, 1.1), Residual((Attention(2, 0.8),)), Readout(1.2)), 0.1)
    module = Solver.of(network).module
    assert not hasattr(module, "closed_equations")
    generator = np.random.default_rng(2)
    found = module.solve(
        generator.normal(size=(6, 5, 3)), generator.normal(size=6),
        widths=9, variances=1.2, temperature=0.3,
    )  # fmt: skip
    assert found.converged


def test_the_solver_solves_by_the_fixed_point(chain):
    data = Data(np.random.default_rng(1).normal(size=(8, 6, 4)), np.ones(8))
    numbers = {"widths": (20, 30, 40), "variances": 1.2, "temperature": 0.2, "heads": (2, 2)}
    found = chain.solve(data.attended, data.labels, **numbers)
    overlaps = chain.closed_equations(found.overlaps, found.problem)
    for one, other in zip(overlaps, found.overlaps, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8)
