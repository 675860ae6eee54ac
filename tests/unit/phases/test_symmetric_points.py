"""Symmetric points: against the whole solver, their stability, what lies below, and the onset."""

import numpy as np
import pytest
from small_networks import broken_heads, solver
from symmetric_data import sector_data, symmetric_data

from derive import Attention, Embedding, Network, Readout
from derive.errors import ArgumentError, SolveError
from derive.theories.networks.phases import SymmetricSolver, onset, symmetric_solution
from derive.theories.networks.phases.files import arrays
from derive.theories.networks.phases.hessian import Layout
from derive.theories.networks.phases.subgroups import Average, exchangeable_heads
from derive.theories.networks.solver import Solver

HALVES = {"0": np.diag([1.0] * 4 + [0.0] * 4), "1": np.diag([0.0] * 4 + [1.0] * 4)}
LABELS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0])


def two_layers(*heads, temperature=0.1):
    layers = [Attention(h, v, n) for h, v, n in zip(heads, (1.1, 0.9), (8, 9), strict=True)]
    return Network((Embedding(10, 1.0), *layers, Readout(1.2)), temperature, str(heads))


@pytest.mark.parametrize(
    "name",
    [
        "one attention",
        pytest.param("two attentions", marks=pytest.mark.slow),
        pytest.param("linear between attentions", marks=pytest.mark.slow),
        "two residuals",
    ],
)
def test_the_whole_solver_finds_the_same_stable_point(name):
    """The descent by sectors, and the descent over all overlaps that knows no symmetry."""
    whole = solver(name)
    network = whole.derivation.network
    data = symmetric_data(network, features=2, signal=0.5)
    found, expected = symmetric_solution(network, data), whole.solve(network, data)
    assert found.converged
    assert found.stable
    assert found.gradient_norm < 1e-10
    assert found.residual < 1e-8
    assert found.action == pytest.approx(expected.action, rel=1e-12)
    assert found.log_evidence == pytest.approx(expected.log_evidence, rel=1e-12)
    lowest = min(sector.lowest for sector in found.sectors)
    assert lowest == pytest.approx(expected.hessian_lowest, rel=1e-6)
    for one, other in zip(found.overlaps, expected.overlaps, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-8 * abs(other).max())


def test_many_heads_cost_no_more_unknowns():
    network = Network((Embedding(40, 1.3), Attention(30, 0.8, 35), Readout(1.2)), 0.3)
    random = np.random.default_rng(0)
    roots = random.normal(size=(2, 6, 6))
    kernels = {str(k): root @ root.T / 6 for k, root in enumerate(roots)}
    found = symmetric_solution(network, sector_data(network, kernels, random.normal(size=6)))
    assert found.converged
    assert found.stable
    assert [often for _, _, often in found.eigenvalues] == [1, 29, 1]


@pytest.mark.parametrize("strength", [1.0, 10.0, 1e3])
@pytest.mark.parametrize("heads", [2, 3, 4])
def test_one_layer_cannot_break(heads, strength):
    """formulas.md 1.5, end: in breaking directions nothing but the prior bends, N_1 or more."""
    layers = (Embedding(10, 1.0), Attention(heads, 1.1, 8), Readout(1.2))
    network = Network(layers, 0.1)
    found = symmetric_solution(network, sector_data(network, HALVES, strength * LABELS))
    assert found.converged
    assert found.stable
    assert found.branches == ()
    assert found.breaking.lowest == pytest.approx(10, rel=1e-9)


def test_three_heads_break_into_one_and_two():
    network = two_layers(1, 3)
    found = symmetric_solution(network, sector_data(network, HALVES, 14 * LABELS))
    assert not found.stable
    assert found.converged
    assert "layer 2 one head apart" in found.message
    (branch,) = found.branches
    assert branch.heads == (((1,), (2, 3)),)
    assert branch.action < found.action - 0.1
    assert branch.converged
    assert branch.hessian_lowest == pytest.approx(0, abs=1e-8)  # see the next test


def test_minima_of_three_heads_are_a_continuous_family():
    """Kernels that no permutation changes do not see rotations of heads that keep their sum."""
    network = two_layers(2, 3)
    quarters = {
        label: np.diag(np.repeat(np.eye(4)[k], 2))
        for k, label in enumerate(("00", "01", "10", "11"))
    }
    data = sector_data(network, quarters, 20 * LABELS)
    found = symmetric_solution(network, data)
    (branch,) = found.branches
    assert branch.heads == (((1, 2),), ((1,), (2, 3)))
    turn = rotation_about_the_sum(0.7)
    rotated = (
        np.kron(np.eye(2), turn) @ branch.overlaps[0] @ np.kron(np.eye(2), turn).T,
        turn @ branch.overlaps[1] @ turn.T,
        branch.overlaps[2],
    )
    solver = Solver.of(network)
    problem = solver.problem(network, data)
    value, slopes = solver.module.action_and_gradient(rotated, problem)
    assert value == pytest.approx(solver.module.action(branch.overlaps, problem), rel=1e-13)
    assert solver.module.relative_gradient(rotated, slopes, problem.widths) < 1e-9
    gap = np.abs(rotated[1] - branch.overlaps[1]).max()
    assert gap > 0.1 * np.abs(branch.overlaps[1]).max()


def rotation_about_the_sum(angle):
    ones = np.ones((3, 1)) / np.sqrt(3)
    axes, _ = np.linalg.qr(np.hstack([ones, np.eye(3)[:, :2]]))
    turn = np.eye(3)
    turn[1:, 1:] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return axes @ turn @ axes.T


def test_no_random_start_finds_less_than_the_branch():
    network = two_layers(1, 3)
    data = sector_data(network, HALVES, 14 * LABELS)
    (branch,) = symmetric_solution(network, data).branches
    lowest = Solver.of(network).search(network, data, 4, seed=2)[0]
    assert branch.action == pytest.approx(lowest.action, rel=1e-10)


def test_which_heads_are_left_exchangeable():
    layout = Layout((np.array([[1, 1], [2, 1], [3, 1], [4, 1]]),), (1,), (0,), (4, 1))
    overlap = np.diag([3.0, 1.0, 1.0, 2.0]) + 0.1
    assert exchangeable_heads((overlap,), layout) == (((1,), (2, 3), (4,)),)
    average = Average(layout, (((1,), (2, 3), (4,)),))
    np.testing.assert_allclose(average((overlap,))[0], overlap)
    pairs = Average(layout, (((1, 4), (2, 3)),))((overlap,))[0]
    np.testing.assert_allclose(np.diag(pairs) - 0.1, [2.5, 1.0, 1.0, 2.5])


def test_the_onset_lies_between_six_and_seven():
    found = onset(*broken_heads(1.0), "labels", 6, 7)
    assert found.name == "layer 2 one head apart"
    assert found.ends[0] > 0 > found.ends[1]
    assert abs(found.eigenvalue) < 1e-9
    for factor, sign in ((1 - 1e-6, 1), (1 + 1e-6, -1)):
        near = symmetric_solution(*broken_heads(factor * found.value), follow=False)
        assert np.sign(near.breaking.lowest) == sign


@pytest.mark.parametrize(("parameter", "ends"), [("temperature", (0.1, 5)), ("width", (0.5, 2))])
def test_the_onset_in_other_parameters(parameter, ends):
    """The labels' onset at the parameter found is 1: two searches that cross the same line."""
    network, data = broken_heads(7.0)
    found = onset(network, data, parameter, *ends)
    solver = SymmetricSolver.of(network, data)
    problem = solver.problem
    if parameter == "temperature":
        problem = problem._replace(temperature=found.value)
    else:
        problem = problem._replace(widths=tuple(found.value * w for w in problem.widths))
    from derive.theories.networks.phases.onset import onset_of

    assert onset_of(solver, problem, "labels", 0.5, 1.5).value == pytest.approx(1, rel=1e-9)


def test_copies_leave_the_onset_where_it_is():
    """Twice the data at twice the widths: the same P/N, the same onset."""
    network, data = broken_heads(1.0)
    once = onset(network, data, "labels", 6, 7).value
    P, features, paths = data.attended.shape
    double = np.zeros((2 * P, 2 * features, paths))
    double[:P, :features], double[P:, features:] = data.attended, data.attended
    from derive import Data

    twice = Data(np.sqrt(2) * double, np.tile(data.labels, 2))
    wide = Network(
        (Embedding(20, 1.0), Attention(1, 1.1, 16), Attention(2, 0.9, 18), Readout(1.2)), 0.1
    )
    assert onset(wide, twice, "labels", 6, 7).value == pytest.approx(once, rel=1e-9)


@pytest.mark.parametrize(
    ("parameter", "low", "high", "message"),
    [
        ("labels", 1, 2, "no onset of labels between 1 and 2: the lowest eigenvalue"),
        ("labels", 7, 6, "give the smaller one first"),
        ("labels", 0, 6, "give positive numbers"),
        ("heads", 1, 2, "'heads' is no parameter of an onset; valid: labels, temperature, width"),
    ],
)
def test_a_wrong_interval_is_refused(parameter, low, high, message):
    with pytest.raises(SolveError, match=message) as caught:
        onset(*broken_heads(1.0), parameter, low, high)
    assert "\n" not in str(caught.value)


def test_an_interval_of_no_numbers_is_refused():
    with pytest.raises(ArgumentError, match="low is nan, and a finite number is due"):
        onset(*broken_heads(1.0), "labels", float("nan"), 6)


def test_the_file_holds_points_and_branches():
    found = arrays(symmetric_solution(*broken_heads(8.0)))
    assert found["U_1"].shape == (2, 2)
    assert found["u_a"].shape == ()
    assert not found["stable"]
    assert found["branch_actions"][0] < found["action"]
    np.testing.assert_allclose(sorted(np.diag(found["branch_1_U_1"])), (10.06, 26.20), atol=6e-3)
