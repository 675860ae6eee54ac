"""Kinds of layers whose branches multiply all tokens by one number, as gates do."""

import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest

from derive import Embedding, Gated, Network, Readout, Weighted, derive
from derive.errors import DescriptionError
from derive.theories.networks.description import attended_inputs

RNG = np.random.default_rng(5)


@dataclass(frozen=True)
class Scaled(Weighted):
    """Two branches, once as given and once doubled."""

    variance: float = 0.9
    width: int | None = 8
    branches = 2
    uniform = True
    given: tuple = ((1.0, 2.0),)

    def operators(self, data, tokens):
        return np.array(self.given)


@dataclass(frozen=True)
class Cropped(Scaled):
    def tokens_above(self, tokens):
        return tokens - 1


class TestUniformKinds:
    """A branch multiplies all tokens by one number: no matrix over tokens is made."""

    def test_the_same_paths_as_with_matrices(self):
        net = Network((Embedding(9, 1.0), Gated(3, 0.8, 8), Readout(1.0, "mean")), 0.1)
        x, gates = RNG.normal(size=(5, 4, 3)), RNG.normal(size=(5, 3))
        found = attended_inputs(net, x, [gates])
        np.testing.assert_allclose(found, np.einsum("pit,ph->pih", x, gates) / 3, rtol=1e-12)

    def test_memory_does_not_grow_with_the_square_of_the_tokens(self):
        tokens = 3000
        net = Network((Embedding(9, 1.0), Gated(3, 0.8, 8), Readout(1.0, "mean")), 0.1)
        x, gates = np.ones((20, 1, tokens)), RNG.normal(size=(20, 3))
        tracemalloc.start()
        attended_inputs(net, x, [gates])
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert used < 100 * x.nbytes < 20 * 3 * tokens**2

    def test_one_s_own(self):
        net = Network((Embedding(9, 1.0), Scaled(), Readout(1.0)), 0.1)
        x = RNG.normal(size=(5, 4, 3))
        found = attended_inputs(net, x, [])
        np.testing.assert_array_equal(found, np.stack([x[:, :, -1], 2 * x[:, :, -1]], axis=2))
        assert len(derive(net).certify(12)) == len(derive(net).steps)

    @pytest.mark.parametrize(
        ("layer", "said"),
        [
            (Scaled(given=(1.0, 2.0)), r"gave shape \(2,\), expected \(1, 2\): examples, branches"),
            (Scaled(given=((1.0,),)), r"gave shape \(1, 1\), expected \(1, 2\)"),
            (Cropped(), "`uniform` is True, so as many tokens come out as go in"),
        ],
    )
    def test_what_fits_not_is_refused(self, layer, said):
        net = Network((Embedding(9, 1.0), layer, Readout(1.0)), 0.1)
        with pytest.raises(DescriptionError, match=said):
            attended_inputs(net, np.ones((5, 4, 3)), [])
