"""Several components: two that know nothing of each other are two models."""

import pytest
from solving import state, theory

from derive.theories.disorder.description import DisorderedModel

ONE = DisorderedModel(
    sites={"variable": "binary"},
    couplings="q**2/2",
    mean={"energy": "-b*m", "magnetisations": {"m": "x"}},
)
TWO = DisorderedModel(
    sites={"variable": "binary", "components": 2},
    couplings="(q_11**2 + q_22**2)/2",
    mean={"energy": "-b*m_1 - b*m_2", "magnetisations": {"m_1": "x_1", "m_2": "x_2"}},
)


def test_two_glasses_on_the_same_sites_are_twice_one() -> None:
    """Free entropy and energy double; the replicon is the same, an eigenvalue of 4 x 4."""
    one = state(ONE, [0.5, 0.3], beta=1.5, b=0.3)
    two = state(TWO, [0.5, 0.1, 0.5, 0.1, 0.3, 0.3], beta=1.5, b=0.3)
    for name in ("free_entropy", "energy", "entropy"):
        assert two[name] == pytest.approx(2 * one[name], abs=1e-11)
    assert two["replicon"] == pytest.approx(one["replicon"], abs=1e-11)
    assert two["q_12"] == pytest.approx(one["m"] ** 2, abs=1e-11)  # each in its own disorder


def test_a_loss_of_several_terms_has_the_replicon_of_their_sum() -> None:
    """The same loss, written as one quadratic or as two."""
    shared = {
        "ratio": "alpha",
        "fields": {"h": "x"},
        "labels": {"values": [1, -1], "law": "1/2"},
    }
    losses = ("(h - y)**2/2 + h**2/5", "7*h**2/10 - h*y + 1/2")
    one, other = (
        theory(DisorderedModel(sites={"variable": "gaussian"}, examples={**shared, "energy": e}))
        for e in losses
    )
    assert one.replicon[0] != 0
    assert (one.replicon[0] - other.replicon[0]).simplify() == 0
