"""Signs that a model does not see, searches that run into q = Q, and turns of averages."""

import numpy as np
import pytest
from scipy import special
from solving import module

from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.module.runtime.averages import gaussian_average, turn
from derive.theories.disorder.module.runtime.frozen import frozen
from derive.theories.disorder.module.runtime.symmetries import representative, symmetries

SIGNS = [1.0, -1.0, -1.0]
POINTS = [np.array([0.3, 0.2, 0.7]), np.array([0.8, -0.4, 0.1])]


def test_only_signs_that_go_with_the_update_are_symmetries():
    def update(x):
        q, m, n = x
        return np.array([q * m**2, np.tanh(1.3 * m) * q, n**3 * np.cos(m)])

    flips = [flip.tolist() for flip in symmetries(update, POINTS, SIGNS)]
    assert sorted(flips) == sorted([[1, a, b] for a in (1, -1) for b in (1, -1)])
    flips = symmetries(lambda x: np.add(update(x), [0, 0, 0.1 * x[1] * x[2]]), POINTS, SIGNS)
    assert [flip.tolist() for flip in flips] == [[1, 1, 1], [1, 1, -1]]
    tied = symmetries(lambda x: np.add(update(x), [0, 0.1 * x[2], 0]), POINTS, SIGNS)
    assert [flip.tolist() for flip in tied] == [[1, 1, 1], [1, -1, -1]]
    assert representative(tied, np.array([0.3, -0.2, 0.7])).tolist() == [0.3, 0.2, -0.7]


def test_states_of_both_signs_are_one_where_no_field_tells_them_apart():
    sk = module(gallery_model("sk"))
    given = {"J": 0.6, "J_0": 1.4, "beta": 1.7, "random": 12}
    free = sk.solve(b=0.0, **given)
    states = [one for one in (free, *free.others) if abs(one.overlaps["m"]) > 0.1]
    assert len(states) == 1 and free.overlaps["m"] > 0.1
    held = sk.solve(b=0.05, **given)
    signs = {np.sign(one.overlaps["m"]) for one in (held, *held.others)}
    assert signs == {1.0, -1.0} and "more of lower free entropy" in held.message


def test_one_configuration_is_left():
    teacher = module(gallery_model("teacher_student_binary"))
    found = teacher.solve(alpha=1.6)
    assert not found.converged
    assert "no fixed point inside: the search runs into q = Q" in found.message
    assert found.free_entropy == pytest.approx(0.0, abs=1e-4)
    beside = teacher.solve(alpha=1.3)
    assert beside.converged and "it dominates" in beside.message
    under = teacher.solve(alpha=1.1)  # below 1.245 the states inside have more entropy
    assert under.converged and "it dominates" not in under.message


def test_no_configuration_is_left_where_the_free_entropy_falls():
    def edge(part):
        return np.array([part])

    kept = frozen(lambda x: 1 - 0.1 * (1 - x), edge, lambda x: float(np.sqrt(1 - x[0]) - 2))
    assert kept.free_entropy == pytest.approx(-2.0, abs=1e-9)
    lost = frozen(lambda x: 1 - 0.1 * (1 - x), edge, lambda x: float(np.log(1 - x[0])))
    assert lost.free_entropy == -np.inf
    assert frozen(lambda x: 1 - 3 * (1 - x), edge, lambda x: 0.0) is None


@pytest.mark.parametrize("width", [1e-3, 1e-7, 1e-12])
def test_a_turn_that_is_said_is_seen_however_narrow(width):
    """E exp(-((0.3 + 1.7 z)/w)^2 / 2) is a Gaussian integral."""

    def peak(z):
        return np.exp(-(((0.3 + 1.7 * z) / width) ** 2) / 2)[None]

    variance = 1.7**2 + width**2
    exact = width * np.exp(-(0.3**2) / (2 * variance)) / np.sqrt(variance)
    found = gaussian_average(lambda z: peak(z) / width, 1, [turn(0.0, 0.3, 1.7, width)])[0]
    assert found == pytest.approx(exact / width, rel=1e-12 + 1e-16 / width)  # rounding of z


def test_kinks_and_steps_that_are_not_said_are_cut_out():
    found = gaussian_average(lambda z: np.array([np.abs(z - 0.31), special.ndtr(9 * z)]))
    expected = 2 * np.exp(-(0.31**2) / 2) / np.sqrt(2 * np.pi) + 0.31 * (2 * special.ndtr(0.31) - 1)
    assert found == pytest.approx([expected, 0.5], abs=1e-14)
