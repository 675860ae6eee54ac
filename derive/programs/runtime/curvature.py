r"""The Hessian of an action as a matrix, at the cost of a few evaluations of the kernel.

The labels' part is :math:`\ln\det C + y^\top C^{-1} y` with C linear in the lowest overlaps. Along
:math:`dG` and :math:`dG'`, with :math:`\psi_\pi = C^{-1/2} \xi_\pi` for the attended inputs
:math:`\xi_\pi` of shape (P, N_0), c the factor of the kernel and :math:`d = C^{-1} y`,

.. math:: d^2 = c^2 \sum dG_{\pi\rho} dG'_{\pi'\rho'} \big[
          2 \, (\psi_\pi \xi_\rho^\top d) \cdot (\psi_{\pi'} \xi_{\rho'}^\top d)
          - \mathrm{tr}(\psi_\pi \psi_\rho^\top \psi_{\pi'} \psi_{\rho'}^\top) \big]

The traces are one Gram matrix. All other terms have no data in them and are products with
directions. What is found is held against the Hessian product along a random direction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg

from derive.programs.runtime.linear import path_diagonal, path_projection
from derive.programs.runtime.merged import Merged, fold, inputs_of, spread
from derive.programs.runtime.minimise import Overlaps

MOST_NUMBERS = 2**17
"""In one array, while the Gram matrix is summed up."""


class Curvature:
    """The Hessian at G_s, as a map from directions to products, and as a matrix.

    Args:
        overlaps: G_s.
        problem: Data and parameters.
        hessian_product: From G_s and a problem to the map.
        kernel: From G_s, test inputs and a problem to the kernel, linear in the lowest overlaps.
        bottom: From G_s and a problem to the overlaps of the paths, linear too.
    """

    def __init__(
        self,
        overlaps: Overlaps,
        problem: Any,
        hessian_product: Callable[[Overlaps, Any], Callable[[Overlaps], Overlaps]],
        kernel: Callable[[Overlaps, Any, Any], np.ndarray],
        bottom: Callable[[Overlaps, Any], np.ndarray],
    ) -> None:
        self.overlaps, self.problem = overlaps, problem
        self.hessian_product, self.kernel, self.bottom = hessian_product, kernel, bottom
        self.product = hessian_product(overlaps, problem)

    def __call__(self, directions: Overlaps) -> Overlaps:
        """The change of the gradients along directions dG_s."""
        return self.product(directions)

    @property
    def is_linear(self) -> bool:
        """Whether C is linear in the overlaps; with the means of features it is not."""
        return isinstance(self.problem.attended, np.ndarray | Merged)

    def matrix(self, basis: Any) -> np.ndarray | None:
        """The Hessian in the coordinates of a basis; None where it is not what the products give.

        Args:
            basis: `Basis` at the overlaps.
        """
        if not self.is_linear:
            return None
        steps = [basis.steps(unit) for unit in np.eye(basis.size)]
        without = self.hessian_product(self.overlaps, without_data(self.problem))
        found = np.stack([basis.coordinates(without(step)) for step in steps], axis=1)
        lowest = len(basis.lower[0][0])  # coordinates of the only overlaps that the labels see
        data = self.problem.attended
        paths = [self.bottom(step, self.problem) for step in steps[:lowest]]
        folded = np.stack([fold(path, data, data)[0] for path in paths])
        by_pair = folded[:, *np.tril_indices(folded.shape[1])]
        found[:lowest, :lowest] += by_pair @ self.of_labels() @ by_pair.T
        trial = np.random.default_rng(0).normal(size=basis.size)
        exact = basis.coordinates(self.product(basis.steps(trial)))
        # half the digits: what is compared is wrong by far where it is wrong
        agrees = np.linalg.norm(found @ trial - exact) <= 1e-7 * np.linalg.norm(exact)
        return (found + found.T) / 2.0 if agrees else None

    def factors(self) -> tuple[float, np.ndarray, np.ndarray]:
        """The factor c of the kernel, the Cholesky factor of C, and the dual d."""
        problem = self.problem
        kernel = self.kernel(self.overlaps, problem.attended, problem)
        whole = np.sum(path_diagonal(self.bottom(self.overlaps, problem), problem.attended))
        scale = float(np.trace(kernel)) / whole if whole else 0.0
        kernel[np.diag_indices_from(kernel)] += problem.temperature
        factor = linalg.cholesky(kernel, lower=True, check_finite=False)
        return scale, factor, linalg.cho_solve((factor, True), problem.labels, check_finite=False)

    def of_labels(self) -> np.ndarray:
        """The labels' part, between entries on and below the diagonal of overlaps of classes."""
        scale, factor, dual = self.factors()
        inputs = inputs_of(self.problem.attended)
        examples = len(inputs)
        flat = inputs.reshape(examples, -1)
        white = linalg.solve_triangular(factor, flat, lower=True, check_finite=False)
        white = white.reshape(inputs.shape)
        seen = paired(np.matmul(white, np.tensordot(dual, inputs, 1).T).transpose(1, 2, 0))
        return scale**2 * (2.0 * seen @ seen.T - traces(white))

    def below(self) -> Callable[[Overlaps], Overlaps] | None:
        r"""Products with a matrix below the Hessian; None where paths are not the lowest overlaps.

        The traces above are at most :math:`\mathrm{tr}(dG \, G^{-1} dG \, D)` with
        :math:`D = c \kappa^\dagger[C^{-1}]`, because the whitened inputs, :math:`G^{1/2}` times
        :math:`c^{1/2} \psi`, are a contraction. No product takes more than one pass over the data.
        """
        problem, lowest = self.problem, self.overlaps[0]
        if not self.is_linear or self.bottom(self.overlaps, problem) is not lowest:
            return None
        scale, factor, dual = self.factors()
        data, flat = problem.attended, inputs_of(problem.attended).reshape(len(dual), -1)
        inverse = linalg.cho_solve((factor, True), np.eye(len(factor)), check_finite=False)
        bound = scale * path_projection(inverse, data, data)
        seen = (dual @ flat).reshape(1, -1, data.shape[2])
        inverted = np.linalg.inv(lowest)
        without = self.hessian_product(self.overlaps, without_data(problem))

        def product(directions: Overlaps) -> Overlaps:
            step = directions[0]
            folded = fold(step, data, data)[0]
            moved = scale * (flat @ (folded @ seen[0]).ravel())
            answer = (linalg.cho_solve((factor, True), moved, check_finite=False) @ flat).reshape(
                seen.shape
            )
            outer = scale * spread(answer[0] @ seen[0].T, data, data)
            cut = (bound @ step @ inverted + inverted @ step @ bound) / 2.0
            first, *others = without(directions)
            return (first + outer + outer.T - cut, *others)

        return product


def paired(array: np.ndarray) -> np.ndarray:
    """What multiplies entries G_ab of a symmetric matrix, b <= a: the array at ab and at ba."""
    rows, columns = np.tril_indices(len(array))
    twice = array[rows, columns] + array[columns, rows]
    twice[rows == columns] /= 2.0
    return np.asarray(twice)


def traces(white: np.ndarray) -> np.ndarray:
    """tr(w_a w_b^T w_c w_d^T) for w of shape (P, m, N_0), paired in (a, b) and in (c, d)."""
    examples, count, features = white.shape
    if examples <= features:  # sums over features first: w_a w_b^T, which may be paired at once
        return _gram(white.transpose(2, 1, 0), paired)
    gram = _gram(white, lambda pairs: pairs.reshape(count**2, *pairs.shape[2:]))
    by_ends = gram.reshape(count, count, count, count).transpose(2, 0, 1, 3)  # w_b^T w_c, w_a^T w_d
    return paired(paired(by_ends).transpose(1, 2, 0))


def _gram(white: np.ndarray, kept: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """sum_xy Y[k, x, y] Y[l, x, y], Y what is kept of sum_z w[z, a, x] w[z, b, y] over a and b."""
    _, count, size = white.shape
    flat = np.ascontiguousarray(white).reshape(len(white), -1)
    total: Any = 0.0
    block = max(1, MOST_NUMBERS // (count**2 * size))
    for start in range(0, size, block):
        rows = np.ascontiguousarray(white[:, :, start : start + block]).reshape(len(white), -1)
        products = linalg.blas.dgemm(1.0, flat.T, rows.T, trans_b=True).T
        pairs = kept(products.reshape(count, -1, count, size).transpose(0, 2, 1, 3))
        total = total + linalg.blas.dsyrk(1.0, pairs.reshape(len(pairs), -1).T, trans=True)
    upper = np.triu_indices(len(total), 1)
    total.T[upper] = total[upper]
    return np.asarray(total)


def without_data(problem: Any) -> Any:
    """The problem with one example that has no inputs: the labels' part is then constant."""
    data = problem.attended
    inputs = np.zeros((1, inputs_of(data).shape[1], 1))
    attended = Merged(inputs, data.classes) if isinstance(data, Merged) else inputs
    return problem._replace(attended=attended, labels=np.zeros(1), temperature=1.0, span=None)
