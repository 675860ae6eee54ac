r"""The Hessian of an action as a matrix, at the cost of a few evaluations of the kernel.

The labels' part is :math:`\ln\det C + y^\top C^{-1} y` with C linear in the lowest overlaps. Along
:math:`dG` and :math:`dG'`, with :math:`\psi_\pi = C^{-1/2} \xi_\pi` for the attended inputs
:math:`\xi_\pi` of shape (P, N_0), c the factor of the kernel and :math:`d = C^{-1} y`,

.. math:: d^2 = c^2 \sum dG_{\pi\rho} dG'_{\pi'\rho'} \big[
          2 \, (\psi_\pi \xi_\rho^\top d) \cdot (\psi_{\pi'} \xi_{\rho'}^\top d)
          - \mathrm{tr}(\psi_\pi \psi_\rho^\top \psi_{\pi'} \psi_{\rho'}^\top) \big]

The traces are one Gram matrix; action and gradient come from the same factors. All other terms
have no data in them and are products with directions. What is found is held against the Hessian
product along a random direction.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from scipy import linalg

from derive.programs.runtime.linear import log_determinant
from derive.programs.runtime.minimise import Overlaps
from derive.theories.networks.module.runtime.merged import Merged, fold, inputs_of, spread
from derive.theories.networks.module.runtime.paths import path_diagonal, path_projection

MOST_NUMBERS = 2**17
"""In one array, while the Gram matrix is summed up."""
CHEAP = 2.0
"""So many evaluations of the kernel and its adjoint may a matrix cost at every step."""
COUNTED = 1e8
"""Multiplications of a kernel below which the time goes elsewhere."""


class Curvature:
    """The Hessian at G_s, as a map from directions to products, and as a matrix.

    Args:
        overlaps: G_s.
        problem: Data and parameters.
        action_and_gradient: From G_s and a problem.
        hessian_product: From G_s and a problem to the map.
        kernel: From G_s, test inputs and a problem to the kernel, linear in the lowest overlaps.
        bottom: From G_s and a problem to the overlaps of the paths, linear too.
    """

    def __init__(
        self,
        overlaps: Overlaps,
        problem: Any,
        action_and_gradient: Callable[[Overlaps, Any], tuple[float, Overlaps]],
        hessian_product: Callable[[Overlaps, Any], Callable[[Overlaps], Overlaps]],
        kernel: Callable[[Overlaps, Any, Any], np.ndarray],
        bottom: Callable[[Overlaps, Any], np.ndarray],
    ) -> None:
        self.overlaps, self.problem = overlaps, problem
        self.action_and_gradient, self.hessian_product = action_and_gradient, hessian_product
        self.kernel, self.bottom = kernel, bottom

    def __call__(self, directions: Overlaps) -> Overlaps:
        """The change of the gradients along directions dG_s."""
        return self.product(directions)

    @property
    def is_straight(self) -> bool:
        """Whether C is linear in the overlaps, which it is but for the means of features."""
        return isinstance(self.problem.attended, np.ndarray | Merged)

    @cached_property
    def product(self) -> Callable[[Overlaps], Overlaps]:
        """The Hessian product."""
        return self.hessian_product(self.overlaps, self.problem)

    def is_cheap(self) -> bool:
        """Whether the matrix costs no more than a few evaluations, in multiplications."""
        if not self.is_straight:
            return False
        examples, count, features = inputs_of(self.problem.attended).shape
        kernel, pairs = float(examples) ** 2 * count * features, count * (count + 1) / 2
        gram = (examples * features + min(examples, features) * pairs) * pairs
        gram *= min(examples, features)
        return kernel >= COUNTED and kernel + gram <= CHEAP * 3.0 * kernel

    def elsewhere(self, overlaps: Overlaps) -> Curvature:
        """The Hessian of the same action at other overlaps."""
        given = self.action_and_gradient, self.hessian_product, self.kernel, self.bottom
        return Curvature(overlaps, self.problem, *given)

    def action(self) -> float:
        """S."""
        _, factor, dual = self.factors
        value, _ = self.action_and_gradient(self.overlaps, without_data(self.problem))
        return value + log_determinant(factor) + float(self.problem.labels @ dual)

    def gradient(self, basis: Any) -> np.ndarray:
        """The gradient in the coordinates of a basis."""
        scale, _, dual = self.factors
        found = basis.coordinates(
            self.action_and_gradient(self.overlaps, without_data(self.problem))[1]
        )
        seen = np.tensordot(dual, inputs_of(self.problem.attended), 1)
        white = self.white.transpose(1, 0, 2).reshape(len(seen), -1)
        by_pair = self.by_pair(basis)
        found[: len(by_pair)] += by_pair @ paired(scale * (white @ white.T - seen @ seen.T))
        return np.asarray(found)

    def by_pair(self, basis: Any) -> np.ndarray:
        """Entries on and below the diagonal of overlaps of classes, for each direction of a basis.

        Directions are those of the lowest overlaps, the only ones that the labels see.
        """
        data = self.problem.attended
        lowest = np.eye(basis.size)[: len(basis.lower[0][0])]
        paths = [self.bottom(basis.steps(unit), self.problem) for unit in lowest]
        folded = np.stack([fold(path, data, data)[0] for path in paths])
        return np.asarray(folded[:, *np.tril_indices(folded.shape[1])])

    def hessian(self, basis: Any) -> np.ndarray:
        """The Hessian in the coordinates of a basis, where C is linear in the overlaps."""
        without = self.hessian_product(self.overlaps, without_data(self.problem))
        units = np.eye(basis.size)
        found = np.stack([basis.coordinates(without(basis.steps(unit))) for unit in units], axis=1)
        by_pair = self.by_pair(basis)
        found[: len(by_pair), : len(by_pair)] += by_pair @ self.of_labels @ by_pair.T
        return (found + found.T) / 2.0

    def matrix(self, basis: Any) -> np.ndarray | None:
        """The Hessian in the coordinates of a basis; None where it is not what the products give.

        Args:
            basis: `Basis` at the overlaps.
        """
        if not self.is_straight:
            return None
        found = self.hessian(basis)
        trial = np.random.default_rng(0).normal(size=basis.size)
        exact = basis.coordinates(self.product(basis.steps(trial)))
        # half the digits: what is compared is wrong by far where it is wrong
        agrees = np.linalg.norm(found @ trial - exact) <= 1e-7 * np.linalg.norm(exact)
        return found if agrees else None

    @cached_property
    def factors(self) -> tuple[float, np.ndarray, np.ndarray]:
        """The factor c of the kernel, the Cholesky factor of C, and the dual d."""
        problem = self.problem
        kernel = self.kernel(self.overlaps, problem.attended, problem)
        whole = np.sum(path_diagonal(self.bottom(self.overlaps, problem), problem.attended))
        scale = float(np.trace(kernel)) / whole if whole else 0.0
        kernel[np.diag_indices_from(kernel)] += problem.temperature
        factor = linalg.cholesky(kernel, lower=True, check_finite=False)
        return scale, factor, linalg.cho_solve((factor, True), problem.labels, check_finite=False)

    @cached_property
    def white(self) -> np.ndarray:
        """psi, the whitened inputs of every class, shape (P, m, N_0)."""
        inputs = inputs_of(self.problem.attended)
        flat = inputs.reshape(len(inputs), -1)
        white = linalg.solve_triangular(self.factors[1], flat, lower=True, check_finite=False)
        return np.asarray(white.reshape(inputs.shape))

    @cached_property
    def of_labels(self) -> np.ndarray:
        """The labels' part, between entries on and below the diagonal of overlaps of classes."""
        scale, _, dual = self.factors
        inputs, white = inputs_of(self.problem.attended), self.white
        seen = paired(np.matmul(white, np.tensordot(dual, inputs, 1).T).transpose(1, 2, 0))
        return np.asarray(scale**2 * (2.0 * seen @ seen.T - traces(white)))

    def below(self) -> Callable[[Overlaps], Overlaps] | None:
        r"""Products with a matrix below the Hessian; None where paths are not the lowest overlaps.

        The traces above are at most :math:`\mathrm{tr}(dG \, G^{-1} dG \, D)` with
        :math:`D = c \kappa^\dagger[C^{-1}]`, because the whitened inputs, :math:`G^{1/2}` times
        :math:`c^{1/2} \psi`, are a contraction. No product takes more than one pass over the data.
        """
        problem, lowest = self.problem, self.overlaps[0]
        if not self.is_straight or self.bottom(self.overlaps, problem) is not lowest:
            return None
        scale, factor, dual = self.factors
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
        half = _gram(white.transpose(2, 1, 0), paired)
    else:
        gram = _gram(white, lambda pairs: pairs.reshape(count**2, *pairs.shape[2:]))
        ends = gram.reshape(count, count, count, count)  # w_b^T w_c, w_a^T w_d
        half = paired(paired(ends.transpose(2, 0, 1, 3)).transpose(1, 2, 0))
    return half + half.T


def _gram(white: np.ndarray, kept: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """sum_{x <= y} Y[k, x, y] Y[l, x, y], Y what is kept of sum_z w[z, a, x] w[z, b, y].

    It is kept over a and b. Terms of equal x and y count half: to exchange x and y transposes.
    """
    inner, count, size = white.shape
    flat = np.ascontiguousarray(white.transpose(2, 1, 0)).reshape(-1, inner)
    total: Any = 0.0
    block = max(1, MOST_NUMBERS // (count**2 * size))
    for start in range(0, size, block):
        later, here = flat[start * count :].T, flat[start * count : (start + block) * count].T
        products = linalg.blas.dgemm(1.0, here, later, trans_a=True)
        products = products.reshape(here.shape[1] // count, count, size - start, count)
        products = np.ascontiguousarray(products.transpose(1, 3, 0, 2))
        width = products.shape[2]
        products[..., :width] *= np.where(np.eye(width), np.sqrt(0.5), np.tri(width).T)
        pairs = kept(products)
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
