r"""One head per layer, in a chain: the saddle point against one scalar equation.

The equation is written here independently of the derivation, from deep linear networks
(Li and Sompolinsky, PRX 2021; docs/formulas.md 1.4):

.. math:: u = c \prod_l (1 + r/N_l), \qquad r = -u E'(u), \qquad
          E(u) = \sum_i \left[\ln(u k_i + T) + \frac{y_i^2}{u k_i + T}\right]

with k_i the eigenvalues of the kernel at u = 1, y_i the labels along its eigenvectors, and c the
product of the prior variances of all weights above the embedding. The overlaps of stream l are
those of the stream above it times sigma_l^2 (1 + r/N_l).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.evidence.claim import Claim
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult, Unsettled
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.checks.subject import SOLVER_DIGITS, Subject

GRID = np.geomspace(1e-4, 1e4, 401)
"""Where roots of the scalar equation are looked for, in units of the prior value c."""


@dataclass(frozen=True, eq=False)
class Scalar:
    """The scalar equation of a sample with one head per layer.

    Attributes:
        arithmetic: The mpmath arithmetic.
        eigenvalues: k_i.
        projections: y_i.
        widths: N_l, the lowest stream first.
        variances: Of the weights above the embedding, the lowest first.
        temperature: T.
    """

    arithmetic: Digits
    eigenvalues: list[Any]
    projections: list[Any]
    widths: tuple[int, ...]
    variances: tuple[Any, ...]
    temperature: Any

    @classmethod
    def of(cls, sample: Sample, arithmetic: Digits) -> Scalar:
        """The equation from the data, in loops of its own."""
        context = arithmetic.context
        values, vectors = context.eigsy(unit_kernel(sample, arithmetic))
        labels = context.matrix(sample.labels.tolist())
        projections = vectors.T * labels
        variances = tuple(arithmetic.number(variance) for variance in sample.variances[1:])
        temperature = arithmetic.number(sample.temperature)
        return cls(
            arithmetic, list(values), list(projections), sample.widths, variances, temperature
        )

    def flux(self, u: Any) -> Any:
        """R = -u E'(u)."""
        total = 0 * u
        for value, projection in zip(self.eigenvalues, self.projections, strict=True):
            covariance = u * value + self.temperature
            total += u * value * (projection**2 / covariance - 1) / covariance
        return total

    def overlaps(self, flux: Any) -> tuple[Any, ...]:
        """G_s, the lowest stream first, for a given flux."""
        overlaps, above = [], self.arithmetic.number(1)
        for width, variance in zip(reversed(self.widths), reversed(self.variances), strict=True):
            above = variance * above * (1 + flux / width)
            overlaps.append(above)
        return tuple(reversed(overlaps))

    def residual(self, u: Any) -> Any:
        """u - c prod_l (1 + r/N_l), zero at a root."""
        return u - self.overlaps(self.flux(u))[0]

    def admissible(self, u: Any) -> bool:
        """Whether every factor 1 + r/N_l is positive; the other roots are spurious."""
        return bool(self.flux(u) > -min(self.widths))

    def roots(self) -> list[Any]:
        """The admissible roots, at the precision of the arithmetic."""
        prior = self.overlaps(self.arithmetic.number(0))[0]
        grid = [prior * self.arithmetic.number(point) for point in GRID.tolist()]
        values = [self.residual(u) for u in grid]
        roots = []
        for k, bracket in enumerate(pairwise(grid)):
            if (values[k] > 0) != (values[k + 1] > 0) and all(map(self.admissible, bracket)):
                roots.append(self._polish(bracket))
        return roots

    def _polish(self, bracket: tuple[Any, Any]) -> Any:
        find = self.arithmetic.context.findroot
        return find(self.residual, bracket, solver="anderson", maxsteps=200)

    def nearest(self, u: Any) -> tuple[Any, ...]:
        """The overlaps at the admissible root next to a number.

        Raises:
            Unsettled: There is no such root.
        """
        roots = self.roots()
        if not roots:
            raise Unsettled("no admissible root of the scalar equation was found")
        root = min(roots, key=lambda root: abs(root - u))
        return self.overlaps(self.flux(root))


def unit_kernel(sample: Sample, arithmetic: Digits) -> Any:
    """K at u = 1 for a single path: sigma_0^2 x_mu . x_nu / N_0."""
    scale = arithmetic.number(sample.variances[0]) / sample.attended.shape[1]
    rows = [[arithmetic.number(x) for x in row] for row in sample.attended[:, :, 0].tolist()]
    products = [[scale * sum(x * z for x, z in zip(a, b, strict=True)) for b in rows] for a in rows]
    return arithmetic.context.matrix(products)


def refined(subject: Subject, claim: str) -> CheckResult:
    """The saddle point, refined in mpmath, solves the scalar equation to all digits."""
    sample = subject.draw(21).sample(one_head=True)
    overlaps = subject.saddle(sample).overlaps
    compared = "saddle point of the derived action, refined in mpmath, against the scalar equation"
    return _compare(subject, claim, sample, overlaps, subject.digits - 3, compared)


def generated(subject: Subject, claim: str) -> CheckResult:
    """The generated solver finds the root of the scalar equation, as far as float64 goes."""
    sample = subject.draw(21).sample(one_head=True)
    solution = subject.solve(sample)
    compared = "saddle point of the generated solver, in float64, against the scalar equation"
    return _compare(subject, claim, sample, solution.overlaps, SOLVER_DIGITS, compared)


def _compare(
    subject: Subject,
    claim: str,
    sample: Sample,
    overlaps: tuple[Array, ...],
    required: int,
    compared: str,
) -> CheckResult:
    comparison = subject.comparison()
    expected = Scalar.of(sample, subject.arithmetic).nearest(overlaps[0][0, 0])
    for symbol, overlap, value in zip(
        subject.theory.order_parameters, overlaps, expected, strict=True
    ):
        comparison.add(symbol.name, overlap, value)
    return comparison.result(claim, required, compared)


def is_scalar(subject: Subject) -> bool:
    """Whether every stream has one vector with one head each, as in a deep linear network."""
    return subject.theory.notation.graph.is_scalar()


CLAIMS = (
    Claim("one head per layer: scalar equation", refined, is_scalar),
    Claim("one head per layer: generated solver", generated, is_scalar),
)
