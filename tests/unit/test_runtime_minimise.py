"""The minimiser that is copied into modules, on actions whose minima are known."""

import numpy as np
import pytest
from small_networks import random_overlap, random_symmetric

from derive.programs.runtime import minimise as runtime
from derive.theories.networks.module.runtime.signature import Signature, descend, signature
from derive.theories.networks.module.runtime.verdict import CONVERGED, Rounding, verdict

RNG = np.random.default_rng(7)
WIDTHS = (9.0, 4.0)
TARGETS = (random_overlap(RNG, 3), random_overlap(RNG, 2))


def bowl(overlaps):
    """sum_s N_s [tr(T_s^-1 G_s) - ln det G_s], with its minimum at the targets."""
    value, slopes = 0.0, []
    for overlap, target, width in zip(overlaps, TARGETS, WIDTHS, strict=True):
        inverse = np.linalg.inv(target)
        sign, log_det = np.linalg.slogdet(overlap)
        if sign <= 0:
            raise np.linalg.LinAlgError
        value += width * (np.sum(inverse * overlap) - log_det)
        slopes.append(width * (inverse - np.linalg.inv(overlap)))
    return value, tuple(slopes)


def bowl_hessian(overlaps):
    inverses = [np.linalg.inv(overlap) for overlap in overlaps]

    def product(directions):
        parts = zip(WIDTHS, inverses, directions, strict=True)
        return tuple(width * inverse @ d @ inverse for width, inverse, d in parts)

    return product


def start(seed):
    rng = np.random.default_rng(seed)
    return (20 * random_overlap(rng, 3), 0.05 * random_overlap(rng, 2))


@pytest.mark.parametrize("seed", range(3))
def test_the_minimum_is_found(seed):
    found, reason = runtime.minimise(start(seed), WIDTHS, bowl, bowl_hessian, 1e-11)
    assert reason == ""
    for overlap, target in zip(found, TARGETS, strict=True):
        np.testing.assert_allclose(overlap, target, rtol=1e-9)


def test_coordinates_return_the_centre_and_its_derivatives():
    chart = runtime.Chart(TARGETS, WIDTHS)
    rng = np.random.default_rng(8)
    z, step = 0.3 * rng.normal(size=chart.size), 1e-5
    direction = rng.normal(size=chart.size)
    for overlap, target in zip(chart.overlaps(np.zeros(chart.size)), TARGETS, strict=True):
        np.testing.assert_allclose(overlap, target, rtol=1e-13)
    assert chart.size == 6 + 3

    def slope(at):
        return chart.gradient(at, bowl(chart.overlaps(at))[1])

    values = [bowl(chart.overlaps(z + k * step * direction))[0] for k in (-1, 1)]
    assert slope(z) @ direction == pytest.approx((values[1] - values[0]) / (2 * step), rel=1e-6)
    overlaps = chart.overlaps(z)
    times = chart.hessian(z, bowl(overlaps)[1], bowl_hessian(overlaps))
    expected = (slope(z + step * direction) - slope(z - step * direction)) / (2 * step)
    np.testing.assert_allclose(times(direction), expected, rtol=1e-5, atol=1e-7)


def test_at_the_prior_the_hessian_in_coordinates_is_of_order_one():
    chart = runtime.Chart(TARGETS, WIDTHS)
    origin = np.zeros(chart.size)
    times = chart.hessian(origin, bowl(TARGETS)[1], bowl_hessian(TARGETS))
    matrix = np.stack([times(unit) for unit in np.eye(chart.size)])
    values = np.linalg.eigvalsh(matrix)
    assert values[0] > 0.4 and values[-1] < 2.1


def test_the_relative_gradient_does_not_depend_on_coordinates():
    rng = np.random.default_rng(9)
    overlaps = start(1)
    slopes = bowl(overlaps)[1]
    turns = [rng.normal(size=overlap.shape) for overlap in overlaps]
    moved = tuple(t @ g @ t.T for t, g in zip(turns, overlaps, strict=True))
    inverses = [np.linalg.inv(turn) for turn in turns]
    pulled = tuple(i.T @ s @ i for i, s in zip(inverses, slopes, strict=True))
    first = runtime.relative_gradient(overlaps, slopes, WIDTHS)
    assert runtime.relative_gradient(moved, pulled, WIDTHS) == pytest.approx(first, rel=1e-8)


def valley(overlaps):
    """A saddle at the unit matrix: along its first two elements the action falls."""
    (overlap,) = overlaps
    value, (slope,) = plain(overlap)
    gap = overlap[0, 0] - overlap[1, 1]
    direction = np.diag([1.0, -1.0, 0.0])
    return value - 3 * gap**2 + gap**4, (slope + (-6 * gap + 4 * gap**3) * direction,)


def plain(overlap):
    inverse = np.linalg.inv(overlap)
    return np.trace(overlap) - np.linalg.slogdet(overlap)[1], (np.eye(3) - inverse,)


def valley_hessian(overlaps):
    (overlap,) = overlaps
    inverse, gap = np.linalg.inv(overlap), overlap[0, 0] - overlap[1, 1]
    direction = np.diag([1.0, -1.0, 0.0])

    def product(directions):
        (d,) = directions
        bend = (-6 + 12 * gap**2) * (d[0, 0] - d[1, 1])
        return (inverse @ d @ inverse + bend * direction,)

    return product


def test_a_saddle_is_seen_and_left():
    at = (np.eye(3),)
    stuck, reason = runtime.minimise(at, (1.0,), valley, valley_hessian, 1e-10)
    assert reason == "" and np.allclose(stuck[0], np.eye(3))
    assert signature(at, valley_hessian(at)).negative == 1
    found, reason, evidence = descend(at, (1.0,), valley, valley_hessian, 1e-10)
    assert reason == "" and evidence.negative == 0 and evidence.lowest > 0
    assert abs(found[0][0, 0] - found[0][1, 1]) > 0.5
    assert valley(found)[0] < valley(at)[0]


def test_the_signature_of_the_bowl_is_that_of_its_widths():
    """In whitened coordinates the Hessian of -N ln det is N times the unit matrix."""
    found = signature(TARGETS, bowl_hessian(TARGETS))
    assert found.lowest == pytest.approx(4.0)
    assert found.negative == 0 and not found.is_bound


def test_a_tolerance_beyond_rounding_is_reported():
    _, reason = runtime.minimise(start(4), WIDTHS, bowl, bowl_hessian, 1e-30)
    assert reason.startswith("the relative gradient stays at ")


GOOD = Signature(0.5, 0, False, ())
APART = {"gradient_norm": 1e-3, "rounding": Rounding(1e-3, 0, 0, False)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, CONVERGED),
        ({"reason": "the gradient stays at 1e-3"}, "the gradient stays at 1e-3, above"),
        ({"gradient_norm": 1e-7}, "the relative gradient is 1.0e-07, above the tolerance 1e-10;"),
        ({"gradient_norm": float("nan")}, "the relative gradient is nan"),
        ({"residual": 1e-6}, "the saddle-point equations hold to 1.0e-06 only; try"),
        ({"residual": float("nan")}, "the saddle-point equations hold to nan only"),
        ({"overlaps": (np.diag([1.0, -1.0]),)}, "an order parameter is not positive definite"),
        ({"found": Signature(-1.0, 3, True, ())}, "a saddle with 3 directions downhill"),
        (APART | {"residual": 1e-12}, "the widths differ by so many powers of ten that"),
        (APART | {"rounding": Rounding(1e-3, 0, 0, True), "residual": 1e-8}, "the widths differ"),
        ({"gradient_norm": 1e-5, "rounding": Rounding(1e-9, 1e-5, 0, True)}, "rounding in"),
    ],
)  # fmt: skip
def test_the_verdict_names_cause_and_remedy(changes, message):
    evidence = {
        "overlaps": (np.eye(2),), "reason": "", "gradient_norm": 1e-11, "residual": 1e-9,
        "found": GOOD, "condition": 30.0, "tolerance": 1e-10,
        "rounding": Rounding(1e-15, 2e-15, 0, False),
    }  # fmt: skip
    found = verdict(**{**evidence, **changes})
    assert found == message or found.startswith(f"not converged: {message}")


def test_equations_solved_by_fluxes_vouch_for_a_gradient_that_widths_hide():
    """Residuals have no terms that grow with another stream's width; the message says so."""
    found = verdict(
        (np.eye(2),), "the gradient stays at 1e-3", 1e-3, 1e-14, GOOD, 30.0, 1e-10,
        Rounding(1e-3, 1e-15, 0, True),
    )  # fmt: skip
    assert found.startswith(f"{CONVERGED}; the widths differ") and found.endswith("hold to 1e-14")


def test_random_directions_stay_positive_definite():
    from derive.theories.networks.module.runtime.signature import _beside

    rng = np.random.default_rng(10)
    for length in (0.5, -0.5, 10.0):
        direction = (random_symmetric(rng, 3), random_symmetric(rng, 2))
        for overlap in _beside(TARGETS, direction, length):
            assert np.linalg.eigvalsh(overlap)[0] > 0
