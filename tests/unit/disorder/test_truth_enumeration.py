"""Sums over all configurations, against loops written by hand and what is known exactly."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from derive.errors import SamplingError, SizeError
from derive.evidence.verdict import Verdict
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.description import symbol as name
from derive.theories.disorder.truth.enumeration import (
    enumeration,
    moments,
    overlap_distribution,
    readings,
    summed,
    thermodynamics,
)
from derive.theories.disorder.truth.instance import Layout, draw_instance
from derive.theories.disorder.truth.measured import Measured, deviation, extrapolate, judge

FIELD = {"energy": "-b*m", "magnetisations": {"m": "x"}}
SPINS = DisorderedModel(sites={"variable": "binary"}, couplings="J**2*q**2/2", mean=FIELD)
PATTERNS = DisorderedModel(
    sites={"variable": "binary"},
    examples={"ratio": "alpha", "fields": {"h": "x"}, "weight": "exp(beta*h**2/2)"},
)
STUDENT = DisorderedModel(
    sites={"variable": "binary", "attributes": {"t": "binary"}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": "sign(u)",
        "weight": "theta(y*h)",
    },
    observables={"gibbs": "theta(-h*u)", "mean": {"mean_predictor": "theta(-h*u)"}},
)
RICH = DisorderedModel(
    sites=[
        {
            "variable": {"values": [-1, 0, 2], "weights": [1, "exp(-beta*D)", "1/2"]},
            "attributes": {"t": {"values": [1, 2], "weights": ["1/3", "2/3"]}},
        },
        {"variable": "binary", "name": "s", "ratio": "1/2"},
    ],
    examples=[
        {"ratio": "alpha", "fields": {"h": "x", "k": "s"}, "energy": "abs(h - k)"},
        {
            "ratio": "1/4",
            "fields": {"g": "x", "u": "t"},
            "labels": {"gaussian": "u", "variance": "D"},
            "weight": "exp(-(y - g)**2)*cosh(beta*g)",
        },
    ],
    couplings="J*q_x*q_s",
    mean={"energy": "v**2/3", "magnetisations": {"v": "t*x"}},
)
NUMBERS = {"alpha": 0.75, "beta": 0.8, "D": 0.6, "J": 1.3}


def instance(model, size, seed=1, **numbers):
    layout = Layout.of(model, size, numbers)
    return draw_instance(layout, np.random.default_rng(seed))


def test_spins_by_loops():
    drawn = instance(SPINS, 6, J=1.2, b=0.4, beta=0.9)
    ((tensor,),) = ([term.tensor for term in drawn.interactions],)
    total, means, costs = 0.0, [0.0] * 6, 0.0
    for spins in itertools.product((-1, 1), repeat=6):
        cost = -0.4 * sum(spins)
        for i in range(6):
            for j in range(6):
                cost += tensor[i][j] * spins[i] * spins[j]
        weight = math.exp(-0.9 * cost)
        total += weight
        costs += weight * cost
        means = [old + weight * s for old, s in zip(means, spins, strict=True)]
    found = readings(summed(drawn), np.random.default_rng(0))
    expected = {
        "free_entropy": math.log(total) / 6,
        "energy": costs / total / 6,
        "entropy": (math.log(total) + 0.9 * costs / total) / 6,
        "m": sum(means) / total / 6,
        "q": sum((mean / total) ** 2 for mean in means) / 6,
        "Q": 1.0,
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-12), key


def test_two_populations_with_everything_by_loops():
    """Weights of points, attributes, two kinds of examples, couplings and a mean field."""
    drawn = instance(RICH, 4, **NUMBERS)
    (tensor,) = [term.tensor for term in drawn.interactions]
    first, second = drawn.sets
    t, total, overlap = drawn.attributes["t"], 0.0, 0.0
    measure = {-1: 1.0, 0: math.exp(-0.8 * 0.6), 2: 0.5}
    for x in itertools.product((-1, 0, 2), repeat=4):
        for s in itertools.product((-1, 1), repeat=2):
            weight = math.prod(measure[v] for v in x)
            for row, other in zip(first.patterns["x"], first.patterns["s"], strict=True):
                weight *= math.exp(-0.8 * abs(row @ np.array(x) - other @ np.array(s)))
            for row, y in zip(second.patterns["x"], second.labels, strict=True):
                g = row @ np.array(x)
                weight *= math.exp(-((y - g) ** 2)) * math.cosh(0.8 * g)
            v = t @ np.array(x) / 4
            cost = np.array(x) @ tensor @ np.array(s) + 4 * v**2 / 3
            weight *= math.exp(-0.8 * cost)
            total += weight
            overlap += weight * sum(np.array(x) ** 2) / 4
    found = readings(summed(drawn), np.random.default_rng(0))
    assert found["free_entropy"] == pytest.approx(math.log(total) / 4, rel=1e-12)
    assert found["Q_x"] == pytest.approx(overlap / total, rel=1e-12)


@pytest.mark.parametrize(("model", "numbers"), [(RICH, NUMBERS), (PATTERNS, NUMBERS)])
def test_the_energy_is_the_derivative_of_the_free_entropy(model, numbers):
    """Central differences of step 1e-4: off by 1e-8."""
    step = 1e-4
    free = [
        thermodynamics(summed(instance(model, 4, **{**numbers, "beta": beta})))["free_entropy"]
        for beta in (0.8 - step, 0.8 + step)
    ]
    found = thermodynamics(summed(instance(model, 4, **numbers)))["energy"]
    assert found == pytest.approx(-(free[1] - free[0]) / (2 * step), rel=1e-6)


def test_components_share_their_patterns():
    """Two components with a factor that couples them: <x_1 x_2> by loops."""
    model = DisorderedModel(
        sites={"variable": "binary", "components": 2},
        examples={"ratio": "alpha", "fields": {"g": "x_1", "h": "x_2"}, "weight": "exp(beta*g*h)"},
    )
    drawn = instance(model, 3, alpha=2, beta=0.7)
    total, product = 0.0, 0.0
    for x in itertools.product((-1, 1), repeat=6):
        a, b = np.array(x[:3]), np.array(x[3:])
        weight = math.exp(0.7 * sum((p @ a) * (p @ b) for p in drawn.sets[0].patterns["x"]))
        total, product = total + weight, product + weight * (a @ b) / 3
    found = readings(summed(drawn), np.random.default_rng(0))
    assert found["Q_12"] == pytest.approx(product / total, rel=1e-12)
    assert {"q_11", "q_12", "q_22", "Q_11"} <= set(found)


def annealed(model, size, numbers, count=1500):
    layout, rng = Layout.of(model, size, numbers), np.random.default_rng(2)
    return np.exp([summed(draw_instance(layout, rng)).log_partition for _ in range(count)])


@pytest.mark.parametrize(
    ("model", "numbers", "expected"),
    [
        (SPINS, {"J": 0.7, "b": 0.3, "beta": 0.6},
         6 * math.log(2 * math.cosh(0.18)) + 6 * 0.36 * 0.49 / 4),
        (PATTERNS, {"alpha": 0.5, "beta": 0.35}, 6 * math.log(2) - 1.5 * math.log(1 - 0.35)),
        (STUDENT, {"alpha": 0.5}, None),
    ],
)  # fmt: skip
def test_the_average_of_z(model, numbers, expected):
    """ln E Z at N = 6 in closed form, where the patterns are Gaussian.

    A teacher that has no part in a constraint on fields of either sign leaves a half of each.
    """
    found = annealed(model, 6, numbers)
    if model is STUDENT:  # E Z counts the teacher too: by its overlap with the configurations
        overlaps = [(math.comb(6, k), 2 * k / 6 - 1) for k in range(7)]
        half = [(0.5 + math.asin(r) / math.pi) ** 3 for _, r in overlaps]
        expected = math.log(sum(c * p for (c, _), p in zip(overlaps, half, strict=True)))
    error = found.std() / math.sqrt(len(found))
    assert abs(found.mean() - math.exp(expected)) < 4.5 * error


def test_a_teacher_is_one_of_its_students():
    """Nishimori: E t.<x> = E <x>.<x> where prior and labels are the teacher's."""
    layout, rng = Layout.of(STUDENT, 8, {"alpha": 1.0}), np.random.default_rng(3)
    records = [readings(summed(draw_instance(layout, rng)), rng) for _ in range(300)]
    gaps = np.array([record["m"] - record["q"] for record in records])
    assert abs(gaps.mean()) < 4 * gaps.std() / math.sqrt(300)
    assert gaps.std() > 0.01
    gibbs, mean = (np.mean([record[key] for record in records]) for key in ("gibbs", "mean"))
    assert 0 < mean < gibbs < 0.5


def test_pairs_of_replicas_have_the_overlaps_of_the_law():
    law = summed(instance(SPINS, 8, J=1.2, b=0.2, beta=1.3))
    drawn = overlap_distribution(law, 4000, np.random.default_rng(4))["q"]
    means, seconds = moments(law)
    for values, expected in [
        (drawn, np.mean(means["x"] ** 2)),
        (drawn**2, np.mean(seconds["x", "x"] ** 2)),
    ]:
        assert abs(values.mean() - expected) < 4.5 * values.std() / math.sqrt(4000)


def test_averages_tell_their_errors():
    few = enumeration(SPINS, 6, {"J": 0.7, "b": 0.3, "beta": 0.6}, instances=20, seed=1)
    many = enumeration(SPINS, 6, {"J": 0.7, "b": 0.3, "beta": 0.6}, instances=320, seed=2)
    assert few["energy"].error / many["energy"].error == pytest.approx(4, rel=0.5)
    assert judge("energy", few["energy"], many["energy"].value).verdict is Verdict.AGREES
    off = many["energy"].value + 5 * few["energy"].error
    assert judge("energy", few["energy"], off).verdict is Verdict.DISAGREES
    unsure = replace(few["energy"], error=math.nan)
    assert judge("energy", unsure, off).verdict is Verdict.INCONCLUSIVE
    assert few["Q"].error == 0
    assert "20 instances at N = 6" in repr(few["q"])


def test_what_cannot_be_summed_is_refused():
    with pytest.raises(SizeError, match="configurations"):
        enumeration(SPINS, 40, {"J": 1, "b": 0, "beta": 1}, instances=2)
    sphere = DisorderedModel(sites={"variable": "spherical"}, couplings="q**2/2")
    with pytest.raises(SamplingError, match="not discrete"):
        enumeration(sphere, 4, {"beta": 1}, instances=2)
    with pytest.raises(SamplingError, match="two or more"):
        enumeration(SPINS, 4, {"J": 1, "b": 0, "beta": 1}, instances=1)


def test_instances_without_a_configuration_are_told():
    strict = DisorderedModel(
        sites={"variable": "binary"},
        examples={"ratio": "alpha", "fields": {"h": "x"}, "weight": "theta(h - k)"},
    )
    found = enumeration(strict, 6, {"alpha": 1, "k": 0.2}, instances=20)
    assert math.isnan(found["free_entropy"].error)
    assert "left out" in found["free_entropy"].detail
    found = enumeration(strict, 6, {"alpha": 1 / 6, "k": 0.2}, instances=20)
    assert "left out" not in found["free_entropy"].detail
    with pytest.raises(SamplingError, match="two or more"):
        enumeration(strict, 4, {"alpha": 2, "k": 9}, instances=3)


def test_extrapolation_in_the_size():
    rng, sizes = np.random.default_rng(5), [8, 12, 16, 20]
    misses = []
    for _ in range(200):
        found = [Measured("q", 0.7 - 1.3 / n + 0.002 * rng.standard_normal(), 0.002) for n in sizes]
        limit = extrapolate(sizes, found)
        misses.append((limit.value - 0.7) / limit.error)
    assert abs(np.mean(misses)) < 4.5 / math.sqrt(200)
    assert 0.6 < np.std(misses) < 1.2  # at most one: what the next power changes is an error too
    curved = [Measured("q", 0.7 - 1.3 / n + 9 / n**2, 1e-4) for n in sizes]
    assert "next power" in extrapolate(sizes, curved).detail
    assert extrapolate(sizes, curved).value == pytest.approx(0.7, abs=1e-10)
    assert extrapolate(sizes, [Measured("energy", 0.0, 0.0)] * 4).value == 0
    slope = deviation("spins", sizes, [Measured("q", 0.7 - 1.3 / n, 1e-4) for n in sizes], 0.7)
    assert slope.order == pytest.approx(1)
    with pytest.raises(SamplingError, match="do not tell"):
        extrapolate([8], curved[:1])


def test_fields_are_named_by_their_symbols():
    drawn = instance(STUDENT, 4, alpha=0.5)
    assert list(drawn.sets[0].students) == [name("h")]
    assert list(drawn.sets[0].teacher) == [name("u")]
