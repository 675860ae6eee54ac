"""Newton's steps along geodesics, where the Hessian's matrix is cheap: against the minimiser."""

import numpy as np
import pytest
from small_networks import NETWORKS, random_data, solver

NAMES = ("two attentions", "residual", "two residuals")


@pytest.fixture
def direct(monkeypatch):
    """The solver of a network, whose module counts every matrix as cheap, or none."""

    def of(name: str, *, cheap: bool):
        found = solver(name)
        monkeypatch.setitem(vars(found.module), "COUNTED", 0.0 if cheap else np.inf)
        monkeypatch.setitem(vars(found.module), "CHEAP", np.inf)
        return found

    return of


def problem(found, name, seed=0, scale=1.0):
    data = random_data(NETWORKS[name], seed=seed)
    given = found.problem(NETWORKS[name], data)
    return given._replace(labels=scale * given.labels)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_those_of_the_action(direct, name):
    module = direct(name, cheap=True).module
    given = problem(solver(name), name)
    basis = module.Basis(module.infinite_width(given))
    vector = 0.3 * np.random.default_rng(1).normal(size=basis.size)
    here = module.curvature(basis.moved(vector), given)
    value, gradients = module.action_and_gradient(here.overlaps, given)
    assert here.action() == pytest.approx(value, rel=1e-12)
    there = module.Basis(here.overlaps)
    expected = there.coordinates(gradients)
    np.testing.assert_allclose(here.gradient(there), expected, atol=1e-10 * abs(expected).max())
    # along a geodesic, by a central difference whose error is of the order of its step squared
    unit, step = np.random.default_rng(2).normal(size=basis.size), 1e-3
    sides = [here.elsewhere(there.moved(sign * step * unit)).action() for sign in (1, -1)]
    whole = here.hessian(there) + there.bend(here.gradient(there))
    curved = (sides[0] + sides[1] - 2.0 * value) / step**2
    assert unit @ whole @ unit == pytest.approx(curved, rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [0.4, 6.0])
def test_the_minimum_is_that_of_the_minimiser(direct, name, scale):
    points = []
    for cheap in (True, False):
        module = direct(name, cheap=cheap).module
        given = problem(solver(name), name, seed=4, scale=scale)
        start, functions = module.infinite_width(given), module._functions(given)
        points.append(module.descend(start, *functions, 1e-10))
    (fast, reason, found), (slow, _, _) = points
    assert reason == "" and found.negative == 0
    # both gradients are below 1e-10 of the widths, and no curvature is below a thousandth of them
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6 * np.abs(other).max())


def test_it_takes_a_fraction_of_the_evaluations_where_examples_are_many(direct, monkeypatch):
    name, counts = "two attentions", {}
    for cheap in (True, False):
        found = direct(name, cheap=cheap)
        data, calls = random_data(NETWORKS[name], seed=2), []
        kernel = found.module.path_kernel

        def counted(*given, kernel=kernel, calls=calls):
            calls.append(len(given[1]))
            return kernel(*given)

        with monkeypatch.context() as patch:
            patch.setitem(vars(found.module), "path_kernel", counted)
            given = found.problem(NETWORKS[name].with_width(8), data)
            given = given._replace(labels=9.0 * given.labels)
            functions = found.module._functions(given)
            found.module.descend(found.module.infinite_width(given), *functions, 1e-10)
        counts[cheap] = calls.count(len(data.labels))
    assert counts[True] < 0.3 * counts[False]


def test_a_far_start_leads_to_a_minimum(direct):
    name = "two attentions"
    module = direct(name, cheap=True).module
    given = problem(solver(name), name, seed=4, scale=6.0)
    far = tuple(1e-3 * overlap for overlap in module.infinite_width(given))
    near, norm = module.geodesic_newton(module.curvature(far, given), given.widths, 1e-10)
    assert norm <= 1e-10
    assert module.signature(near.overlaps, near).negative == 0


def test_only_large_problems_of_many_examples_are_solved_so():
    found = solver("two attentions")
    given = problem(found, "two attentions")

    def cheap(examples, features, paths=given.attended.shape[1]):
        inputs = np.ones((examples, paths, features))
        large = given._replace(attended=inputs, labels=np.ones(examples))
        return found.module.curvature(found.module.infinite_width(given), large).is_cheap()

    assert not cheap(*given.attended.shape[::2])
    assert cheap(2000, 200)
    assert not cheap(300, 3000, 16)
