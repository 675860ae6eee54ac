"""The replicon of models whose weights are written in other ways."""

import numpy as np
import pytest
from solving import state

from derive.theories.disorder.gallery import gallery_model


def test_hopfield():
    """1 - alpha beta^2 E (1 - tanh^2)^2/(1 - beta (1 - q))^2: Amit et al. 1987, eq. (A.10).

    Its weight is written exp(-beta (1 - h^2)/2), which other rules expand.
    """
    beta, alpha, b = 2.2, 0.07, 0.03
    found = state(gallery_model("hopfield"), [0.9, 0.9], beta=beta, alpha=alpha, b=b)
    z, w = np.polynomial.hermite_e.hermegauss(200)
    q, m = found["q"], found["m"]
    noise = np.sqrt(alpha * q) / (1 - beta * (1 - q))
    tanh = np.tanh(beta * (m + b + noise * z))
    part = float((w / w.sum()) @ (1 - tanh**2) ** 2)
    expected = 1 - alpha * beta**2 * part / (1 - beta * (1 - q)) ** 2
    assert expected < 0.999
    assert found["replicon"] == pytest.approx(expected, abs=1e-9)
