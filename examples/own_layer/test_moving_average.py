"""The layer's operators against their definition, and its theory against a plain forward pass."""

from pathlib import Path

import numpy as np
from moving_average import MovingAverage

import derive

NETWORK = Path(__file__).parent / "network.toml"


def test_operators_are_averages_of_the_past():
    """Columns are tokens t: w_ts over s up to t, none above."""
    decays = (0.0, 0.7, 1.0)
    found = MovingAverage(decays, 1.0, 9).operators(None, 4)[0]
    for decay, omega in zip(decays, found, strict=True):
        for t in range(4):
            weights = np.array([float(decay) ** (t - s) for s in range(t + 1)])
            np.testing.assert_allclose(omega[: t + 1, t], weights / weights.sum(), rtol=1e-14)
            assert not omega[t + 1 :, t].any()


def test_every_step_of_the_theory_is_certified():
    """The file is read by the entry point, and all steps hold to 20 digits."""
    network = derive.load_network(NETWORK)
    assert isinstance(network.layers[1], MovingAverage)
    assert all(evidence.digits >= 20 for evidence in derive.derive(network).certify(20))
