"""Chains, against all configurations summed and integrals solved on the same instances."""

import math

import numpy as np
import pytest

from derive.errors import SamplingError
from derive.theories.disorder.description import DisorderedModel
from derive.theories.disorder.truth.chains import Chains
from derive.theories.disorder.truth.enumeration import enumeration
from derive.theories.disorder.truth.instance import Layout, draw_instance
from derive.theories.disorder.truth.linear import linear_algebra
from derive.theories.disorder.truth.moves import move_of
from derive.theories.disorder.truth.sampling import monte_carlo
from derive.theories.disorder.truth.weights import log_weights

RICH = DisorderedModel(
    sites=[
        {
            "variable": {"values": [-1, 0, 2], "weights": [1, "exp(-beta*D*t)", "1/2"]},
            "attributes": {"t": {"values": [1, 2], "weights": ["1/3", "2/3"]}},
        },
        {"variable": "binary", "name": "s", "ratio": "1/2"},
    ],
    examples=[{"ratio": "alpha", "fields": {"h": "x", "k": "s"}, "energy": "abs(h - k)"}],
    couplings=["J*q_x*q_s", "J*q_x**3 + D*q_s**2"],
    mean={"energy": "v**2/3 - v", "magnetisations": {"v": "t*x"}},
    observables={"square": "x**2*t"},
)
NUMBERS = {"alpha": 0.5, "beta": 0.3, "D": 0.5, "J": 0.7}
RIDGE = DisorderedModel(
    sites={"variable": {"regulariser": "lam*x**2/2"}, "attributes": {"t": {"gaussian": "rho"}}},
    examples={
        "ratio": "alpha",
        "fields": {"h": "x", "u": "t"},
        "labels": {"gaussian": "u", "variance": "D"},
        "energy": "(y - h)**2/2",
    },
    observables={"mean": {"mean_predictor": "(h - u)**2"}, "gibbs": "(h - u)**2"},
)
SPHERE = DisorderedModel(sites={"variable": "spherical"}, couplings="J**2*q**2/2 + D*q")
EFFORT = {"instances": 2, "couples": 4, "sweeps": 600, "seed": 4}


def agree(found, exact, names, tolerance):
    """Of the same instances: the differences are the chains' alone."""
    for name in names:
        assert found[name].value == pytest.approx(exact[name].value, abs=tolerance), name


def test_discrete_sites_with_everything():
    """8 chains of 450 sweeps have some thousand independent draws of numbers of order one."""
    found = monte_carlo(RICH, 4, NUMBERS, **EFFORT)
    exact = enumeration(RICH, 4, NUMBERS, instances=2, seed=4)
    agree(found, exact, ["q_x", "Q_x", "q_s", "q_x_squared", "energy", "v", "square"], 0.1)


def test_densities_and_observables():
    numbers = {"lam": 0.5, "rho": 1.7, "alpha": 2, "D": 0.25, "beta": 1.5}
    found = monte_carlo(RIDGE, 4, numbers, **EFFORT)
    exact = linear_algebra(RIDGE, 4, numbers, instances=2, seed=4)
    agree(found, exact, ["q", "Q", "m", "energy"], 0.06)
    assert found["gibbs"].value - found["mean"].value == pytest.approx(
        found["Q"].value - found["q"].value, abs=0.06
    )


def test_spheres():
    numbers = {"J": 1.2, "D": 0.5, "beta": 0.8}
    found = monte_carlo(SPHERE, 5, numbers, **EFFORT)
    exact = linear_algebra(SPHERE, 5, numbers, instances=2, seed=4)
    agree(found, exact, ["q", "q_squared", "energy"], 0.03)
    assert found["Q"].value == pytest.approx(1, abs=1e-10)
    assert 0 < found["q"].error < 0.5


def test_points_beside_a_density():
    """Sites without anything else: E x^2 of the law, tilted by a field."""
    model = DisorderedModel(
        sites={"variable": {"gauss-bernoulli": "p", "variance": "v"}},
        mean={"energy": "-b*m", "magnetisations": {"m": "x"}},
    )
    numbers = {"p": 0.4, "v": 1.5, "b": 0.9, "beta": 0.8}
    found = monte_carlo(model, 3, numbers, **EFFORT)
    field = 0.9 * 0.8
    spread = 0.4 * math.exp(1.5 * field**2 / 2)
    moments = [spread / (0.6 + spread) * part for part in (1.5 * field, 1.5 + (1.5 * field) ** 2)]
    assert found["m"].value == pytest.approx(moments[0], abs=0.02)
    assert found["Q"].value == pytest.approx(moments[1], abs=0.06)


@pytest.mark.parametrize("model", [RICH, RIDGE, SPHERE])
def test_what_is_kept_is_what_there_is(model):
    """A move that is always taken changes the weight as the weights of both ends say."""
    numbers = {**NUMBERS, "lam": 0.5, "rho": 1.7, "alpha": 0.5}
    layout, rng = Layout.of(model, 4, numbers), np.random.default_rng(5)
    drawn = [draw_instance(layout, rng) for _ in range(2)]
    x = {
        name: rng.standard_normal((2, 3, layout.counts[sites.name])).round(1)
        for name, sites in layout.components.items()
    }
    chains = Chains(drawn, x)

    class Certain:
        """Takes a change where a uniform number of one would."""

        def random(self, shape):
            return np.full(shape, self.level)

    def weights():
        rows = [{name: v[k] for name, v in chains.x.items()} for k in range(2)]
        return np.array([log_weights(each, row) for each, row in zip(drawn, rows, strict=True)])

    for name in chains.x:
        move, before = move_of(chains, name), weights()
        changes = [(1, rng.standard_normal((2, 3)))]
        if model is SPHERE:
            changes, _ = move.propose(chains, 1, rng)
        old = {key: v.copy() for key, v in chains.x.items()}
        for site, new in changes:
            chains.x[name][:, :, site] = new
        ratio = weights() - before
        chains.x[name][:] = old[name]
        for offset, expected in ((1e-6, True), (-1e-6, False)):
            level = Certain()
            level.level = 0.5
            taken = chains.attempt(name, changes, np.log(0.5) + offset - ratio, level)
            assert taken.all() == expected
            assert taken.any() == expected
            chains.x[name][:] = old[name]
            chains.refresh()


def test_chains_that_are_stuck_have_no_error():
    """A constraint of either sign cuts small spaces apart."""
    model = DisorderedModel(
        sites={"variable": "binary", "attributes": {"t": "binary"}},
        examples={
            "ratio": "alpha",
            "fields": {"h": "x", "u": "t"},
            "labels": "sign(u)",
            "weight": "theta(y*h)",
        },
    )
    found = monte_carlo(model, 8, {"alpha": 2}, instances=3, couples=2, sweeps=120)
    assert math.isnan(found["q"].error)
    assert "did not move" in found["q"].detail or "no configuration" in found["q"].detail


def test_chains_that_have_not_mixed_have_no_error():
    spins = DisorderedModel(sites={"variable": "binary"}, couplings="q**3/2")
    found = monte_carlo(spins, 12, {"beta": 4.0}, instances=3, couples=2, sweeps=100)
    assert math.isnan(found["q"].error)
    assert "not mixed" in found["q"].detail or "did not move" in found["q"].detail
    with pytest.raises(SamplingError, match="fewest"):
        monte_carlo(spins, 12, {"beta": 4.0}, sweeps=3)
