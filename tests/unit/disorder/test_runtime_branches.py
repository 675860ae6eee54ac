"""All fixed points of theories typed in by hand, their order, and branches around folds."""

import numpy as np
import pytest
from disorder_by_hand import BinaryPerceptron, BinaryTeacher, Hopfield, SherringtonKirkpatrick

from derive.theories.disorder.module.runtime.branches import find_branches, random_starts
from derive.theories.disorder.module.runtime.continuation import follow
from derive.theories.disorder.module.runtime.fixed_point import fixed_point


def branches(theory, *starts, **options):
    named = [(f"start {number}", np.array([q])) for number, q in enumerate(starts)]
    named += random_starts([0], [1], theory.feasible, 4, np.random.default_rng(3))
    return find_branches(theory.update, named, theory.feasible, theory.free_entropy, **options)[0]


def test_the_states_of_a_binary_student():
    found = branches(BinaryTeacher(1.4), 0.95, 0.01)
    assert [branch.found.attracting for branch in found] == [True, False]
    assert found[0].found.point[0] < 0.89366 < found[1].found.point[0]


def test_what_iterations_leave_dominates_nothing():
    # below T = 1 the paramagnet has the larger free entropy, and is no state
    found = branches(SherringtonKirkpatrick(2.0), 0.9, 0.0)
    assert [branch.found.point[0] for branch in found] == [pytest.approx(0.530368392051), 0.0]
    assert found[0].found.attracting and not found[1].found.attracting
    assert found[0].free_entropy < found[1].free_entropy


def test_two_states_in_the_order_of_their_free_entropies():
    # a ferromagnet in a field: m = tanh(beta (m + h)), phi = ln 2 cosh - beta m^2 / 2
    beta, field = 1.6, 0.03

    def update(x):
        return np.tanh(beta * (x + field))

    def free_entropy(x):
        return float(np.log(2 * np.cosh(beta * (x[0] + field))) - 0.5 * beta * x[0] ** 2)

    starts = [("down", np.array([-0.9])), ("up", np.array([0.9])), ("none", np.array([0.0]))]
    found, nearest = find_branches(update, starts, lambda x: abs(x[0]) <= 1, free_entropy)
    assert nearest is None and len(found) == 3
    assert [branch.start for branch in found[:2]] == ["up", "down"]
    assert found[0].free_entropy > found[1].free_entropy and not found[2].found.attracting
    mirrored, _ = find_branches(
        lambda x: np.tanh(beta * x),
        starts,
        lambda x: abs(x[0]) <= 1,
        free_entropy,
        canonical=np.abs,
    )
    assert len(mirrored) == 2


def test_without_a_fixed_point_the_nearest_search_is_handed_over():
    found, nearest = find_branches(
        lambda x: x + 0.5, [("one", np.array([0.2]))], lambda x: 0 <= x[0] <= 1, lambda x: 0.0
    )
    assert found == [] and not nearest.converged and nearest.message


def test_random_starts_are_feasible_and_repeat():
    def feasible(x):
        return x[1] ** 2 <= x[0]

    one, other = (random_starts([0, -1], [1, 1], feasible, 20, np.random.default_rng(5))
                  for _ in range(2))  # fmt: skip
    assert len(one) == 20 and all(feasible(x) for _, x in one)
    assert all((x == y).all() for (_, x), (_, y) in zip(one, other, strict=True))
    assert random_starts([0], [1], lambda x: False, 2, np.random.default_rng(5)) == []


def test_the_spinodal_of_a_binary_student_is_a_fold():
    theory = BinaryTeacher(1.3)
    start = fixed_point(theory.update, np.array([0.5]), theory.feasible)

    def update(x, alpha):
        return BinaryTeacher(alpha).update(x)

    followed = follow(update, start.point, 1.3, 1.6, lambda x: 0 < x[0] < 1)
    (fold,) = followed.folds
    assert fold.parameter == pytest.approx(1.49263182, abs=6e-9)
    assert fold.point[0] == pytest.approx(0.89366, abs=6e-6)
    assert "turned back" in followed.message and followed.points[-1].parameter == 1.3
    before = [point.attracting for point in followed.points if point.point[0] < 0.8936]
    after = [point.attracting for point in followed.points if point.point[0] > 0.8937]
    assert all(before) and not any(after) and after
    assert max(point.residual for point in followed.points) < 1e-12


def test_where_hopfield_retrieval_ends():
    # a fold in (m, q, alpha) at every temperature; from two low ones the first correction is taken
    folds = []
    for beta in (5e3, 1e4):
        model = Hopfield(beta, 0.1)
        start = fixed_point(model.update, np.array([0.98, 1 - 0.1 / beta]), model.feasible)

        def update(x, alpha, beta=beta):
            return Hopfield(beta, alpha).update(x)

        (fold,) = follow(update, start.point, 0.1, 0.15, model.feasible).folds
        folds.append([fold.parameter, fold.point[0]])
    # temperature squared times a curvature of order one is left
    np.testing.assert_allclose(2 * np.array(folds[1]) - folds[0], [0.137905566495, 0.967417115685],
                               atol=1e-7)  # fmt: skip


def test_an_oscillating_map_has_a_stable_fixed_point():
    # slope -2: undamped iterations leave it, damped ones do not
    found = fixed_point(lambda x: 1.5 - 2.0 * x, np.array([0.1]))
    assert found.converged and found.attracting
    assert not fixed_point(lambda x: 3.0 * x - 1.0, np.array([0.5001])).attracting


def test_a_branch_to_the_end_of_an_interval():
    def update(x, kappa):
        return BinaryPerceptron(0.4, kappa).update(x)

    start = fixed_point(lambda x: update(x, 0.1), np.array([0.4]), BinaryPerceptron.feasible)
    followed = follow(update, start.point, 0.1, -0.7, lambda x: 0 < x[0] < 1)
    assert followed.message == "" and not followed.folds
    last = followed.points[-1]
    assert last.parameter == pytest.approx(-0.7, abs=1e-12)
    again = fixed_point(lambda x: update(x, -0.7), np.array([0.2]), BinaryPerceptron.feasible)
    assert last.point[0] == pytest.approx(again.point[0], abs=1e-11)


def test_a_branch_that_ends_says_so():
    # x^2 = p, of which only x > 0.5 is feasible
    followed = follow(lambda x, p: x - 0.3 * (x * x - p), np.array([1.0]), 1.0, 0.0,
                      lambda x: x[0] > 0.5)  # fmt: skip
    assert "edge" in followed.message
    assert followed.points[-1].parameter == pytest.approx(0.25, abs=1e-3)
