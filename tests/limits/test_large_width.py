"""Chains of large width against formulas.md, section 1.3, and a claim of the paper.

network                  limit               known value                         source
chains                   N -> infinity       N (U_1 - c_1 I) in closed form      formulas.md 1.3
chains                   terms in 1/N        the same                            formulas.md 1.3
hidden Markov chain      N from 10^4 up      U_1 off the diagonal falls as 1/N   Tiberi et al. 2024
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from small_networks import CHAINS, NETWORKS, random_data

from derive.theories.networks.analysis.expansions import finite_width_expansion, saddle_expansion
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import Attention, Data, Embedding, Network, Readout
from derive.theories.networks.module import generate_expansion
from derive.theories.networks.solver import Solver
from derive.theories.networks.tasks import hidden_markov


def first_correction(network, data):
    """formulas.md 1.3: -c_1^2 [tr(G_0) I/N_a + sum_l I (x) tr_{h_1..h_l}(G_0)/N_l]."""
    layers = network.layers[1:-1]
    heads = [getattr(layer, "heads", 1) for layer in layers]
    widths = [layer.width for layer in network.layers[:-1]]
    variances = [layer.variance for layer in network.layers]
    c, paths = np.prod(variances[1:]), int(np.prod(heads))
    scale = variances[0] / (data.attended.shape[1] * paths)
    xi = data.attended.transpose(0, 2, 1)
    covariance = c * scale * np.einsum("mpi,npi->mn", xi, xi)
    resolvent = np.linalg.inv(covariance + network.temperature * np.eye(len(xi)))
    dual = resolvent @ data.labels
    force = scale * np.einsum("mn,mpi,nqi->pq", resolvent - np.outer(dual, dual), xi, xi)
    total = np.zeros_like(force)
    for level, width in enumerate(widths):
        above = int(np.prod(heads[:level]))
        rest = paths // above
        traced = np.einsum("hphq->pq", force.reshape(above, rest, above, rest))
        total += np.kron(np.eye(above), traced) / width
    return c * np.eye(paths), -(c**2) * total


@pytest.mark.parametrize("name", CHAINS)
def test_the_shift_of_a_wide_chain_is_the_closed_form(name):
    network = NETWORKS[name]
    data, found = random_data(network, seed=3), Solver.of(network)
    distances = []
    for scale in (1000, 10000):
        wider = (replace(layer, width=scale * layer.width) for layer in network.layers[:-1])
        wide = replace(network, layers=(*wider, network.readout))
        point, shift = first_correction(wide, data)
        solution = found.solve(wide, data, tolerance=1e-12)
        u_1 = solution.bottom * len(solution.bottom)
        distances.append(np.linalg.norm(u_1 - point - shift) / np.linalg.norm(shift))
    assert distances[0] < 0.02
    assert distances[0] / distances[1] == pytest.approx(10, rel=0.05)


@pytest.mark.parametrize("name", CHAINS)
def test_the_expansions_of_a_chain_begin_with_the_closed_form(name):
    """That of the saddle point and that of the exact law, in the papers' normalisation."""
    network = NETWORKS[name]
    data, derivation = random_data(network, seed=3), derive(network)
    problem = Solver.of(network).problem(network, data)
    point, shift = first_correction(network, data)
    for expansion in (saddle_expansion(derivation, 1), finite_width_expansion(derivation)):
        module = generate_expansion(expansion).load()
        found = module.expansion_terms(problem, problem.attended).overlaps[0]
        np.testing.assert_allclose(found[0] * len(point), point, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found[1] * len(point), shift, rtol=1e-8, atol=1e-10)


def test_overlaps_of_different_paths_vanish_as_one_over_the_width():
    """Tiberi et al. 2024; formulas.md 3: the hidden Markov chain, from N = 10^4 up."""
    drawn = hidden_markov(0, examples=60, test_examples=10)
    network = Network((Embedding("N", 1.0), *[Attention(2, 1.0, "N")] * 2, Readout(1.0)), 0.01)
    xi = np.einsum(
        "mis,mgst,mhtu->mghiu", drawn["inputs"], drawn["attention_1"], drawn["attention_2"]
    )[..., -1]
    attended = xi.reshape(len(xi), 4, -1).transpose(0, 2, 1)
    data, found = Data(attended, drawn["labels"]), Solver.of(network)
    scaled = []
    for width in (10**4, 10**5, 10**6, 10**7):
        u_1 = found.solve(network.with_values({"N": width}), data).chain_overlaps[0]
        scaled.append(width * (u_1 - np.diag(np.diag(u_1))))
        assert np.abs(scaled[-1]).max() > 1  # there is something that vanishes
    gaps = [np.linalg.norm(far - near) for near, far in pairwise(scaled)]
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.1)
    assert gaps[1] / gaps[2] == pytest.approx(10, rel=0.1)
