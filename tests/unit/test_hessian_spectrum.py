"""Stiff and sloppy directions: against differences of actions written out here, and their form."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import linalg, sparse
from small_networks import NETWORKS, TEMPERATURE, broken_heads, random_data, solver

from derive.errors import SolveError
from derive.theories.networks.runs.jobs import with_spectrum
from derive.theories.networks.solver import HessianSpectrum, Solver, load_solution, save_solution


def log_det(matrix):
    return np.linalg.slogdet(matrix)[1]


def traced(overlap, heads):
    size = len(overlap) // heads
    return np.einsum("hihj->ij", overlap.reshape(heads, size, heads, size))


def energy(overlap, data, scale):
    """ln det C + y^T C^{-1} y with C = scale sum U[p, q] xi_p . xi_q / N_0 + temperature."""
    xi, labels = data.attended, data.labels
    covariance = scale / xi.shape[1] * np.einsum("pq,mip,niq->mn", overlap, xi, xi)
    covariance = covariance + TEMPERATURE * np.eye(len(labels))
    return log_det(covariance) + labels @ np.linalg.solve(covariance, labels)


def of_two_attentions(overlaps, data):
    """formulas.md, section 1.2, in U_l; widths 11, 9, 7, heads 2 and 3."""
    first, second, ((top,),) = overlaps
    value = 7 * (top / 1.2 - np.log(top)) + energy(first, data, 1.3 / 6)
    value += 9 * (np.trace(traced(second, 3)) / top / 1.1 - log_det(second) + 3 * np.log(top))
    layer = np.trace(np.linalg.solve(second, traced(first, 2))) / 0.8
    return value + 11 * (layer - log_det(first) + 2 * log_det(second))


def of_residual(overlaps, data):
    """formulas.md, section 2: one stream of width 8, a skip and three heads."""
    (overlap,) = overlaps
    top, heads = overlap[0, 0], overlap[1:, 1:]
    value = top / 1.2 + np.trace(heads) * 3 / (0.8 * top) + 3 * np.log(top) - log_det(overlap)
    return 8 * value + energy(overlap, data, 1.3)


ACTIONS = {
    "two attentions": (of_two_attentions, lambda s: s.chain_overlaps),
    "residual": (of_residual, lambda s: s.overlaps),
}


def whitened(overlaps, coordinates):
    """U^(1/2) (1 + X) U^(1/2) for coordinates in the Frobenius-orthonormal basis."""
    found, start = [], 0
    for overlap in overlaps:
        size, root = len(overlap), np.real(linalg.sqrtm(overlap))
        change = np.eye(size)
        for row in range(size):
            for column in range(row + 1):
                value = coordinates[start] * (1.0 if row == column else np.sqrt(0.5))
                change[row, column] += value
                change[column, row] += value * (row != column)
                start += 1
        found.append(root @ change @ root)
    return found


def hessian_by_differences(action, overlaps, data):
    """Fourth-order second differences of an action in whitened coordinates."""
    size = sum(len(u) * (len(u) + 1) // 2 for u in overlaps)
    units = np.eye(size)

    def second(direction):
        values = {
            k: action(whitened(overlaps, k * 4e-3 * direction), data) for k in (-2, -1, 0, 1, 2)
        }
        weights = {-2: -1, -1: 16, 0: -30, 1: 16, 2: -1}
        return sum(weights[k] * values[k] for k in values) / (12 * 4e-3**2)

    diagonal = [second(unit) for unit in units]
    found = np.diag(diagonal)
    for j in range(size):
        for k in range(j):
            mixed = second(units[j] + units[k]) - diagonal[j] - diagonal[k]
            found[j, k] = found[k, j] = mixed / 2
    return found


@cache
def solved(name):
    data = random_data(NETWORKS[name], seed=7)
    return solver(name).solve(NETWORKS[name], data), data


def in_coordinates(direction):
    parts = []
    for matrix in direction.matrices.values():
        rows, columns = np.tril_indices(len(matrix))
        parts.append(matrix[rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0)))
    return np.concatenate(parts)


@pytest.mark.parametrize("name", ACTIONS)
def test_eigenvalues_and_directions_are_those_of_an_action_written_out(name):
    """Differences with steps of 4e-3 are good to their fourth power, about 1e-7 of the largest."""
    solution, data = solved(name)
    action, overlaps = ACTIONS[name]
    expected = hessian_by_differences(action, overlaps(solution), data)
    spectrum = solution.spectrum
    values = np.linalg.eigvalsh(expected)[::-1]
    np.testing.assert_allclose(spectrum.eigenvalues, values, atol=2e-6 * values[0])
    assert spectrum.coordinates == len(values) and not spectrum.is_partial
    for direction in (*spectrum.stiff, *spectrum.sloppy):
        vector = in_coordinates(direction)
        assert vector @ vector == pytest.approx(1.0, rel=1e-12)
        np.testing.assert_allclose(
            expected @ vector, direction.eigenvalue * vector, atol=1e-5 * values[0]
        )


@pytest.mark.parametrize("name", ["two residuals", "nested residual", "linear between attentions"])
def test_directions_are_eigenvectors_in_coordinates_of_the_symmetric_root(name):
    solution, data = solved(name)
    found, network = solver(name), NETWORKS[name]
    product = found.module.hessian_product(solution.overlaps, found.problem(network, data))
    roots = [np.real(linalg.sqrtm(overlap)) for overlap in solution.overlaps]
    for direction in (solution.spectrum.stiff[0], solution.spectrum.sloppy[0]):
        matrices = tuple(direction.matrices.values())
        pairs = list(zip(roots, matrices, strict=True))
        changes = product(tuple(r @ x @ r for r, x in pairs))
        for (root, matrix), change in zip(pairs, changes, strict=True):
            np.testing.assert_allclose(
                root @ change @ root, direction.eigenvalue * matrix, atol=1e-9
            )


def test_the_sloppiest_eigenvalue_is_that_of_the_signature():
    for name in ("two attentions", "residual"):
        solution, _ = solved(name)
        assert solution.spectrum.eigenvalues[-1] == pytest.approx(
            solution.hessian_lowest, rel=1e-10
        )


def test_with_factors_every_eigenvalue_is_four_times_as_large():
    """docs/notation.md: along U^(1/2) (1 + t Z)^2 U^(1/2) the action rises by 4 lambda t^2 / 2."""
    solution, data = solved("two attentions")
    overlaps, action = solution.chain_overlaps, ACTIONS["two attentions"][0]
    for direction in (solution.spectrum.stiff[0], solution.spectrum.sloppy[0]):

        def at(step, direction=direction):
            moved = []
            for overlap, z in zip(overlaps, direction.matrices.values(), strict=True):
                factor = np.real(linalg.sqrtm(overlap)) @ (np.eye(len(z)) + step * z)
                moved.append(factor @ factor.T)
            return action(moved, data)

        slope = (at(1e-3) - 2 * at(0.0) + at(-1e-3)) / 1e-6
        assert slope == pytest.approx(4 * direction.eigenvalue, rel=2e-4)


def test_the_sloppy_direction_of_exchangeable_heads_is_the_one_that_breaks_them():
    """formulas.md, section 1.5, at A = 7: 4 lambda = -0.30 at the symmetric point, off the span."""
    network, data = broken_heads(7.0)
    found = Solver.of(network)
    module, problem = found.module, found.problem(network, data)

    def project(matrices):
        return tuple((m + m[::-1, ::-1]) / 2 for m in matrices)

    def value(overlaps):
        action, slopes = module.action_and_gradient(project(overlaps), problem)
        return action, project(slopes)

    def curvature(overlaps):
        product = module.hessian_product(project(overlaps), problem)
        return lambda steps: project(product(project(steps)))

    start = module.infinite_width(problem)
    overlaps, _ = module.minimise(start, problem.widths, value, curvature, 1e-10)
    symmetric = module.at(project(overlaps), problem)
    spectrum = module.hessian_spectrum(symmetric)
    assert 4 * spectrum.eigenvalues[-1] == pytest.approx(-0.30, abs=6e-3)
    for matrix in spectrum.sloppy[0]:
        np.testing.assert_allclose(matrix[::-1, ::-1], -matrix, atol=1e-6)
    assert np.abs(spectrum.sloppy[0][0]).max() > 0.1


def test_above_the_bound_both_ends_are_found(monkeypatch):
    """Lanczos against the full diagonalisation: 78 coordinates, ten at each end."""
    solution, data = solved("two residuals")
    module = solver("two residuals").module
    monkeypatch.setattr(module, "DENSE_HESSIAN", 77)
    partial = solver("two residuals").spectrum(solution, data)
    full = solution.spectrum
    assert partial.is_partial and partial.coordinates == full.coordinates == 78
    ends = [*full.eigenvalues[:10], *full.eigenvalues[-10:]]
    np.testing.assert_allclose(partial.eigenvalues, ends, rtol=1e-9)
    assert "both ends of 78" in repr(partial)
    for ours, theirs in ((partial.stiff[0], full.stiff[0]), (partial.sloppy[0], full.sloppy[0])):
        assert ours.eigenvalue == pytest.approx(theirs.eigenvalue, rel=1e-9)
        same = in_coordinates(ours) @ in_coordinates(theirs)
        assert abs(same) == pytest.approx(1.0, abs=1e-8)


def test_where_lanczos_fails_it_is_said_in_one_line(monkeypatch):
    solution, data = solved("two residuals")
    monkeypatch.setattr(solver("two residuals").module, "DENSE_HESSIAN", 77)

    def fail(*_, **__):
        raise sparse.linalg.ArpackNoConvergence("no", np.zeros(0), np.zeros((78, 0)))

    monkeypatch.setattr(sparse.linalg, "eigsh", fail)
    with pytest.raises(SolveError, match="of its 78 eigenvalues the ends were not found") as caught:
        solver("two residuals").spectrum(solution, data)
    assert "\n" not in str(caught.value)


@pytest.fixture
def bounded(monkeypatch):
    """A solution of 103 coordinates, and its data, where so many have a bound only."""
    network, data = NETWORKS["three attentions"], solved("three attentions")[1]
    with monkeypatch.context() as patch:
        patch.setattr(solver("three attentions").module, "DENSE_HESSIAN", 102)
        return solver("three attentions").solve(network, data), data


def test_many_coordinates_have_a_spectrum_when_asked_for(bounded):
    solution, data = bounded
    assert solution.hessian_is_bound and solution.spectrum is None
    spectrum = solver("three attentions").spectrum(solution, data)
    assert len(spectrum.eigenvalues) == spectrum.coordinates == 103
    assert spectrum.eigenvalues[-1] <= solution.hessian_lowest * (1 + 1e-9)


def test_a_run_asks_for_the_spectrum_and_goes_without_it_where_it_fails(monkeypatch, bounded):
    solution, data = bounded
    found = with_spectrum(solver("three attentions"), solution, data)
    assert found.spectrum.coordinates == 103
    assert with_spectrum(solver("three attentions"), found, data) is found

    def refuse(*_):
        raise SolveError("not today")

    monkeypatch.setattr(Solver, "spectrum", refuse)
    assert with_spectrum(solver("three attentions"), solution, data).spectrum is None


def test_pairs_of_paths_and_shares():
    solution, _ = solved("two attentions")
    for direction in (*solution.spectrum.stiff, *solution.spectrum.sloppy):
        shares = direction.shares
        assert list(shares) == ["G_1", "G_2", "G_a"]
        assert sum(shares.values()) == pytest.approx(1.0, rel=1e-12)
        pairs = direction.path_pairs()
        weights = [abs(pair.weight) for pair in pairs]
        assert weights == sorted(weights, reverse=True)
        assert sum(weight**2 for weight in weights) == pytest.approx(shares["G_1"], rel=1e-12)
        assert len(pairs) == len({(p.first, p.second) for p in pairs}) == 21
    pair = direction.path_pairs(1)[0]
    row, column = direction.paths.index(pair.first), direction.paths.index(pair.second)
    matrix = direction.matrices["G_1"]
    factor = 1.0 if row == column else np.sqrt(2.0)
    assert pair.weight == pytest.approx(factor * matrix[row, column], rel=1e-12)
    assert direction.paths[:3] == ("(1, 1)", "(1, 2)", "(1, 3)")


def test_vectors_that_end_no_path_are_numbered():
    solution, _ = solved("residual ends in residual")
    paths = solution.spectrum.stiff[0].paths
    assert paths[:5] == ("(skip, skip, skip)", "vector 2", "vector 3", "vector 4", "(1, 1, skip)")
    assert len(paths) == len(solution.overlaps[0]) == 12


@pytest.mark.parametrize("name", ["two attentions", "residual ends in residual"])
def test_a_file_gives_the_spectrum_back(name, tmp_path):
    solution, _ = solved(name)
    save_solution(tmp_path / "solution.npz", solution)
    arrays = load_solution(tmp_path / "solution.npz")
    found, given = HessianSpectrum.of_arrays(arrays), solution.spectrum
    np.testing.assert_array_equal(found.eigenvalues, given.eigenvalues)
    assert (found.coordinates, found.is_partial) == (given.coordinates, given.is_partial)
    for ours, theirs in zip(
        (*found.stiff, *found.sloppy), (*given.stiff, *given.sloppy), strict=True
    ):
        assert ours.eigenvalue == theirs.eigenvalue and ours.paths == theirs.paths
        assert list(ours.matrices) == list(theirs.matrices)
        for key, matrix in theirs.matrices.items():
            np.testing.assert_array_equal(ours.matrices[key], matrix)
    renamed = HessianSpectrum.of_arrays(arrays, [f"row {k}" for k in range(len(ours.paths))])
    assert renamed.stiff[0].paths[1] == "row 1"


def test_at_infinite_width_there_is_none(tmp_path):
    data = random_data(NETWORKS["residual"])
    wide = solver("residual").at_infinite_width(NETWORKS["residual"], data)
    assert wide.spectrum is None and "Hessian" in wide.message
    save_solution(tmp_path / "wide.npz", wide)
    arrays = load_solution(tmp_path / "wide.npz")
    assert "hessian_eigenvalues" not in arrays
    assert HessianSpectrum.of_arrays(arrays) is None
    with pytest.raises(SolveError, match="the Hessian grows with the width and has no value"):
        solver("residual").spectrum(wide, data)


def test_what_is_printed_is_readable():
    solution, _ = solved("residual")
    assert repr(solution.spectrum).startswith("HessianSpectrum(10 eigenvalues, ")
    text = repr(solution.spectrum.stiff[0])
    assert text.startswith("Direction(") and "shares G_a 1.00; (skip) (skip) " in text
