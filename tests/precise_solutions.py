"""Saddle points, evidence and predictor at many digits, from the derived expressions alone.

The module's solution is only where Newton steps start, and its Hessian only tells them how far to
go: at which point they end is decided by the derived gradients in mpmath.
"""

from dataclasses import dataclass

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.theories.networks.checks.saddle import Whitened, refine
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import Subject


@dataclass(frozen=True)
class Precise:
    """What a solution is compared with.

    Attributes:
        overlaps: G_s, in mpmath.
        log_evidence: ln p.
        action: S.
        mean: On the test examples.
        variance: On the test examples.
    """

    overlaps: tuple
    log_evidence: object
    action: object
    mean: np.ndarray
    variance: np.ndarray


def subject_of(network, digits=40):
    """A network under check."""
    return Subject.of(network, digits)


def sample_of(subject, heads, widths, variances, temperature, attended, labels, tests):
    """An instance with numbers of one's own."""
    notation = subject.theory.notation
    return Sample(notation, heads, widths, variances, temperature, attended, labels, tests)


def precise(subject, sample, solution):
    """The saddle point next to a solution, and what follows from it."""

    def hessian(overlaps):
        whitened = Whitened(overlaps)
        product = subject.module.hessian_product(overlaps, solution.problem)
        units = [product(step) for step in whitened.units()]
        return np.stack([whitened.coordinates(unit) for unit in units], axis=1)

    overlaps = refine(
        solution.overlaps,
        (max(sample.widths),),
        lambda found: subject.gradients(subject.at(sample, found)),
        hessian,
        Digits(subject.digits - 10),
    )
    numbers = subject.at(sample, overlaps)
    mean, variance = subject.predictor(numbers)
    return Precise(
        overlaps,
        subject.value(subject.theory.log_evidence, numbers),
        subject.value(subject.theory.action, numbers),
        mean,
        variance,
    )


def deviations(subject, sample, solution):
    """Relative errors of overlaps (whitened), of evidence (against 1 at least), and predictor."""
    due = precise(subject, sample, solution)
    apart = 0.0
    for ours, theirs in zip(solution.overlaps, due.overlaps, strict=True):
        whitened = Whitened([theirs.astype(float)])
        shift = np.asarray(subject.arithmetic.array(ours) - theirs).astype(float)
        root = whitened.roots[0]
        apart = max(apart, np.abs(np.linalg.solve(root, np.linalg.solve(root, shift).T)).max())
    evidence = float(abs(solution.log_evidence - due.log_evidence)) / max(
        1.0, abs(float(due.log_evidence))
    )
    mean, variance = subject.module.predict(solution, sample.attended_test)
    mean, variance = np.ravel(mean), np.ravel(variance)
    scale = max(1e-300, float(np.abs(due.mean).max()))
    return {
        "overlaps": apart,
        "evidence": evidence,
        "mean": float(np.abs(mean - due.mean).max()) / scale,
        "variance": float(max(abs(variance - due.variance) / abs(due.variance))),
        "least": float(variance.min()),
    }


def gradient_of(subject, sample, solution):
    """The relative gradient in mpmath at the floats that were returned."""
    overlaps = [subject.arithmetic.array(overlap) for overlap in solution.overlaps]
    slopes = subject.gradients(subject.at(sample, overlaps))
    roots = map(np.linalg.cholesky, solution.overlaps)
    parts = zip(roots, slopes, sample.widths, strict=True)
    return max(np.linalg.norm(r.T @ s.astype(float) @ r) / width for r, s, width in parts)
