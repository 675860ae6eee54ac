r"""The training examples in the space that their attended inputs span.

.. math:: X = U \hat X, \quad U^\top U = 1, \qquad
          \ln\det(K + T) = \ln\det(\hat K + T) + (P - R) \ln T, \qquad
          y^\top (K + T)^{-1} y = \hat y^\top (\hat K + T)^{-1} \hat y + |y - U \hat y|^2 / T

with :math:`\hat y = U^\top y`: R rows in the place of P examples, whatever the order parameters
are. What lies outside the span is never subtracted from what lies inside. The axes U are singular
vectors, so that rows of the covariance that differ in size stay apart and a Cholesky factor keeps
the digits of each.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import linalg

from derive.theories.networks.module.runtime.merged import Merged, inputs_of

LOW_TEMPERATURE = 1e-7
"""Of the prior variance of all outputs together; below it the span's axes keep digits."""

SINGULAR = 1e13
"""Condition number of the labels' covariance above which it is refused."""
SINGULAR_IN_SPAN = 1e20
"""The same on the axes of the span, where its root costs the digits, not itself."""


class Span(NamedTuple):
    """The space that attended inputs span, as vectors over examples.

    Attributes:
        axes: U, orthonormal, shape (P, R); the largest singular value first.
        attended: The attended inputs on these axes, shape (R, M, N_0).
    """

    axes: np.ndarray
    attended: Any


def with_span(problem: Any) -> Any:
    """The problem, with the span where it is smaller than P or where digits are lost without.

    Smaller it is where examples are more than columns, or depend on each other.

    At zero temperature nothing but the inputs themselves can be in the labels' covariance: with
    more examples than dimensions it is singular and is left to be refused.
    """
    examples, _, features = problem.attended.shape
    inputs = inputs_of(problem.attended)
    columns = inputs.shape[1] * features
    size = np.sum(inputs**2) / features * np.prod(np.maximum(problem.variances, 1.0))
    cold = problem.temperature < LOW_TEMPERATURE * size
    if examples > columns:
        needed = problem.temperature > 0
    else:
        needed = cold or (problem.temperature > 0 and _are_dependent(inputs))
    return problem._replace(span=_span(problem, inputs)) if needed else problem


def _are_dependent(inputs: np.ndarray) -> bool:
    """Whether some examples are combinations of others, to half the digits.

    A pivoted Cholesky factor of their products is far cheaper than singular values.
    """
    stack = inputs.reshape(len(inputs), -1)
    products = linalg.blas.dsyrk(1.0, stack.T, trans=True, lower=True)
    least = len(products) * np.finfo(float).eps * np.max(np.diag(products))
    return bool(linalg.lapack.dpstrf(products, tol=least, lower=True)[2] < len(products))


def _span(problem: Any, inputs: np.ndarray) -> Span:
    """The span; with noise, singular values that are rounding of zero bring no dimension."""
    stack, attended = inputs.reshape(len(inputs), -1), problem.attended
    axes, values, rows = linalg.svd(stack, full_matrices=False, check_finite=False)
    if problem.temperature > 0:
        least = max(stack.shape) * np.finfo(float).eps * values[0]
        rank = max(1, int(np.sum(values > least)))
        axes, values, rows = axes[:, :rank], values[:rank], rows[:rank]
    turned = (values[:, None] * rows).reshape(len(rows), *inputs.shape[1:])
    if isinstance(attended, Merged):
        return Span(axes, Merged(turned, attended.classes))
    return Span(axes, turned)


def in_span(problem: Any) -> tuple[Any, np.ndarray]:
    """Attended inputs and labels on the axes of the span; as they are where there is none."""
    if problem.span is None:
        return problem.attended, problem.labels
    return problem.span.attended, problem.span.axes.T @ problem.labels


def inside(problem: Any) -> Any:
    """The problem of the span's rows alone, without what is constant outside."""
    attended, labels = in_span(problem)
    return problem._replace(attended=attended, labels=labels, span=None)


def condition_of(covariance: np.ndarray) -> float:
    """Largest over smallest eigenvalue; infinite where the matrix is singular.

    Small eigenvalues come from the Cholesky factor, whose condition number is the root of that.
    """
    values = linalg.eigvalsh(covariance, check_finite=False)
    if values[0] > 1e-8 * values[-1]:
        return float(values[-1] / values[0])
    try:
        factor = linalg.cholesky(covariance, lower=True, check_finite=False)
    except linalg.LinAlgError:
        return np.inf
    values = linalg.svdvals(factor, check_finite=False)
    return float((values[0] / values[-1]) ** 2) if values[-1] > 0 else np.inf


def is_singular(condition: float, problem: Any) -> bool:
    """Whether a condition number leaves no digits."""
    return not condition <= (SINGULAR if problem.span is None else SINGULAR_IN_SPAN)


def energy_outside(problem: Any) -> float:
    """(P - R) ln T + |y - U U^T y|^2 / T: what lies outside the span brings to S."""
    if problem.span is None or problem.span.axes.shape[0] == problem.span.axes.shape[1]:
        return 0.0
    examples, rows = problem.span.axes.shape
    if not problem.temperature > 0:
        raise np.linalg.LinAlgError("the labels' covariance is singular")
    rest = problem.labels
    for _ in range(2):  # once more, as the first difference is orthogonal to rounding of y alone
        rest = rest - problem.span.axes @ (problem.span.axes.T @ rest)
    return float(
        (examples - rows) * np.log(problem.temperature) + rest @ rest / problem.temperature
    )
