"""The Hessian by kinds of direction is the whole Hessian, with the multiplicities claimed."""

import numpy as np
import pytest
from symmetric_data import symmetric_data

from derive import Attention, Embedding, Linear, Network, Readout, Residual
from derive.programs.runtime.basis import Basis
from derive.theories.networks.phases import SymmetricSolver
from derive.theories.networks.phases.hessian import moved, roots_of, sector_of
from derive.theories.networks.phases.representations import (
    CYCLES,
    KINDS,
    ONE,
    PAIRS,
    SYMMETRIC,
    dimension,
    directions,
    kinds_of,
)

EVERY_DAY = (
    "test_the_kinds_make_up_the_whole_hessian[three heads]",
    "test_the_kinds_make_up_the_whole_hessian[five heads]",
    "test_the_kinds_of_one_layer_make_up_all_matrices",
)
"""The others are evidence beyond what CI has time for: run by hand."""

SHAPES = {
    "three heads": (Attention(3, 0.8, 7),),
    "five heads": (Attention(5, 0.8, 11),),
    "unequal heads": (Attention(2, 0.8, 9), Attention(3, 1.1, 8)),
    "a linear layer between": (Attention(4, 0.8, 9), Linear(0.9, 10), Attention(2, 1.1, 8)),
    "one head between": (Attention(2, 0.8, 9), Attention(1, 0.9, 10), Attention(3, 1.1, 8)),
    "a skip": (Residual((Attention(4, 0.8),)),),
    "two skips": (Residual((Attention(2, 0.8),)), Residual((Attention(3, 1.1),))),
    "a skip in a skip": (
        Residual((Attention(2, 0.8, 9), Linear(0.7), Residual((Attention(3, 1.1),)))),
    ),
}


def solver_of(name, signal=3.0):
    network = Network((Embedding(13, 1.3), *SHAPES[name], Readout(1.2)), 0.3, name)
    return SymmetricSolver.of(network, symmetric_data(network, features=2, signal=signal))


@pytest.mark.parametrize("name", SHAPES)
def test_the_kinds_make_up_the_whole_hessian(name):
    solver = solver_of(name)
    problem = solver.problem
    point = solver.point(problem)
    product = solver.solver.module.hessian_product(point.overlaps, problem)
    basis = Basis(point.overlaps)  # with Cholesky factors, an orthogonal change of the roots
    dense = np.stack([basis.coordinates(product(basis.steps(u))) for u in np.eye(basis.size)], 1)
    expected = np.linalg.eigvalsh((dense + dense.T) / 2)
    sectors = solver.hessian(point, problem)
    found = np.sort(np.concatenate([np.repeat(s.eigenvalues, s.multiplicity) for s in sectors]))
    np.testing.assert_allclose(found, expected, atol=1e-11 * abs(expected).max())


def test_every_representative_of_a_kind_has_the_same_eigenvalues():
    solver = solver_of("five heads")
    problem = solver.problem
    point = solver.point(problem)
    product = solver.solver.module.hessian_product(point.overlaps, problem)
    roots = roots_of(point.overlaps)
    one, two = (sector_of(roots, product, solver.layout, (ONE,), (k,)) for k in (1, 2))
    np.testing.assert_allclose(one.eigenvalues, two.eigenvalues, rtol=1e-10)
    assert np.abs(one.direction[0] - two.direction[0]).max() > 0.1


@pytest.mark.parametrize("heads", range(1, 7))
def test_the_kinds_of_one_layer_make_up_all_matrices(heads):
    copies = {SYMMETRIC: 2 if heads > 1 else 1, ONE: 3 if heads > 2 else 2, PAIRS: 1, CYCLES: 1}
    kinds = [kind for (kind,) in kinds_of((heads,))]
    assert sum(copies[kind] * dimension(kind, heads) for kind in kinds) == heads**2
    assert all(dimension(kind, heads) <= 0 for kind in KINDS if kind not in kinds)


def test_directions_are_symmetric_and_orthonormal():
    solver = solver_of("two skips")
    for kinds in kinds_of(solver.layout.declared):
        for table in solver.layout.tables:
            layout = solver.layout
            found = directions(table, layout.weights, layout.heads, kinds, (1, 1))
            flat = found.reshape(len(found), -1)
            np.testing.assert_allclose(flat @ flat.T, np.eye(len(found)), atol=1e-12)
            np.testing.assert_array_equal(found, found.transpose(0, 2, 1))


def test_steps_along_a_direction_stay_positive_definite():
    solver = solver_of("unequal heads")
    point = solver.point(solver.problem)
    direction = solver.hessian(point, solver.problem)[1].direction
    for length in (-30.0, 0.0, 30.0):
        for overlap in moved(point.overlaps, direction, length):
            assert np.linalg.eigvalsh(overlap)[0] > 0
    for overlap, same in zip(point.overlaps, moved(point.overlaps, direction, 0.0), strict=True):
        np.testing.assert_allclose(overlap, same, rtol=1e-12, atol=1e-14)
