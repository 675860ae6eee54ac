"""The sampled nonlinear network nears the saddle point as widths and examples grow together.

Inputs are copies of a small set, each in features of its own, so that for an odd nonlinearity the
saddle point is the same at every width; it is solved at each. Deviations are of the posterior mean
of |a|^2 / N, relative to the saddle point.
"""

import numpy as np
import pytest

from derive.sampling.statistics import estimates
from derive.theories.networks.description import Features, Network, Readout, data_from_arrays
from derive.theories.networks.samplers.features import sample_features
from derive.theories.networks.solver import solve

EVERY_DAY = ("test_the_deviation_is_what_was_measured",)
"""The others are evidence beyond what CI has time for: run by hand."""
EXAMPLES, INPUTS, WIDTH = 6, 5, 8


def deviation(kernel, temperature, copies, draws):
    """The relative deviation and its Monte Carlo error."""
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(EXAMPLES, INPUTS))
    labels = np.tile(1.5 * rng.normal(size=EXAMPLES), copies)
    inputs = np.sqrt(copies) * np.kron(np.eye(copies), inputs)[:, :, None]
    described = Network((Features(WIDTH * copies, kernel, 1.3), Readout(1.2)), temperature)
    saddle = solve(described, data_from_arrays({"inputs": inputs, "labels": labels}, described))
    assert saddle.converged
    found = sample_features(described, inputs, labels, draws=draws, chains=4, seed=1)
    ours, value = estimates(found)["overlaps"], saddle.overlaps[0][0, 0]
    assert ours.r_hat < 1.01 and ours.sample_size > draws / 3
    return (ours.value[0] - value) / value, ours.error[0] / value, value


@pytest.mark.parametrize(
    ("kernel", "temperature"), [("arc-sine", 0.1), ("arc-cosine-1", 0.3)], ids=["erf", "ReLU"]
)
def test_the_deviation_falls(kernel, temperature):
    """From N = 8 to N = 32; measured (per cent): erf 2.7(1) to 0.2(1), ReLU 1.3(1) to -0.1(1)."""
    near, noise, value = deviation(kernel, temperature, 1, 8000)
    far, error, _ = deviation(kernel, temperature, 4, 5000)
    assert near > 5 * noise  # at N = 8 there is something to see
    assert abs(far) < abs(near) / 2 + 3 * error
    assert value > 1.25 * 1.2  # far from the prior


def test_the_deviation_is_what_was_measured():
    """A short chain at N = 8: 2.7 per cent for erf, where the saddle point's own is zero."""
    near, noise, value = deviation("arc-sine", 0.1, 1, 600)
    assert abs(near - 0.027) < 5 * noise
    assert value > 1.25 * 1.2
