"""Averages over Gaussians of steep and kinked functions, against mpmath and closed forms."""

import mpmath
import numpy as np
import pytest
from scipy import special

from derive.theories.disorder.module.runtime.quadrature import (
    gaussian_nodes,
    product_nodes,
    relative_change,
)
from derive.theories.disorder.module.runtime.special import hazard, log_tail, log_two_cosh


def exactly(function, points):
    """The average of a function of z, with panels that end at points."""
    with mpmath.workdps(19):
        edges = sorted({-14, -6, -3, -1, 0, 1, 3, 6, 14, *points})
        return float(mpmath.quad(lambda z: mpmath.npdf(z) * function(z), edges))


def around(place, width):
    return [place + sign * width * 3**k for k in range(int(np.log(9 / width)) + 1)
            for sign in (-1, 1)] + [place]  # fmt: skip


def test_moments_of_a_gaussian():
    z, weight = gaussian_nodes()
    moments = [weight @ z**power for power in (0, 1, 2, 3, 4, 6, 10)]
    np.testing.assert_allclose(moments, [1, 0, 1, 0, 3, 15, 945], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("steep", (0.7, 20.0, 1000.0, 1e7))
def test_log_two_cosh_at_any_temperature(steep):
    z, weight = gaussian_nodes((0.0,), (1.0 / steep,))
    exact = exactly(
        lambda x: steep * abs(x) + mpmath.log1p(mpmath.exp(-2 * steep * abs(x))),
        around(0, min(0.5, 1 / steep)),
    )
    assert weight @ log_two_cosh(steep * z) == pytest.approx(exact, rel=1e-14)
    assert len(z) < 900


def test_the_textbook_trap_of_gauss_hermite():
    points, weights = special.roots_hermitenorm(200)
    crude = weights @ log_two_cosh(20 * points) / np.sqrt(2 * np.pi)
    z, weight = gaussian_nodes((0.0,), (0.05,))
    assert abs(crude / (weight @ log_two_cosh(20 * z)) - 1) > 1e-4


@pytest.mark.parametrize("kappa", (-0.6, 0.3))
@pytest.mark.parametrize("rest", (0.4, 1e-8))
def test_gardner_averages(kappa, rest):
    q, root = 1.0 - rest, np.sqrt(rest)
    place, width = kappa / np.sqrt(q), np.sqrt(rest / q)
    z, weight = gaussian_nodes((place,), (width,))
    argument = (kappa - np.sqrt(q) * z) / root

    def tail(x):
        return mpmath.erfc(x / mpmath.sqrt(2)) / 2

    def inside(x):
        return (kappa - mpmath.sqrt(mpmath.mpf(q)) * x) / mpmath.sqrt(mpmath.mpf(rest))

    points = around(place, min(width, 0.5))
    entropy = exactly(lambda x: mpmath.log(tail(inside(x))), points)
    force = exactly(lambda x: (mpmath.npdf(inside(x)) / tail(inside(x))) ** 2, points)
    assert weight @ log_tail(argument) == pytest.approx(entropy, rel=1e-13)
    assert weight @ hazard(argument) ** 2 == pytest.approx(force, rel=1e-13)


@pytest.mark.parametrize("steep, longest", ((0.5, 2.5), (40.0, 2.5)))
def test_longer_panels_for_turns_that_are_said(steep, longest):
    plain = gaussian_nodes((-0.3 / steep,), (1.0 / steep,))
    fewer = gaussian_nodes((-0.3 / steep,), (1.0 / steep,), longest=longest)
    values = [weight @ np.tanh(steep * z + 0.3) ** 2 for z, weight in (plain, fewer)]
    assert values[1] == pytest.approx(values[0], rel=1e-14) and len(fewer[0]) < len(plain[0])


def test_a_turn_of_width_one_need_not_be_said():
    values = [weight @ np.tanh(z + 0.3) ** 2 for z, weight in (gaussian_nodes(), gaussian_nodes(
        (-0.3,), (0.5,), refine=2))]  # fmt: skip
    assert values[0] == pytest.approx(values[1], rel=1e-13)


def test_kinks_and_growth():
    z, weight = gaussian_nodes((0.8,), (0.0,))
    assert weight @ np.maximum(z - 0.8, 0.0) == pytest.approx(
        exactly(lambda x: mpmath.mpf(max(x - 0.8, 0)), (0.8,)), rel=1e-14
    )
    z, weight = gaussian_nodes(reach=6.0)
    assert weight @ np.exp(6.0 * z) == pytest.approx(np.exp(18.0), rel=1e-13)
    with pytest.raises(ValueError, match="shift"):
        gaussian_nodes(reach=30.0)


def test_a_break_far_outside_costs_nothing():
    plain, _ = gaussian_nodes()
    z, weight = gaussian_nodes((1e6, -1e9), (1e-5, 0.0))
    assert len(z) == len(plain) and weight.sum() == pytest.approx(1.0, abs=1e-14)


def test_breaks_at_infinity_are_none():
    # kappa / sqrt(q) and sqrt((1 - q) / q) at q = 0
    plain, _ = gaussian_nodes()
    for place in (np.inf, -np.inf, np.nan):
        z, weight = gaussian_nodes((place, 0.3), (np.inf, 40.0))
        assert weight.sum() == pytest.approx(1.0, abs=1e-14) and len(z) <= len(plain) + 12


def test_a_break_that_moves_with_the_outer_variable():
    # E theta(z_2 > 0.3 - 2 z_1) z_1^2, by its closed form
    outer, first = gaussian_nodes((0.15,), (0.5,))
    inner, second = gaussian_nodes((0.3 - 2.0 * outer,), (0.0,))
    found = first @ (np.sum(second * (inner > (0.3 - 2 * outer)[:, None]), axis=1) * outer**2)
    slope = 0.3 / np.sqrt(5.0)
    exact = special.ndtr(-slope) + 0.8 * slope * np.exp(-(slope**2) / 2) / np.sqrt(2 * np.pi)
    assert found == pytest.approx(exact, rel=1e-13)


def test_products():
    (one, other), weight = product_nodes(gaussian_nodes(), gaussian_nodes((0.0,), (0.0,)))
    assert weight @ (np.abs(other) * one**2) == pytest.approx(np.sqrt(2 / np.pi), rel=1e-13)


def test_what_is_not_resolved_is_told():
    errors = []
    for breaks, widths in (((), ()), ((0.21,), (1e-3,))):
        values = []
        for refine in (1, 2):
            z, weight = gaussian_nodes(breaks, widths, refine=refine)
            values.append(weight @ log_two_cosh(1e3 * (z - 0.21)))
        errors.append(relative_change(*values))
    assert errors[0] > 1e-7 and errors[1] < 1e-14
    assert relative_change(1.0, np.nan) == np.inf


def test_a_committee_of_three():
    # E sign(z_1 + z_2 + z_3) z_1 by its closed form, the break of the innermost moving along
    (one, other), first = product_nodes(gaussian_nodes(), gaussian_nodes())
    inner, second = gaussian_nodes((-one - other,), (0.0,))
    signs = np.sum(second * np.sign(inner + (one + other)[:, None]), axis=1)
    assert first @ (one * signs) == pytest.approx(np.sqrt(2 / (3 * np.pi)), rel=1e-13)
