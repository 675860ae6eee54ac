"""The exact law and the weights, which share nothing, find the same posterior."""

import numpy as np
import pytest

from derive.evidence.agreement import agreement
from derive.evidence.verdict import Verdict
from derive.sampling.statistics import estimates
from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)
from derive.theories.networks.description.paths import path_count
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights
from derive.theories.networks.solver import Solver


def drawn(kind, seed):
    """A network with random widths and variances, and data for it."""
    generator = np.random.default_rng(seed)
    v = generator.uniform(0.6, 1.5, size=4)
    n = generator.integers(6, 9, size=2).tolist()
    layers = {
        "one number": (Embedding(n[0], v[0]), Readout(v[3])),
        "chain": (Embedding(n[0], v[0]), Attention(2, v[1], n[1]), Linear(v[2], 4), Readout(v[3])),
        "residual": (Embedding(n[0], v[0]), Residual((Attention(2, v[1]),)), Readout(v[3])),
    }[kind]
    network = Network(layers, 0.4)
    shape = (4, path_count(network))
    data = Data(
        generator.normal(size=(5, *shape)),
        generator.normal(size=5),
        attended_test=generator.normal(size=(3, *shape)),
    )
    return network, data


@pytest.mark.parametrize(
    ("kind", "draws"), [("one number", 100), pytest.param("chain", 400, marks=pytest.mark.slow)]
)
def test_short_runs_agree_within_their_errors(kind, draws):
    """Fewer draws than a verdict needs: within 4.5 Monte Carlo errors, entry by entry."""
    network, data = drawn(kind, 11)
    ours = estimates(sample_overlaps(Solver.of(network), network, data, draws=draws, seed=1))
    theirs = estimates(sample_weights(network, data, draws=draws, seed=2))
    assert ours
    for name, found in ours.items():
        gap = np.abs(found.value - theirs[name].value)
        assert (gap < 4.5 * np.hypot(found.error, theirs[name].error)).all(), name


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), [("chain", 11), ("residual", 12)])
def test_exact_law_and_weights_agree(kind, seed):
    network, data = drawn(kind, seed)
    ours = estimates(sample_overlaps(Solver.of(network), network, data, draws=4000, seed=1))
    theirs = estimates(sample_weights(network, data, draws=8000, seed=2))
    for name, estimate in ours.items():
        result = agreement(name, estimate, theirs[name])
        assert result.verdict is Verdict.AGREES, result.reason
