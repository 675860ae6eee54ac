"""A solved network: order parameters, predictions, and what speaks for them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from derive.errors import SolveError
from derive.theories.networks.description import Network
from derive.theories.networks.description.arrays import real_array
from derive.theories.networks.solver.scores import accuracy
from derive.theories.networks.solver.spectrum import HessianSpectrum


@dataclass(frozen=True)
class Solution:
    """A stationary point of the action, converged or not: `converged` and `message` say which.

    Attributes:
        network: What was solved.
        overlaps: G_s, the lowest stream first, in the normalisation of streams.
        bottom: G_bottom, on the paths in data order.
        action: S: for chains in the papers' normalisation, otherwise that of streams.
        log_evidence: ln p(labels) at leading order, every constant kept.
        converged: Whether all evidence is good.
        message: The verdict in a sentence, with cause and remedy where it is bad.
        gradient_norm: max over order parameters of |U^(1/2) (dS/dU) U^(1/2)|_F / N, and what
            rounding may hide of it: a bound.
        residual: max |U - right-hand side|_F over the saddle-point equations, relative to U, or to
            the largest of their terms; a bound likewise.
        hessian_lowest: Lowest Hessian eigenvalue in whitened coordinates.
        hessian_negative: Number of negative eigenvalues.
        hessian_is_bound: Whether these two are bounds, from above and from below. Where `message`
            says a minimum all the same, a matrix below the Hessian is positive definite.
        condition_number: Of the labels' covariance.
        chain_overlaps: U_1, ..., U_L, u_a of a chain, each a matrix; empty for other networks.
        head_scores: One per head, the lowest layer first, the largest is 1.
        mean: Predictor's mean on the test examples, shape (P_test,), if there are any; of several
            outputs (P_test, O).
        variance: Its variance, of the same shape.
        projections: Of a first layer of features with a mean, b: the projections g 1 / sqrt(N) of
            the lowest stream's vectors on the all-ones direction. None for other networks, at
            infinite width, and where the mean is not known.
        spectrum: Stiff and sloppy directions. None at infinite width, where the Hessian has no
            value, and where there are so many coordinates that its signature is a bound; then
            `Solver.spectrum` finds it.
        label_values: The values of the training labels, where there are two.
        others: The other minima that were found, the lower action first. Where there are some, a
            first-order transition lies between them: where their actions are equal.
    """

    network: Network
    overlaps: tuple[np.ndarray, ...] = field(repr=False)
    bottom: np.ndarray = field(repr=False)
    action: float
    log_evidence: float
    converged: bool
    message: str
    gradient_norm: float
    residual: float
    hessian_lowest: float
    hessian_negative: int
    hessian_is_bound: bool
    condition_number: float
    chain_overlaps: tuple[np.ndarray, ...] = field(default=(), repr=False)
    head_scores: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False)
    mean: np.ndarray | None = field(default=None, repr=False)
    variance: np.ndarray | None = field(default=None, repr=False)
    spectrum: HessianSpectrum | None = None
    projections: np.ndarray | None = field(default=None, repr=False)
    label_values: tuple[float, ...] = field(default=(), repr=False)
    others: tuple[Solution, ...] = field(default=(), repr=False)

    def accuracy(self, labels: np.ndarray) -> float:
        """Share of test examples whose mean is on the label's side.

        Labels of either sign are told apart at 0; where the training labels have two values of one
        sign, such as 0 and 1 (or truth values), in their middle. Of several outputs of which one
        label is the largest, the share of test examples whose mean is largest there.

        Args:
            labels: Of the test examples, of the shape of `mean`.

        Raises:
            SolveError: The solution has no test examples, or others than the labels; or these are
                neither the training labels' classes nor of both signs.
            DataError: The labels are no finite real numbers.
        """
        if self.mean is None:
            raise SolveError(
                "accuracy: the solution has no test examples; solve on data with attended_test"
            )
        due = real_array(labels, "accuracy: labels")
        if due.shape != self.mean.shape:
            raise SolveError(
                f"accuracy: labels of shape {due.shape}, expected {self.mean.shape}; give one for "
                "every mean"
            )
        outputs = 1 if self.mean.ndim == 1 else self.mean.shape[1]
        return accuracy(np.array(self.label_values), due.ravel(), self.mean, outputs)
