"""Moves that no label sees, and Geweke's joint test of the sweep with them."""

import numpy as np
import pytest
from small_networks import NETWORKS, TEMPERATURE, random_data

from derive.sampling.statistics import estimate
from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.samplers.weights import moves
from derive.theories.networks.samplers.weights.chain import Chain
from derive.theories.networks.samplers.weights.model import Model

SMALL = {
    "chain": (Embedding(4, 1.2), Attention(2, 0.8, 3), Readout(1.3)),
    "residual": (Embedding(3, 1.2), Residual((Attention(2, 0.8),)), Readout(1.3)),
}
EXAMPLES, FEATURES = 2, 2


def small(name, seed):
    network = Network(SMALL[name], TEMPERATURE)
    data = random_data(network, seed=4, examples=EXAMPLES, features=FEATURES)
    return Chain.start(Model.of(network, FEATURES), data, np.random.default_rng(seed))


def move_all(chain):
    for stream in range(len(chain.model.graph.streams)):
        moves.move(chain.model, stream, chain.tensors, chain.generator)


@pytest.mark.parametrize("name", NETWORKS)
def test_moves_leave_the_outputs_as_they_are(name):
    network, data = NETWORKS[name], random_data(NETWORKS[name], features=5)
    chain = Chain.start(Model.of(network, 5), data, np.random.default_rng(1))
    before = chain.model.outputs(chain.tensors, data.attended)
    old = [tensor.copy() for tensor in chain.tensors]
    for _ in range(5):
        move_all(chain)
    after = chain.model.outputs(chain.tensors, data.attended)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9 * np.abs(before).max())
    assert all(not np.allclose(a, b) for a, b in zip(old, chain.tensors, strict=True))


def test_directions_that_change_no_weight_are_left_alone():
    """Few features under one readout: both Gram matrices of half the units are singular."""
    network = Network((Embedding(9, 1.1), Readout(1.3)), TEMPERATURE)
    data = Data(np.random.default_rng(0).normal(size=(3, 2, 1)), np.zeros(3))
    chain = Chain.start(Model.of(network, 2), data, np.random.default_rng(1))
    before = chain.model.outputs(chain.tensors, data.attended)
    for _ in range(100):
        move_all(chain)
    after = chain.model.outputs(chain.tensors, data.attended)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9)
    assert max(np.abs(tensor).max() for tensor in chain.tensors) < 10


def moments(chain):
    """Squares of every tensor and of their logarithms: a wrong scale shows in them at once."""
    squares = [np.mean(tensor**2) for tensor in chain.tensors]
    traces = [np.trace(overlap) for overlap in chain.overlaps()]
    return [*squares, *np.log(squares), *traces, *np.log(traces)]


def prior(name, count):
    chain = small(name, 99)
    rows = []
    for _ in range(count):
        weights = range(len(chain.tensors))
        chain.tensors = [chain.model.prior(chain.generator, k)[None] for k in weights]
        rows.append(moments(chain))
    rows = np.array(rows)
    return rows.mean(axis=0), rows.std(axis=0) / np.sqrt(count)


def misses(name, steps, chains=4):
    """The largest deviation from the prior, in Monte Carlo errors."""
    readings = []
    for seed in range(chains):
        chain, rows = small(name, seed), []
        for _ in range(steps):
            outputs = chain.model.outputs(chain.tensors, chain.data.attended)[0]
            noise = chain.generator.normal(scale=np.sqrt(TEMPERATURE), size=EXAMPLES)
            chain.data = Data(chain.data.attended, outputs + noise)
            chain.sweep()
            rows.append(moments(chain))
        readings.append(rows)
    found = estimate("moments", np.array(readings))
    expected, error = prior(name, 4000)
    return np.max(np.abs(found.value - expected) / np.hypot(found.error, error))


@pytest.mark.parametrize("name", ["chain", pytest.param("residual", marks=pytest.mark.slow)])
def test_labels_and_sweeps_in_turn_keep_the_prior(name):
    assert misses(name, 300) < 4.5


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_many_labels_and_sweeps_in_turn_keep_the_prior(name):
    assert misses(name, 5000) < 4.5


@pytest.mark.slow
def test_a_wrong_power_in_the_scale_move_is_noticed(monkeypatch):
    right = moves._draw_scale
    monkeypatch.setattr(moves, "_draw_scale", lambda a, b, p, g: right(a, b, p + 3.0, g))
    assert misses("chain", 400) > 6


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("off", [-1.0, 1.0])
@pytest.mark.slow
def test_a_power_off_by_one_in_the_scale_move_is_noticed(name, off, monkeypatch):
    right = moves._draw_scale
    monkeypatch.setattr(moves, "_draw_scale", lambda a, b, p, g: right(a, b, p + off, g))
    assert misses(name, 3000) > 4.5
