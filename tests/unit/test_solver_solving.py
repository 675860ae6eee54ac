"""The solver: where it starts, what it finds, and what it says where it finds nothing."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import (
    NETWORKS,
    broken_heads,
    random_data,
    random_overlaps,
    solver,
)

from derive.errors import DescriptionError, SolveError
from derive.theories.networks.description import Data, Embedding, Linear, Network, Readout
from derive.theories.networks.solver import Solution, Solver, search, solve

# formulas.md, section 1.5: action at the symmetric point, lowest Hessian eigenvalue there in
# coordinates U = F F^T (in whitened ones a quarter: dU = 2 Z on the diagonal), lowest action and
# the diagonal of U_1.
BROKEN = {
    6: (103.00357, 1.49, 103.00357, None),
    7: (110.78355, -0.30, 110.78190, (12.05, 17.53)),
    8: (118.11356, -1.98, 118.04464, (10.06, 26.20)),
    10: (131.69754, -5.07, 131.28480, (9.22, 41.68)),
}


@pytest.fixture(scope="module")
def broken():
    return Solver.of(broken_heads(1.0)[0])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_solved_with_evidence(name):
    solution = solver(name).solve(NETWORKS[name], random_data(NETWORKS[name], seed=3))
    assert solution.converged, solution.message
    assert solution.gradient_norm < 1e-10
    assert solution.residual < 1e-8
    assert solution.hessian_negative == 0
    assert solution.hessian_lowest > 0
    assert all(np.linalg.eigvalsh(overlap)[0] > 0 for overlap in solution.overlaps)
    assert 1 < solution.condition_number < 1e4


@pytest.mark.parametrize("name", ["two attentions", "residual over attention"])
def test_every_start_leads_to_the_same_minimum(name):
    network, data, found = NETWORKS[name], random_data(NETWORKS[name], seed=3), solver(name)
    direct = found.solve(network, data)
    others = [found.solve(network, data, continuation=True)]
    problem = found.problem(network, data)
    for seed in range(4):
        start = random_overlaps(found.module, problem, seed)
        others.append(found.solve(network, data, start=start))
    for other in others:
        assert other.converged
        assert other.action == pytest.approx(direct.action, abs=1e-8)
        np.testing.assert_allclose(other.bottom, direct.bottom, atol=1e-7)


def test_a_tolerance_that_nothing_can_reach_is_not_reached():
    network = NETWORKS["residual"]
    solution = solver("residual").solve(network, random_data(network), tolerance=1e-30)
    assert not solution.converged
    assert solution.message.startswith("not converged: the relative gradient stays at ")
    assert "tolerance 1e-30" in solution.message
    assert "try continuation=True" in solution.message
    assert solution.gradient_norm < 1e-10  # the numbers are given, and they are good


@pytest.mark.parametrize("seed", range(8))
def test_a_badly_scaled_newton_step_is_solved_again(seed):
    """Three layers: MINRES stopped too early, and the gradient stayed just above tolerance."""
    network = NETWORKS["three attentions"]
    assert solver("three attentions").solve(network, random_data(network, seed)).converged


@pytest.mark.parametrize("amplitude", BROKEN)
def test_the_symmetric_point_is_left_where_it_is_a_saddle(broken, amplitude):
    _, lowest_at_symmetric, lowest, diagonal = BROKEN[amplitude]
    solution = broken.solve(*broken_heads(amplitude))
    assert solution.converged
    assert solution.action == pytest.approx(lowest, abs=1e-5)
    if diagonal is not None:
        assert lowest_at_symmetric < 0
        assert sorted(np.diag(solution.chain_overlaps[0])) == pytest.approx(diagonal, abs=6e-3)


@pytest.mark.parametrize("amplitude", BROKEN)
def test_the_symmetric_point_has_the_signature_of_theory(broken, amplitude):
    action, eigenvalue, _, _ = BROKEN[amplitude]
    network, data = broken_heads(amplitude)
    problem, module = broken.problem(network, data), broken.module
    wide = module.infinite_width(problem)  # exactly symmetric, and so are the steps from it
    overlaps, reason = module.minimise(wide, *module._functions(problem), 1e-10)
    found = module.at(overlaps, problem)
    assert reason == ""
    assert module.chain_normalisation(overlaps, problem)[1] == pytest.approx(action, abs=1e-5)
    assert 4 * found.hessian_lowest == pytest.approx(eigenvalue, abs=6e-3)
    assert found.hessian_negative == (eigenvalue < 0)
    assert found.converged == (eigenvalue > 0)
    if eigenvalue < 0:
        assert "a saddle with 1 directions downhill" in found.message


def test_a_search_reports_distinct_minima_the_lowest_first(broken):
    network, data = broken_heads(8)
    counted = []
    found = broken.search(network, data, 6, seed=1, progress=counted.append)
    assert counted == [1, 2, 3, 4, 5, 6]
    assert [solution.converged for solution in found] == [True, True]
    # images of each other under an exchange of heads: equal but for rounding
    assert found[0].action == pytest.approx(found[1].action, rel=1e-12)
    assert found[1].action == pytest.approx(118.04464, abs=1e-5)
    first, second = (np.diag(solution.chain_overlaps[0]) for solution in found)
    np.testing.assert_allclose(first, second[::-1], rtol=1e-6)  # the two heads exchanged


def test_a_search_without_broken_symmetry_finds_one_minimum():
    network = NETWORKS["one attention"]
    data = random_data(network, seed=5)
    found = search(network, data, 3)
    assert len(found) == 1
    lowest = solve(network, data, starts=3)
    assert lowest.action == found[0].action


def test_a_search_in_which_nothing_converges_returns_the_best_attempt(broken, monkeypatch):
    network, data = broken_heads(7)
    solve_once = Solver.solve
    attempts = []

    def failing(self, *arguments, **options):
        attempt = replace(solve_once(self, *arguments, **options), converged=False)
        attempts.append(attempt)
        return attempt

    monkeypatch.setattr(Solver, "solve", failing)
    (found,) = broken.search(network, data, 2)
    assert not found.converged
    assert found.gradient_norm == min(attempt.gradient_norm for attempt in attempts)


def test_spurious_roots_of_the_eliminated_equation_are_not_found():
    """formulas.md, section 1.3: u = 0.613, 0.737, 79.6; only the first has positive factors."""
    labels = np.random.default_rng(0).normal(size=100)
    labels *= np.sqrt(60) / np.linalg.norm(labels)
    data = Data(attended=10 * np.eye(100)[:, :, None], labels=labels)
    network = Network((Embedding(10, 1.0), Linear(1.0, 10), Readout(1.0)), 0.0)
    found = Solver.of(network)
    for u in (None, 0.01, 0.737, 79.6, 1000.0):
        start = None if u is None else (np.array([[u]]), np.array([[np.sqrt(u)]]))
        solution = found.solve(network, data, start=start)
        assert solution.converged
        assert solution.bottom[0, 0] == pytest.approx(0.613, abs=5e-4)


@pytest.mark.parametrize("name", ["no layer", "two attentions", "two residuals"])
def test_at_zero_temperature_the_predictor_interpolates(name):
    network = NETWORKS[name].with_temperature(0.0)
    data = random_data(network, seed=6, examples=5)
    data = Data(data.attended, data.labels, data.attended, data.labels)
    solution = solver(name).solve(network, data)
    assert solution.converged
    np.testing.assert_allclose(solution.mean, data.labels, atol=1e-9)
    np.testing.assert_allclose(solution.variance, 0, atol=1e-9)


@pytest.mark.parametrize("name", ["no layer", "two attentions", "two residuals"])
def test_a_singular_kernel_at_zero_temperature_is_refused(name):
    network = NETWORKS[name].with_temperature(0.0)
    examples = 5 * random_data(network).attended.shape[2] + 1  # one more than the rank
    data = random_data(network, seed=6, examples=examples)
    message = r"at 0 the labels' covariance is singular .*condition number (inf|\d).*temperature"
    with pytest.raises(SolveError, match=message):
        solver(name).solve(network, data)
    with pytest.raises(SolveError, match=message):
        solver(name).at_infinite_width(network, data)


def test_a_kernel_without_digits_is_refused_with_its_condition_number():
    """Examples that are the same to rounding, at zero temperature: noise is no result."""
    network = NETWORKS["no layer"].with_temperature(0.0)
    data = random_data(network, seed=6, examples=5)
    data = Data(np.concatenate([data.attended[:4], data.attended[:1]]), data.labels)
    with pytest.raises(SolveError, match=r"singular to working precision \(condition number"):
        solver("no layer").solve(network, data)


def test_the_condition_number_is_that_of_the_covariance():
    network = NETWORKS["two residuals"].with_temperature(1e-6)
    data = random_data(network, seed=6, examples=9)
    found = solver("two residuals")
    solution, problem = found.solve(network, data), found.problem(network, data)
    kernel = found.module.kernel(solution.overlaps, problem.attended, problem)
    expected = np.linalg.cond(kernel + 1e-6 * np.eye(9))
    assert solution.condition_number == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "start",
    [
        (np.eye(3), np.eye(3), np.eye(1)),
        (np.eye(6), np.eye(3)),
        (-np.eye(6), np.eye(3), np.eye(1)),
        (np.eye(6) + np.eye(6, k=1), np.eye(3), np.eye(1)),
        (np.full((6, 6), np.nan), np.eye(3), np.eye(1)),
        "start",
    ],
)
def test_a_start_that_is_no_set_of_order_parameters_is_refused(start):
    network = NETWORKS["two attentions"]
    with pytest.raises(SolveError, match=r"^start: give symmetric .* 6 x 6, 3 x 3, 1 x 1"):
        solver("two attentions").solve(network, random_data(network), start=start)


def test_data_of_another_network_are_refused():
    with pytest.raises(SolveError, match=r"^attended: shape \(6, 5, 4\); \(P, N_0, 6\) is needed"):
        solver("two attentions").solve(
            NETWORKS["two attentions"], random_data(NETWORKS["residual"])
        )


def test_a_symbol_without_a_value_is_named():
    network = Network((Embedding("N", 1.3), Readout(1.2)), 0.1)
    with pytest.raises(DescriptionError, match="the symbol N has no value"):
        Solver.of(network).solve(network, random_data(NETWORKS["no layer"]))


def test_without_test_data_there_are_no_predictions_and_no_accuracy():
    network = NETWORKS["no layer"]
    data = random_data(network)
    without = solver("no layer").solve(network, Data(data.attended, data.labels))
    assert without.mean is None and without.variance is None
    with_test = solver("no layer").solve(network, data)
    assert with_test.accuracy(np.sign(with_test.mean)) == 1.0
    assert with_test.accuracy(-np.sign(with_test.mean)) == 0.0
    assert isinstance(with_test, Solution) and with_test.network == network
