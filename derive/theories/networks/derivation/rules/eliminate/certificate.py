"""Certificate 6: a saddle equation is a combination of gradients, by the moves that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from derive.errors import CertificateError
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import inverse
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation

Equations = Sequence[SaddleEquation]


@certifying
def eliminate(
    agreement: Agreement,
    gradients: tuple[Any, ...],
    equations: Equations,
    stream: int,
    notation: Notation,
) -> Evidence:
    r"""Away from the saddle, residuals are combinations of gradients; so all vanish together.

    For a stream with a flux, and with Sigma read off the right-hand side at R = 0,

    .. math:: r_s = N_s \Sigma_s^{-1}(G_s - \mathrm{right}_s)
                  = \frac{\partial S}{\partial G_s} G_s + \sum_W \mathrm{tr}_h r_{below}

    over the weights W that write to stream s from a stream with a flux. For one without,
    G - right = -G (dS/dG) G / N.
    """
    equation = equations[stream]
    if equation.stream != stream or equation.overlap != notation.overlap(stream):
        name = notation.overlap(stream)
        raise CertificateError(f"equation {stream + 1} is not that of {name}")
    samples = instances(notation, 7)
    for sample in samples:
        run = _Run(gradients, equations, sample, agreement)
        if equation.flux is None:
            run.compare_implicit(stream)
        else:
            run.compare_residual(stream)
            run.compare_flux(stream)
    if equation.flux is None:
        return agreement.evidence(
            "the residual is the gradient between two overlaps" + unseen(samples)
        )
    return agreement.evidence(
        "the residual, at a random point, is a sum of gradients and their partial traces; the "
        "flux does not depend on the stream's own width" + unseen(samples)
    )


class _Run:
    """One random point, and the residuals of all equations there."""

    def __init__(
        self,
        gradients: tuple[Any, ...],
        equations: Equations,
        sample: Instance,
        agreement: Agreement,
    ) -> None:
        self.gradients = gradients
        self.equations = equations
        self.notation = sample.notation
        self.sample = sample
        self.agreement = agreement
        self.numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
        for equation in equations:  # a flux is made of those below
            if equation.flux is not None:
                self.numbers[equation.flux] = self.value(equation.flux_value)

    def value(self, expression: Any) -> Any:
        return self.at(expression, self.numbers)

    def at(self, expression: Any, numbers: Numbers) -> Any:
        return self.agreement.value(expression, numbers)

    def overlap(self, stream: int) -> Any:
        """G_s at the point."""
        return exact(self.agreement.arithmetic, self.numbers[self.notation.overlap(stream)])

    def residual(self, stream: int) -> Any:
        """N Sigma^{-1} (G - right)."""
        equation = self.equations[stream]
        still = {**self.numbers, equation.flux: np.zeros(self.overlap(stream).shape)}
        prior = inverse(self.agreement.arithmetic, self.at(equation.right, still))
        width = self.sample.widths[stream]
        return width * (prior @ (self.overlap(stream) - self.value(equation.right)))

    def compare_residual(self, stream: int) -> None:
        """The recorded moves, on numbers: multiply by G, add partial traces of residuals below."""
        moved = self.value(self.gradients[stream]) @ self.overlap(stream)
        for weight in self.notation.graph.weights:
            below, heads = weight.below, self.sample.heads[weight.index]
            if weight.above != stream or below is None or self.equations[below].flux is None:
                continue
            moved = moved + _traced(self.residual(below), heads)
        name = self.notation.overlap(stream)
        self.agreement.compare(f"the residual of {name}", self.residual(stream), moved)

    def compare_flux(self, stream: int) -> None:
        """All that the stream's own width brings is N (Sigma^{-1} G - I), which pins Sigma."""
        value = self.equations[stream].flux_value
        wider = {**self.numbers}
        wider[self.notation.width(stream)] += 3
        name = f"the flux {self.equations[stream].flux} at another width"
        self.agreement.compare(name, self.at(value, wider), self.value(value))

    def compare_implicit(self, stream: int) -> None:
        """G - right = -G (dS/dG) G / N."""
        overlap, equation = self.overlap(stream), self.equations[stream]
        moved = overlap @ self.value(self.gradients[stream]) @ overlap / self.sample.widths[stream]
        rest = self.value(equation.right) - overlap
        self.agreement.compare(f"the equation of {equation.overlap}", rest, moved)


def _traced(matrix: Any, heads: int) -> Any:
    """The partial trace over the slow index, entry by entry."""
    size = len(matrix) // heads
    total = np.full((size, size), 0 * matrix[0, 0], dtype=object)
    for p in range(size):
        for q in range(size):
            for h in range(heads):
                total[p, q] += matrix[h * size + p, h * size + q]
    return total
