"""Which symmetries a network can have, and how they split numbers of vectors."""

import pytest
import sympy
from small_networks import NETWORKS

from derive import Attention, Embedding, Linear, Network, Readout, derive
from derive.algebra import sizes
from derive.errors import RuleError
from derive.theories.networks.analysis.exchangeable import declare, exchangeable

H1, H2, H3 = sympy.symbols("H_1 H_2 H_3", positive=True, integer=True)


def symmetry_of(name, layers=None):
    return declare(derive(NETWORKS[name]).theory.notation, layers)


def chain(*heads):
    layers = [Attention(count, 0.8 + 0.1 * k, 9 + k) for k, count in enumerate(heads)]
    return derive(Network((Embedding(8, 1.3), *layers, Readout(1.2)), 0.3))


@pytest.mark.parametrize("name", [n for n in NETWORKS if n not in ("no layer", "linear layers")])
def test_the_sectors_add_up_to_the_number_of_vectors(name):
    notation = derive(NETWORKS[name]).theory.notation
    symmetry = declare(notation)
    for stream in notation.streams():
        size = notation.vectors_count(stream.index)
        parts = [
            symmetry.count(size, sector) * symmetry.multiplicity(sector)
            for sector in symmetry.sectors(size)
        ]
        assert sizes.difference_vanishes(sum(parts), size)


def test_chains_have_numbers_and_skips_have_matrices():
    two, skip = symmetry_of("two attentions"), symmetry_of("two residuals")
    size = skip.notation.vectors_count(0)
    assert [two.count(H1 * H2, s) for s in two.sectors(H1 * H2)] == [1, 1, 1, 1]
    assert [skip.count(size, s) for s in skip.sectors(size)] == [4, 2, 2, 1]
    assert [two.label(H1 * H2, s) for s in two.sectors(H1 * H2)] == ["00", "01", "10", "11"]
    assert two.multiplicity((1, 2)) == (H1 - 1) * (H2 - 1)


def test_layers_of_one_head_have_no_sector():
    theory = exchangeable(chain(1, 3))
    assert theory.symmetry.layers == (2,)
    assert [u.label for u in theory.papers.unknowns] == ["0", "1", "0", "1", ""]
    assert not theory.papers.action.has(H1)
    assert min(evidence.digits for evidence in theory.certify(20)) >= 20


@pytest.mark.parametrize(
    ("layers", "heads", "message"),
    [
        ((3,), (2, 3), "layer 3: the network has 2 layers with branches"),
        ((0,), (2, 3), "layer 0: the network has 2 layers with branches"),
        ((1,), (2, 3), "layer 2: it has several heads and is not declared"),
        ((1, 2, 2), (2, 3), "layer 2: it is declared twice"),
        ((1, 2), (1, 3), "layer 1: it has one head, and nothing to exchange"),
        (None, (1, 1), "no layer of the network has several heads"),
    ],
)
def test_a_symmetry_that_the_network_cannot_have_is_refused(layers, heads, message):
    with pytest.raises(RuleError, match=message) as caught:
        exchangeable(chain(*heads), layers)
    assert "\n" not in str(caught.value)


def test_a_network_without_attention_is_refused():
    network = Network((Embedding(8, 1.3), Linear(0.8, 9), Readout(1.2)), 0.3)
    with pytest.raises(RuleError, match="no layer of the network has several heads"):
        exchangeable(derive(network))
