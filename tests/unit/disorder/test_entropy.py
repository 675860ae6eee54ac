"""The entropy of a weight as it is written: the free entropy less the average of ln w."""

import numpy as np
import pytest
from solving import module

from derive.theories.disorder.gallery import gallery_model


def test_a_hidden_unit_that_is_summed_has_an_entropy_of_its_own() -> None:
    """Above the transition fields are Gaussian, tilted by 2 cosh(beta h): by plain quadrature."""
    model = gallery_model("rbm_random")
    beta, alpha = 0.6, 0.7
    found = module(model).solve(beta=beta, alpha=alpha, random=0)
    assert abs(found.overlaps["q"]) < 1e-12
    h, step = np.linspace(-12, 12, 4001, retstep=True)
    log_weight = np.log(2 * np.cosh(beta * h))
    tilted = np.exp(log_weight - h**2 / 2) / np.sqrt(2 * np.pi) * step
    total = tilted.sum()
    expected = np.log(2) + alpha * (np.log(total) - tilted @ log_weight / total)
    assert found.entropy == pytest.approx(expected, abs=1e-11)
    assert found.free_entropy == pytest.approx(np.log(2) + alpha * np.log(total), abs=1e-11)
