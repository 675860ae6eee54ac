"""Moments of Z at finite N, against loops over configurations with averages in closed form."""

import itertools
import math

import numpy as np
import pytest
import sympy
from scipy import stats

from derive.errors import SamplingError
from derive.theories.disorder.description import DisorderedModel, read
from derive.theories.disorder.description import symbol as name
from derive.theories.disorder.truth.fields import chain, expectation, kinks
from derive.theories.disorder.truth.measured import deviation, exact_limit
from derive.theories.disorder.truth.moments import moment

SPINS = DisorderedModel(
    sites={"variable": {"values": [-1, 0, 1], "weights": [1, "w", 1]}},
    couplings="J**2*q**2/2 + D*q**3",
    mean={"energy": "v**3 - b*v", "magnetisations": {"v": "x"}},
)


def perceptron(variable="binary", teacher=(-1, 1), **given):
    odds = [f"1/{len(teacher)}"] * len(teacher)
    attributes = {"t": {"values": list(teacher), "weights": odds}}
    examples = {"ratio": "alpha", "fields": {"h": "x", "u": "t"}, **given}
    return DisorderedModel(
        sites={"variable": variable, "attributes": attributes}, examples=examples
    )


def by_loops(values, size, n, average, teachers):
    """ln of the sum over replicas of a function of them and the teacher, over teachers, /N."""
    total = 0.0
    for t in teachers:
        for x in itertools.product(itertools.product(values, repeat=size), repeat=n):
            total += average(np.array(t, dtype=float), np.array(x, dtype=float)) / len(teachers)
    return math.log(total) / size


@pytest.mark.parametrize("n", [1, 2])
def test_spins_by_loops(n):
    numbers = {"J": 0.9, "D": 0.2, "b": 0.4, "beta": 0.7, "w": 0.6}

    def average(_, x):
        q = x @ x.T / 3
        v = x.mean(axis=1)
        pairs = np.sum(0.81 * q**2 / 2 + 0.2 * q**3)
        weight = 0.6 ** np.sum(x == 0)
        return weight * math.exp(3 * 0.49 / 2 * pairs - 3 * 0.7 * np.sum(v**3 - 0.4 * v))

    found = moment(SPINS, 3, numbers, n)
    assert found.value == pytest.approx(by_loops((-1, 0, 1), 3, n, average, [[0] * 3]), rel=1e-12)


def test_the_saddle_point_is_reached_like_one_over_the_size():
    """ln E Z^2 / N of spins without a field: the maximum over one overlap, by a search."""
    model = DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**3/2")
    numbers = {"J": 1.1, "beta": 1.2}
    q = np.linspace(-0.999, 0.999, 20001)
    ways = -((1 + q) * np.log((1 + q) / 2) + (1 - q) * np.log((1 - q) / 2)) / 2 + math.log(2)
    saddle = np.max(ways + 1.44 * 1.21 / 2 * (1 + q**3))
    sizes = [50, 70, 100, 140, 200]
    found = [moment(model, size, numbers, 2) for size in sizes]
    limit = exact_limit(sizes, found)
    assert limit.value == pytest.approx(saddle, abs=1e-4)
    assert limit.error < 1e-3
    assert deviation("spins", sizes, found, saddle).order == pytest.approx(1, abs=0.05)


def orthant(r12, r13, r23):
    """The probability that three standard Gaussians are positive."""
    return 1 / 8 + (math.asin(r12) + math.asin(r13) + math.asin(r23)) / (4 * math.pi)


@pytest.mark.parametrize("typical", [True, False])
def test_two_students_of_a_teacher_with_a_sign(typical):
    model = perceptron(labels="sign(u)", weight="theta(y*h)")

    def average(t, x):
        r = [t @ x[0] / 4, t @ x[1] / 4, x[0] @ x[1] / 4]
        return (2 * orthant(*np.clip(r, -1, 1))) ** 2

    teachers = [(1, 1, -1, -1)] if typical else list(itertools.product((-1, 1), repeat=4))
    expected = by_loops((-1, 1), 4, 2, average, teachers)
    found = moment(model, 4, {"alpha": 0.5}, 2, typical=typical)
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert abs(found.value - expected) < 3 * found.error + 1e-12


def test_noisy_labels_and_an_energy():
    """Everything Gaussian: a determinant. The teacher's values are of unequal size."""
    model = perceptron(
        teacher=(-1.5, 0.7), labels={"gaussian": "u", "variance": "D"}, energy="(y - h)**2/2"
    )
    beta, noise = 0.6, 0.3

    def average(t, x):
        fields = np.concatenate([[t], x])
        covariance = fields @ fields.T / 4
        gaps = np.array([[1, -1, 0], [1, 0, -1]])  # u - h_a, both with the noise of y
        spread = gaps @ covariance @ gaps.T + noise
        return np.linalg.det(np.eye(2) + beta * spread) ** (-1.5)

    expected = by_loops((-1, 1), 4, 2, average, [(-1.5, 0.7, -1.5, 0.7)])
    found = moment(model, 4, {"alpha": 0.75, "D": noise, "beta": beta}, 2)
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert abs(found.value - expected) < found.error


def test_chosen_labels_of_a_tilted_teacher():
    """The tilt exp(b u) moves u by b E u^2, and h by b E u h; one replica, a probit label."""
    law = {"values": [1, -1], "law": "Phi(y*u/sqrt(D))"}
    model = perceptron(labels=law, weight="exp(c*y*h)", tilt="exp(b*u)")
    b, c, noise = 0.4, 0.3, 0.5

    def average(t, x):
        r = t @ x[0] / 4
        total = 0.0
        for y in (1, -1):
            # E exp(c y h) moves u on by c y r
            centre = b + c * y * r
            total += math.exp(c * y * b * r + c * c / 2) * stats.norm.cdf(
                y * centre / math.sqrt(1 + noise)
            )
        return total**3

    expected = by_loops((-1, 1), 4, 1, average, [(1, 1, -1, -1)])
    found = moment(model, 4, {"alpha": 0.75, "D": noise, "b": b, "c": c}, 1)
    assert found.value == pytest.approx(expected, rel=1e-6)


def test_constraints_with_margins():
    """theta(K - |h|) of two replicas: the two-dimensional normal distribution function."""
    model = DisorderedModel(
        sites={"variable": "binary"},
        examples={"ratio": "alpha", "fields": {"h": "x"}, "weight": "theta(K - abs(h))"},
    )

    def average(_, x):
        r = x[0] @ x[1] / 4
        if abs(r) == 1:
            return (2 * stats.norm.cdf(0.8) - 1) ** 2
        law = stats.multivariate_normal(cov=[[1, r], [r, 1]], abseps=1e-10)
        box = sum(s * z * law.cdf([s * 0.8, z * 0.8]) for s in (1, -1) for z in (1, -1))
        return box**2

    expected = by_loops((-1, 1), 4, 2, average, [[0] * 4])
    found = moment(model, 4, {"alpha": 0.5, "K": 0.8}, 2)
    assert found.value == pytest.approx(expected, rel=1e-7)


def test_kinks_are_located():
    u, h = name("u"), name("h")
    found = kinks(read("theta(sign(u)*h - k) + max(0, 1 - u*h)*abs(u**2 - k)", "test"), (u, h))
    at = {u: 0.5, h: 0.0, name("k"): 0.3}
    assert sorted({round(float(root.subs(at)), 6) for root in found[0]}) == [-0.547723, 0, 0.547723]
    assert sorted({round(float(root.subs(at)), 6) for root in found[1]}) == [0.3, 2.0]
    with pytest.raises(SamplingError, match="not located"):
        kinks(read("abs(h**3 - 1)", "test"), (h,))


def test_fields_that_others_determine():
    names = [name(word) for word in "uvw"]
    rows = np.array([[1.0, 0, 0], [2.0, 0, 0], [0.5, 0.7, 0]])
    order, determined = chain(names, rows @ rows.T)
    assert [part.name for part in order] == [names[0], names[2]]
    assert determined[names[1]] == sympy.Float(2) * names[0]
    found = expectation(names[0] ** 2 * names[2] ** 2, order, {}, 20)
    assert found == pytest.approx(0.74 + 2 * 0.25, rel=1e-10)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (perceptron("gaussian", weight="exp(-h**2)"), "not discrete"),
        (perceptron(weight="exp(-h**2)", inputs="binary"), "Gaussian inputs"),
        (perceptron(teacher=(1, 2, 3), weight="exp(-h**2)"), "no whole number"),
    ],
)
def test_other_models_are_refused(model, message):
    with pytest.raises(SamplingError, match=message):
        moment(model, 4, {"alpha": 0.5}, 2)
