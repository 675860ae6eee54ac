"""Gaussian laws of vectors that are linear in one weight tensor."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build, contains
from derive.algebra.kinds import Expression, Matrix, Scalar
from derive.algebra.nodes import Lift, LogNormal
from derive.errors import RuleError
from derive.theories.networks.nodes import Attended, PathReadout, path_kernel


def outer(vectors: Matrix) -> Any:
    """F F^T, through the overlaps: N times the Gram matrix; lifts are carried outside."""
    if type(vectors) is Lift:
        return build.lift(outer(vectors.args[0]), vectors.args[1])
    if type(vectors) is sympy.Identity:
        return vectors
    return build.scale(build.columns(vectors), build.gram(vectors))


def row_covariance(expression: Expression, weight: Any, variance: Scalar) -> Any:
    r"""The covariance of the rows of c A W, for W with independent entries of one variance.

    .. math:: \Sigma = c^2 \sigma^2 A A^T

    Raises:
        RuleError: The expression is not of the form c A W.
    """
    number, factors = build.split(expression)
    if not factors or factors[-1] != weight or any(contains(f, {weight}) for f in factors[:-1]):
        raise RuleError(
            f"{expression} is not linear in {weight}, as a product with it on the right"
        )
    left = factors[:-1]
    if len(left) > 1:
        raise RuleError(f"{expression}: one matrix to the left of {weight} is expected")
    covariance = outer(left[0]) if left else sympy.Identity(build.rows(weight))
    return build.scale(number**2 * variance, covariance)


def output_covariance(
    expression: Expression, weight: Any, variance: Scalar, left: Attended, right: Attended
) -> Any:
    r"""The covariance of the outputs f = c X[F V] on two sets of examples.

    .. math:: \mathrm{cov}(f_\mu, f_\nu) = c^2\sigma^2 \sum_{\pi\pi' i}
              (F F^T)_{\pi\pi'} X_{\mu i\pi} Y_{\nu i\pi'}

    Raises:
        RuleError: The expression is not of the form c X[F V].
    """
    number, factors = build.split(expression)
    if len(factors) != 1 or type(factors[0]) is not PathReadout:
        raise RuleError(f"{expression} is not a readout of paths")
    inner, _ = factors[0].args
    covariance = row_covariance(inner, weight, variance)
    return build.scale(number**2, path_kernel(covariance, left, right))


def find_normal(body: Any, variable: Any) -> Any:
    """The Gaussian factor of a variable in a log density.

    Raises:
        RuleError: There is none, or more than one.
    """
    factors = [
        term
        for term in sympy.Add.make_args(body)
        if type(term) is LogNormal and term.args[0] == variable
    ]
    if len(factors) != 1:
        raise RuleError(f"{variable} has {len(factors)} Gaussian factors; one is expected")
    return factors[0]


def prior_variance(factor: Scalar) -> Any:
    """The variance of a weight's independent entries, from its prior factor.

    Raises:
        RuleError: The prior is not of independent entries of mean zero and one variance.
    """
    _, mean, covariance = factor.args
    number, factors = build.split(covariance)
    if not build.is_zero(mean) or [f for f in factors if type(f) is not sympy.Identity]:
        raise RuleError(
            f"the prior of {factor.args[0]} is not independent, centred and of one variance"
        )
    if type(covariance) is sympy.MatMul:
        return sympy.Mul(*(arg for arg in covariance.args if not arg.is_Matrix))
    return number
