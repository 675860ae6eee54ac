"""A width below the number of vectors: who needs a density refuses, and names the width."""

import re

import numpy as np
import pytest
from repeated_networks import heads, repeat
from small_networks import NETWORKS, random_data, random_overlaps, solver

from derive import compare, generate
from derive.errors import SamplingError
from derive.theories.networks.derivation.deriving import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Network,
    Readout,
    stream_graph,
)
from derive.theories.networks.description.graph import values, without_density
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.weights import sample_weights

ONE = "stream {} has {} vectors in width {}: its overlaps are singular and have no density; N_{} = "
NAMES = ["one attention", "residual", "residual ends in residual"]


def narrow(name):
    """The network with the lowest stream that has several vectors one short of a density."""
    network = NETWORKS[name]
    graph, heads = stream_graph(network), values(network, stream_graph(network)).heads
    stream = next(s for s in graph.streams if graph.vectors(s, heads) > 1)
    count = graph.vectors(stream, heads)
    expected = ONE.format(stream.name, count, count - 1, stream.name) + f"{count} would do"
    return network.with_width(count - 1), network.with_width(count), expected


@pytest.mark.parametrize("name", NAMES)
def test_the_sampler_of_the_overlaps(name):
    network, _, expected = narrow(name)
    with pytest.raises(SamplingError, match=f"^{re.escape(expected)}, or sample the weights$"):
        sample_overlaps(solver(name), network, random_data(network), draws=2, chains=1)


def test_the_sampler_of_the_weights_needs_none():
    network, _, _ = narrow("one attention")
    draws = sample_weights(network, random_data(network), draws=3, chains=2, burn=0)
    assert all(np.isfinite(overlap).all() for overlap in draws.overlaps)


@pytest.mark.parametrize("name", NAMES)
def test_the_generated_module(name):
    module, (network, enough, expected) = solver(name).module, narrow(name)
    data = random_data(network)
    problem = solver(name).problem(network, data)
    overlaps = random_overlaps(module, problem, 3)
    with pytest.raises(ValueError, match=f"^widths: {re.escape(expected)}$"):
        module.overlap_law(overlaps, problem)
    assert np.isfinite(module.overlap_law(overlaps, solver(name).problem(enough, data)))
    assert np.isfinite(module.action(overlaps, problem))


@pytest.mark.parametrize("name", NAMES)
def test_the_ladder(name):
    network, enough, expected = narrow(name)
    assert without_density(network) == expected
    assert without_density(enough) == ""


def test_claims():
    network = Network(
        (Embedding("N1", variance="v0"), Attention("H1", variance="v1", width="Na"), Readout("va")),
        "T",
    )
    text = "logdet(K(U_1) + temperature*eye(P))"
    assume = {"N_1": "2", "H_1": "3"}
    result = compare(network, "action", [text], assume=assume)
    assert result.verdict.value == "INCONCLUSIVE"
    expected = ONE.format(1, 3, 2, 1) + "3 would do"
    assert expected in str(result)


def test_the_generated_module_of_any_depth():
    network = Network((Embedding("N", 1.3), repeat(heads()), Readout(1.2)), "T")
    module = generate(derive(network)).load()
    problem = module.make_problem(
        np.ones((2, 1, 4)), [1.0, -1.0], (4, 1, 3), 1.1, 0.3, heads=(2, 2), depth=2
    )
    overlaps = module.infinite_width(problem)
    assert [len(overlap) for overlap in overlaps] == [4, 2, 1]
    with pytest.raises(ValueError, match=re.escape(ONE.format(2, 2, 1, 2) + "2 would do")):
        module.overlap_law(overlaps, problem)
    enough = problem._replace(widths=(4.0, 2.0, 3.0))
    assert np.isfinite(module.overlap_law(overlaps, enough))
