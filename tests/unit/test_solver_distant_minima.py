"""Several heads: minima that no ray leads to are found too, and none is told twice."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, solver

from derive.programs.runtime.minima import is_near
from derive.theories.networks.description import Attention, Data, Embedding, Network, Readout
from derive.theories.networks.module.runtime.rays import Prior, affordable, scattered_starts
from derive.theories.networks.solver import Solver

PATH = Path(__file__).parents[2] / "benchmarks" / "minima.py"


@pytest.fixture(scope="module")
def settings():
    spec = importlib.util.spec_from_file_location("minima_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unexplained():
    """Small variances and strong labels on one of six paths: the ray has one minimum."""
    layers = (
        Attention(heads=2, variance=0.02, width=6),
        Attention(heads=3, variance=0.05, width=5),
    )
    network = Network((Embedding(width=8, variance=1.1), *layers, Readout(variance=0.03)), 0.05)
    generator = np.random.default_rng(5)
    attended = generator.normal(size=(9, 7, 6))
    labels = attended[:, :, 4] @ generator.normal(size=7)
    return network, Data(attended, 3 * labels / np.std(labels))


def test_labels_that_a_few_paths_explain_are_explained():
    network, data = unexplained()
    found = Solver.of(network)
    solution = found.solve(network, data)
    problem = found.problem(network, data)
    wide = found.solve(network, data, start=found.module.infinite_width(problem))
    assert wide.converged
    assert solution.converged
    assert solution.action < wide.action - 1.0
    assert any(abs(other.action - wide.action) < 1e-6 for other in solution.others)
    actions = [minimum.action for minimum in (solution, *solution.others)]
    assert actions == sorted(actions)


def test_weak_labels_are_solved_once():
    network = NETWORKS["two attentions"]
    data = random_data(network, seed=3)
    assert solver("two attentions").solve(network, data).others == ()


def test_scattered_starts_are_positive_definite_and_the_same_each_time():
    found, network = solver("two residuals"), NETWORKS["two residuals"]
    prior = Prior(found.problem(network, random_data(network)), found.module.infinite_width)
    first, second = (scattered_starts(prior, 2) for _ in range(2))
    assert len(first) == 3
    for one, other in zip(first, second, strict=True):
        for left, right in zip(one, other, strict=True):
            np.testing.assert_array_equal(left, right)
            assert np.linalg.eigvalsh(left)[0] > 0
    assert prior.spread(3.0 * prior.overlaps[0]) == pytest.approx(1.0)
    assert prior.is_branched()


def test_large_problems_get_fewer_random_starts():
    assert [affordable((size, 16, 100)) for size in (50, 200, 2000)] == [12, 3, 0]


def test_a_point_is_near_itself_only():
    network = NETWORKS["residual"]
    solution = solver("residual").solve(network, random_data(network))
    assert is_near(solution.overlaps, [solution])
    assert not is_near((2.0 * solution.overlaps[0],), [solution])
    assert not is_near(solution.overlaps, [])


@pytest.mark.parametrize("number", range(3))
def test_a_slice_of_the_benchmark_of_chains_misses_nothing(settings, number):
    assert settings.chain_gap(number)[1] < 1e-8


@pytest.mark.parametrize("number", [0, 3, 7])
def test_a_slice_of_the_benchmark_of_heads_misses_nothing(settings, number):
    assert settings.several_gap(number, 4)[2] < 1e-8


@pytest.mark.slow
def test_benchmark_of_heads(settings):
    assert all(settings.several_gap(number, 16)[2] < 1e-8 for number in range(26))
