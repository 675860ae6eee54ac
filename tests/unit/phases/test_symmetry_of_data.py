"""Data with a declared symmetry, data without, and kernels by sectors."""

import re

import numpy as np
import pytest
from small_networks import NETWORKS
from symmetric_data import sector_data, symmetric_data

from derive import Attention, Data, Embedding, Network, Readout
from derive.errors import DataError
from derive.theories.networks.analysis.exchangeable import declare
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.phases.kernels import check_symmetry, sector_arrays

CHAIN = NETWORKS["two attentions"]


def symmetry_of(network):
    return declare(Notation(stream_graph(network)))


@pytest.mark.parametrize("name", ["one attention", "two attentions", "two residuals"])
def test_symmetric_data_pass(name):
    network = NETWORKS[name]
    assert check_symmetry(network, symmetric_data(network), symmetry_of(network)) < 1e-14


def test_data_may_be_rotated_path_by_path():
    """The kernels are symmetric, not the attended inputs: a rotation of features leaves them."""
    data = symmetric_data(CHAIN)
    axes, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(data.attended.shape[1],) * 2))
    rotated = Data(np.einsum("mip,ij->mjp", data.attended, axes), data.labels)
    assert check_symmetry(CHAIN, rotated, symmetry_of(CHAIN)) < 1e-13


def test_the_worst_violation_is_shown():
    data = symmetric_data(CHAIN)
    broken = data.attended.copy()
    broken[2, 5, 4] += 0.5  # example 3, path (2, 2)
    with pytest.raises(DataError) as caught:
        check_symmetry(CHAIN, Data(broken, data.labels), symmetry_of(CHAIN))
    message = str(caught.value)
    assert "\n" not in message
    pattern = (
        r"heads (\d) and (\d) of layer (\d): the kernel of paths \((.*)\) and \((.*)\), "
        r"examples (\d) and (\d), changes from (\S+) to (\S+);"
    )
    found = re.search(pattern, message).groups()
    (first, second, layer, one, other), examples = found[:5], [int(k) - 1 for k in found[5:7]]
    assert 2 in examples
    assert int(second) == int(first) + 1
    table = {f"{h}, {k}": 3 * (h - 1) + k - 1 for h in (1, 2) for k in (1, 2, 3)}
    swap = {int(first): int(second), int(second): int(first)}

    def moved(path):
        heads = [int(part) for part in path.split(", ")]
        heads[int(layer) - 1] = swap.get(heads[int(layer) - 1], heads[int(layer) - 1])
        return ", ".join(map(str, heads))

    for paths, number in (((one, other), found[7]), ((moved(one), moved(other)), found[8])):
        left, right = (broken[k, :, table[path]] for k, path in zip(examples, paths, strict=True))
        assert left @ right == pytest.approx(float(number), rel=1e-6)


def test_the_tolerance_is_relative_to_the_largest_kernel():
    data = symmetric_data(CHAIN)
    broken = data.attended.copy()
    broken[2, 5, 4] *= 1 + 1e-6
    changed, symmetry = Data(broken, data.labels), symmetry_of(CHAIN)
    change = check_symmetry(CHAIN, changed, symmetry, tolerance=1e-5)
    assert 1e-9 < change < 1e-5
    with pytest.raises(DataError, match="not symmetric"):
        check_symmetry(CHAIN, changed, symmetry, tolerance=change / 2)
    scaled = Data(1e6 * broken, data.labels)
    assert check_symmetry(CHAIN, scaled, symmetry, tolerance=1e-5) == pytest.approx(change)


def test_a_layer_of_one_head_is_not_asked():
    network = Network(
        (Embedding(9, 1.3), Attention(1, 0.8, 7), Attention(2, 0.9, 8), Readout(1.2)), 0.3
    )
    assert check_symmetry(network, symmetric_data(network), symmetry_of(network)) < 1e-14


def test_kernels_of_sectors_are_projections():
    """K_S is the sum of P_S[pi, pi'] xi_pi . xi_pi' with P_S a product of J/H and I - J/H."""
    data = symmetric_data(CHAIN, seed=4)
    found = sector_arrays(CHAIN, data, symmetry_of(CHAIN))
    ones = {2: np.full((2, 2), 1 / 2), 3: np.full((3, 3), 1 / 3)}
    parts = {h: {"0": ones[h], "1": np.eye(h) - ones[h]} for h in (2, 3)}
    for label in ("00", "01", "10", "11"):
        projector = np.kron(parts[2][label[0]], parts[3][label[1]])
        expected = np.einsum("mip,pq,niq->mn", data.attended, projector, data.attended)
        np.testing.assert_allclose(found[f"K_{label}"], expected, atol=1e-12 * abs(expected).max())


def test_kernels_of_sectors_come_back():
    kernels = {label: np.diag(np.arange(1.0, 4) + k) for k, label in enumerate(("0", "1"))}
    network = NETWORKS["one attention"]
    data = sector_data(network, kernels, np.ones(3))
    found = sector_arrays(network, data, symmetry_of(network))
    scale = 3 * data.attended.shape[1] / 1.3
    np.testing.assert_allclose(found["K_0"], scale * kernels["0"], rtol=1e-12)
    np.testing.assert_allclose(found["K_1"], 2 * scale * kernels["1"], rtol=1e-12)
