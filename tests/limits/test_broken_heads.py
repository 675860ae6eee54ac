"""Two exchangeable heads that break their symmetry: the table of formulas.md, section 1.5."""

from functools import cache

import numpy as np
import pytest
from small_networks import broken_heads

from derive.theories.networks.solver import Solver

# Amplitude: S at the symmetric point, lowest Hessian eigenvalue there, lowest S, U_1 there. The
# eigenvalues of formulas.md are in coordinates Z, U = C (1 + Z)(1 + Z)^T C^T, where the Hessian is
# four times that in dU = U^(1/2) X U^(1/2).
BREAKING = {
    6: (103.00357, 1.49, 103.00357, None),
    7: (110.78355, -0.30, 110.78190, (12.05, 17.53)),
    8: (118.11356, -1.98, 118.04464, (10.06, 26.20)),
    10: (131.69754, -5.07, 131.28480, (9.22, 41.68)),
}


@cache
def solver_of_heads():
    return Solver.of(broken_heads(1.0)[0])


def exchangeable(overlap):
    """The part that is invariant under permutations of two heads: a I + b J."""
    return (overlap + overlap[::-1, ::-1]) / 2


@pytest.mark.parametrize("amplitude", BREAKING)
def test_the_symmetric_point_of_exchangeable_heads(amplitude):
    action, eigenvalue, _, _ = BREAKING[amplitude]
    found, module = solver_of_heads(), solver_of_heads().module
    problem = found.problem(*broken_heads(amplitude))

    def project(matrices):
        return tuple(map(exchangeable, matrices))

    def value(overlaps):
        action, slopes = module.action_and_gradient(project(overlaps), problem)
        return action, project(slopes)

    def curvature(overlaps):
        product = module.hessian_product(project(overlaps), problem)
        return lambda steps: project(product(project(steps)))

    start = module.infinite_width(problem)
    overlaps, reason = module.minimise(start, problem.widths, value, curvature, 1e-10)
    state = module.at(project(overlaps), problem)
    assert reason == ""
    assert state.gradient_norm < 1e-9  # stationary, transverse directions included
    assert module.chain_normalisation(state.overlaps, problem)[1] == pytest.approx(action, abs=6e-6)
    assert 4 * state.hessian_lowest == pytest.approx(eigenvalue, abs=6e-3)


@pytest.mark.parametrize("amplitude", BREAKING)
def test_the_lowest_action_among_random_starts(amplitude):
    _, eigenvalue, action, diagonal = BREAKING[amplitude]
    lowest = solver_of_heads().search(*broken_heads(amplitude), 5, seed=amplitude)[0]
    assert lowest.action == pytest.approx(action, abs=6e-6)
    assert lowest.hessian_negative == 0
    if eigenvalue > 0:
        mean = np.trace(lowest.chain_overlaps[0]) / 2
        np.testing.assert_allclose(lowest.chain_overlaps[0], mean * np.eye(2), atol=1e-8)
    else:
        np.testing.assert_allclose(sorted(np.diag(lowest.chain_overlaps[0])), diagonal, atol=6e-3)
