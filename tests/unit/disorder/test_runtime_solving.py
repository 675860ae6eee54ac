"""A theory typed in by hand, solved by the runtime: values, evidence, and what is said."""

import numpy as np
import pytest
from disorder_by_hand import SherringtonKirkpatrick
from scipy import special

from derive.theories.disorder.module.runtime.solving import Described, Theory, solutions
from derive.theories.disorder.module.runtime.verdict import State

STARTS = [("spin glass", np.array([0.8])), ("paramagnet", np.array([0.0]))]


class HermiteSherringtonKirkpatrick(SherringtonKirkpatrick):
    """By Gauss-Hermite quadrature, as in public code: wrong at low temperature."""

    def nodes(self, q, refine=1):
        z, weight = special.roots_hermitenorm(64 * refine)
        return z, weight / np.sqrt(2 * np.pi)


def theory(model):
    """The update, and all that is described, from the hand-written model."""

    def described(x, refine):
        beta, q = model.beta, float(x[0])
        mean = model.average(q, np.tanh, refine)
        energy = -0.5 * beta * (1 - q**2) - model.field * mean
        phi = model.free_entropy(x, refine)
        return Described(
            phi, {"q": q}, {"qhat": beta**2 * q}, model.replicon(x), phi + beta * energy, energy,
            {"magnetisation": mean}, (State(1.0, q),),
        )  # fmt: skip

    def update(x, refine):
        return np.array([model.average(x[0], lambda field: np.tanh(field) ** 2, refine)])

    return Theory(update, described, model.feasible, discrete=True)


def test_the_spin_glass_and_what_is_said_of_it():
    found = solutions(theory(SherringtonKirkpatrick(2.0)), STARTS)
    assert found.converged and found.residual < 1e-12 and found.quadrature_error < 1e-12
    assert found.overlaps["q"] == pytest.approx(0.530368392051, abs=2e-12)
    assert -found.free_entropy / 2 == pytest.approx(-0.792392945135, abs=2e-12)
    assert "replica symmetry is unstable" in found.message
    (paramagnet,) = found.others
    assert paramagnet.overlaps["q"] == 0.0 and "1 that iterations leave" in found.message
    assert "iterations leave it" in paramagnet.message and "leave it" not in found.message


def test_at_low_temperature_the_entropy_is_negative():
    found = solutions(theory(SherringtonKirkpatrick(1000.0)), STARTS[:1])
    # T = 0: energy -sqrt(2 / pi), entropy -1 / (2 pi), and corrections of order T
    assert found.energy == pytest.approx(-np.sqrt(2 / np.pi), abs=1e-3)
    assert found.entropy == pytest.approx(-1 / (2 * np.pi), abs=1e-3)
    assert "the entropy -0.159 is negative" in found.message


def test_unresolved_averages_are_no_solution():
    found = solutions(theory(HermiteSherringtonKirkpatrick(20.0)), STARTS[:1])
    # a fixed point to rounding of wrong equations: 0.9593 is right
    assert found.residual < 1e-12 and not found.converged
    assert found.quadrature_error > 1e-4 and "not resolved" in found.message


def test_where_nothing_converges_the_nearest_is_told():
    plain = theory(SherringtonKirkpatrick(2.0))
    moving = plain._replace(update=lambda x, refine: x + 1e-3)
    found = solutions(moving, STARTS[:1])
    assert not found.converged and "not converged" in found.message and found.others == ()
    with pytest.raises(ValueError, match="no start"):
        solutions(plain, [])


def test_an_unphysical_fixed_point_is_no_solution():
    plain = theory(SherringtonKirkpatrick(2.0))

    def described(x, refine):
        return plain.described(x, refine)._replace(states=(State(0.5, float(x[0])),))

    found = solutions(plain._replace(described=described), STARTS[:1])
    assert not found.converged and "unphysical: q exceeds" in found.message
