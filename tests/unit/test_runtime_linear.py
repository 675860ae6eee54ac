"""The linear algebra that is copied into modules, against plain index loops."""

import numpy as np
import pytest
from small_networks import random_overlap, random_symmetric

from derive.programs.runtime import linear
from derive.theories.networks.module.runtime import paths

RNG = np.random.default_rng(6)
OVERLAP = random_overlap(RNG, 6)
SYMMETRIC = random_symmetric(RNG, 6)  # of no definite sign, as directions are
GENERAL = RNG.normal(size=(6, 6))
FEW, MANY = RNG.normal(size=(4, 6, 3)), RNG.normal(size=(9, 6, 3))  # examples, paths, features


def kernel(overlap, left, right):
    return np.einsum("pq,mpi,nqi->mn", overlap, left, right)


def projection(matrix, left, right):
    return np.einsum("mn,mpi,nqi->pq", matrix, left, right)


def test_a_cholesky_factor_gives_inverse_solution_and_determinant():
    factor = linear.cholesky(OVERLAP)
    np.testing.assert_allclose(factor @ factor.T, OVERLAP, rtol=1e-13, atol=1e-14)
    assert np.all(np.triu(factor, 1) == 0)
    right = RNG.normal(size=(6, 2))
    np.testing.assert_allclose(
        linear.cholesky_solve(factor, right), np.linalg.solve(OVERLAP, right)
    )
    np.testing.assert_allclose(linear.inverse(factor), np.linalg.inv(OVERLAP), rtol=1e-11)
    np.testing.assert_array_equal(linear.inverse(factor), linear.inverse(factor).T)
    assert linear.log_determinant(factor) == pytest.approx(np.linalg.slogdet(OVERLAP)[1])


def test_the_arguments_are_left_as_they_were():
    matrix, right = OVERLAP.copy(), RNG.normal(size=6)
    factor = linear.cholesky(matrix)
    kept = factor.copy(), right.copy()
    linear.inverse(factor)
    linear.cholesky_solve(factor, right)
    np.testing.assert_array_equal(matrix, OVERLAP)
    np.testing.assert_array_equal(factor, kept[0])
    np.testing.assert_array_equal(right, kept[1])


def test_what_is_not_positive_definite_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        linear.cholesky(-OVERLAP)
    singular = np.tril(np.ones((3, 3)))
    singular[1, 1] = 0
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        linear.inverse(singular)


def test_partial_trace_and_lift_with_the_head_as_slow_index():
    small = RNG.normal(size=(2, 2))
    lifted = linear.lift(small, 3)
    for h, g, p, q in np.ndindex(3, 3, 2, 2):
        assert lifted[2 * h + p, 2 * g + q] == (small[p, q] if h == g else 0)
    expected = [
        [sum(GENERAL[2 * h + p, 2 * h + q] for h in range(3)) for q in (0, 1)] for p in (0, 1)
    ]
    np.testing.assert_allclose(linear.partial_trace(GENERAL, 3), expected, rtol=1e-13)
    one, other = np.sum(lifted * GENERAL), np.sum(small * linear.partial_trace(GENERAL, 3))
    assert one == pytest.approx(other)  # each is the adjoint of the other


def test_embed_and_selection():
    small = RNG.normal(size=(2, 2))
    embedded = linear.embed(small, 3, 6)
    np.testing.assert_array_equal(embedded[3:5, 3:5], small)
    assert np.abs(embedded).sum() == np.abs(small).sum()
    rows = linear.selection(6, 0, 1, 4, 2)
    np.testing.assert_array_equal(rows @ GENERAL, GENERAL[[0, 4, 5]])


@pytest.mark.parametrize("overlap", [OVERLAP, SYMMETRIC, -OVERLAP, np.zeros((6, 6))])
@pytest.mark.parametrize("data", [FEW, MANY])
def test_the_kernel_of_a_data_set_with_itself(overlap, data):
    found = paths.path_kernel(overlap, data, data)
    np.testing.assert_allclose(found, kernel(overlap, data, data), rtol=1e-11, atol=1e-12)
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize(("left", "right"), [(FEW, MANY), (MANY, FEW), (FEW, FEW.copy())])
def test_the_kernel_of_two_data_sets_with_any_matrix(left, right):
    found = paths.path_kernel(GENERAL, left, right)
    np.testing.assert_allclose(found, kernel(GENERAL, left, right), rtol=1e-11, atol=1e-12)


def test_the_diagonal_of_a_kernel():
    found = paths.path_diagonal(GENERAL, MANY)
    np.testing.assert_allclose(found, np.diag(kernel(GENERAL, MANY, MANY)), rtol=1e-11)


@pytest.mark.parametrize(("left", "right"), [(FEW, MANY), (MANY, FEW), (MANY, MANY)])
def test_the_projection_is_the_adjoint_of_the_kernel(left, right):
    matrix = RNG.normal(size=(len(left), len(right)))
    found = paths.path_projection(matrix, left, right)
    np.testing.assert_allclose(found, projection(matrix, left, right), rtol=1e-11, atol=1e-12)
    one = np.sum(matrix * kernel(GENERAL, left, right))
    assert np.sum(found * GENERAL) == pytest.approx(one)
