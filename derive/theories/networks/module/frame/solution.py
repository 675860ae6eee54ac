"""What solving returns."""

from __future__ import annotations

from typing import NamedTuple

from derive.theories.networks.module.frame.derived import Array, Problem


class Solution(NamedTuple):
    """A stationary point of the action, with the evidence for it.

    Attributes:
        overlaps: The order parameters, the lowest stream first.
        action: S.
        log_evidence: ln p(labels) at leading order, every constant kept.
        converged: Whether every test below was passed.
        message: Why it did not converge, and what would help; or that it did.
        gradient_norm: max |G^(1/2) (dS/dG) G^(1/2)|_F / N over the order parameters, and what
            rounding may hide of it.
        residual: max |G - right-hand side|_F over the saddle-point equations, relative to the
            larger of G and its prior covariance given the overlaps above: one of the terms.
        hessian_lowest: Lowest eigenvalue of the Hessian in whitened coordinates.
        hessian_negative: Number of negative eigenvalues.
        hessian_is_bound: Whether these two are bounds, from above and from below. Where `message`
            says a minimum all the same, a matrix below the Hessian is positive definite.
        condition_number: Of the labels' covariance; a large one costs as many digits.
        problem: What was solved.
        others: The other minima that were found, the lower action first.
    """

    overlaps: tuple[Array, ...]
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
    problem: Problem
    others: tuple[Solution, ...] = ()
