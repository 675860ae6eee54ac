"""Certificates of the scalar theory: each rewrite against the theory it came from, in numbers.

The theory's own matrix expressions are evaluated on a random instance with one head in every
layer; derivatives are central differences of the theory's energy. No rewrite's own formula is used.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.analysis.scalar.energy import EIGENVALUES, PROJECTIONS, ScalarEnergy
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.theories.networks.analysis.scalar.one_head import numbers_of
from derive.theories.networks.analysis.scalar.stages import Stage
from derive.theories.networks.analysis.scalar.symbols import EXAMPLES, FLUX, OVERLAP, PRIOR, SIGNAL
from derive.theories.networks.derivation import Theory
from derive.theories.networks.derivation.certifying.instance import Instance, Numbers
from derive.theories.networks.derivation.turns import unequal

EXAMPLES_DRAWN, FEATURES_DRAWN = 4, 6
"""P below N_0, so that the kernel has full rank without a temperature."""
OVERLAP_DRAWN = 13 / 8


class Sample:
    """A random instance of a theory with one head in every layer, at twice the digits."""

    def __init__(self, theory: Theory, agreement: Agreement, seed: int) -> None:
        notation = theory.notation
        self.theory, self.notation = theory, notation
        self.agreement = agreement
        self.fine = Agreement(2 * agreement.digits + GUARD)
        widths = unequal([5] * len(notation.streams()))
        heads = (1,) * len(notation.graph.weights)
        self.instance = Instance(
            notation, heads, widths, EXAMPLES_DRAWN, FEATURES_DRAWN, Random(seed)
        )
        self.numbers: Numbers = {**self.instance.sizes(), **self.instance.data()}

    def value(self, expression: Any, **changes: Any) -> Any:
        """The value of an expression of the theory; a 1 x 1 matrix as a number."""
        return number_of(self.fine.value(expression, {**self.numbers, **changes.get("at", {})}))

    def energy(self, overlap: Any, temperature: Any) -> Any:
        """The theory's energy at u."""
        at = {
            self.notation.overlap(0): np.array([[overlap]]),
            self.notation.temperature: temperature,
        }
        return self.value(self.theory.energy, at=at)

    def flux(self, overlap: Any, temperature: Any) -> Any:
        """-u E'(u) by a central difference of the theory's energy."""
        step = self.fine.arithmetic.mpf(10) ** -(self.agreement.digits // 2 + 3)
        ends = [self.energy(overlap + sign * step, temperature) for sign in (1, -1)]
        return -overlap * (ends[0] - ends[1]) / (2 * step)

    def compare_energy(self, energy: Any, flux: Any, at: Numbers, temperature: Any) -> None:
        """Compare expressions for E and r with the theory's energy and its differences."""
        overlap = self.fine.arithmetic.mpf(OVERLAP_DRAWN)
        for what, expression, due in (("E(u)", energy, self.energy), ("r", flux, self.flux)):
            found = number_of(self.fine.value(expression, at))
            self.agreement.compare(what, found, due(overlap, temperature))

    def kernel(self) -> Any:
        """K_1: the covariance of the outputs at u = 1, from the data."""
        inputs = exact(self.fine.arithmetic, self.numbers[self.notation.data()])[:, :, 0]
        return self.instance.variance(0) * (inputs @ inputs.T) / FEATURES_DRAWN

    def scalars(self) -> Numbers:
        """Values of what stands in the energy in numbers."""
        return {
            **{k: v for k, v in self.numbers.items() if k != self.notation.data()},
            OVERLAP: OVERLAP_DRAWN,
        }


def number_of(value: Any) -> Any:
    """A 1 x 1 matrix as a number."""
    return np.ravel(np.asarray(value))[0] if np.ndim(value) else value


@certifying
def stages(agreement: Agreement, theory: Theory, chain: tuple[Stage, ...]) -> Evidence:
    """Both sides of every equation and flux: the theory's matrices against the numbers."""
    sample = Sample(theory, agreement, 31)
    if len(chain) != len(theory.equations):
        raise CertificateError(f"{len(chain)} stages for {len(theory.equations)} streams")
    matrices: Numbers = {}
    scalars = dict(sample.scalars())
    for place, (stage, equation) in enumerate(zip(chain, theory.equations, strict=True)):
        overlap, flux = (11 + 4 * place) / 8, (5 - 3 * place) / 16
        matrices[equation.overlap] = np.array([[overlap]])
        matrices[equation.flux] = np.array([[flux]])
        scalars |= {stage.overlap: overlap, stage.flux: flux}
    lowest = matrices[theory.equations[0].overlap][0, 0]
    for stage, equation in zip(chain, theory.equations, strict=True):
        for what, number, matrix in (
            (stage.overlap, stage.right, equation.right),
            (stage.flux, stage.flux_value, equation.flux_value),
        ):
            at = {**scalars, OVERLAP: lowest}
            single = number_of(sample.fine.value(number, _renamed(at, theory)))
            agreement.compare(str(what), single, sample.value(matrix, at=matrices))
    return agreement.evidence(
        "right-hand sides and fluxes of the matrix equations, at random numbers"
    )


def _renamed(numbers: Numbers, theory: Theory) -> Numbers:
    """Numbers under the names that data and labels have with one head."""
    data = {
        theory.notation.data(): Sample(theory, Agreement(5), 31).numbers[theory.notation.data()]
    }
    return numbers_of({**numbers, **data}, theory)


@certifying
def equation(agreement: Agreement, theory: Theory, scalar: ScalarEquation) -> Evidence:
    """A solution of the scalar equation makes every gradient of the action vanish.

    The prior variance of the readout is chosen so that a random u solves the scalar equation; the
    overlaps above follow from the factors, and the theory's gradients are evaluated there.
    """
    sample = Sample(theory, agreement, 32)
    notation, arithmetic = sample.notation, sample.fine.arithmetic
    overlap = arithmetic.mpf(OVERLAP_DRAWN)
    flux = sample.flux(overlap, sample.instance.temperature)
    at = {**sample.scalars(), FLUX: flux, PRIOR: 1}
    readout = notation.variance(len(notation.graph.weights) - 1)
    others = evaluate(scalar.prior, {**at, readout: 1}, 2 * agreement.digits + 2 * GUARD)
    at[readout] = overlap / (sample.fine.value(scalar.factors, at) * others)
    sample.numbers[readout] = at[readout]
    above = arithmetic.mpf(1)
    for stream in reversed(notation.streams()):
        (weight,) = stream.weights
        factor = 1 + flux / sample.instance.widths[stream.index]
        above = above * at[notation.variance(weight)] * factor
        sample.numbers[notation.overlap(stream.index)] = np.array([[above]])
    agreement.compare("u from the stages", above, overlap)
    for stream, gradient in zip(notation.streams(), theory.gradients, strict=True):
        name = notation.overlap(stream.index)
        scaled = sample.value(gradient) * sample.value(name)
        width = sample.instance.widths[stream.index]
        agreement.compare(f"the gradient in {name}", scaled, 0, width)
    return agreement.evidence(
        "all gradients of the action vanish at a solution of the scalar equation"
    )


@certifying
def energy(agreement: Agreement, theory: Theory, scalar: ScalarEnergy) -> Evidence:
    """E and r at a temperature against the theory's energy and its differences."""
    sample = Sample(theory, agreement, 33)
    temperature = sample.instance.temperature
    at = {**sample.scalars(), scalar.kernel: sample.kernel()}
    sample.compare_energy(scalar.energy, scalar.flux, at, temperature)
    return agreement.evidence("the theory's energy, and its central differences in u")


@certifying
def spectrum(agreement: Agreement, theory: Theory, scalar: ScalarEnergy) -> Evidence:
    """Sums over eigenvalues against the theory's energy; mpmath diagonalises the kernel."""
    sample = Sample(theory, agreement, 34)
    arithmetic, temperature = sample.fine.arithmetic, sample.instance.temperature
    values, vectors = arithmetic.eigsy(arithmetic.matrix(sample.kernel().tolist()))
    labels = exact(arithmetic, sample.numbers[sample.notation.labels()])[:, 0]
    at = dict(sample.scalars())
    for i in range(EXAMPLES_DRAWN):
        at[EIGENVALUES[i + 1]] = values[i]
        at[PROJECTIONS[i + 1]] = sum(labels[j] * vectors[j, i] for j in range(EXAMPLES_DRAWN))
    both = (scalar.spectral, scalar.spectral_flux)
    energy, flux = (each.subs(EXAMPLES, EXAMPLES_DRAWN).doit() for each in both)
    sample.compare_energy(energy, flux, at, temperature)
    return agreement.evidence("eigenvalues of a random kernel, in mpmath")


@certifying
def zero_temperature(agreement: Agreement, theory: Theory, scalar: ScalarEnergy) -> Evidence:
    """E, s and r without a temperature against the theory's energy at temperature zero."""
    sample = Sample(theory, agreement, 35)
    at = {**sample.scalars(), scalar.kernel: sample.kernel()}
    at[SIGNAL] = number_of(sample.fine.value(scalar.signal_value, at))
    sample.compare_energy(scalar.cold, scalar.cold_flux, at, 0)
    return agreement.evidence("the theory's energy at temperature zero")


@certifying
def actions(agreement: Agreement, theory: Theory, terms: tuple[tuple[Any, Any], ...]) -> Evidence:
    """The stages' terms and E against the theory's action, at overlaps that follow from a flux."""
    sample = Sample(theory, agreement, 36)
    notation, flux, above = sample.notation, sample.fine.arithmetic.mpf(7) / 8, 1
    total = sample.fine.arithmetic.mpf(0)
    for stream in reversed(notation.streams()):
        (weight,) = stream.weights
        width = sample.instance.widths[stream.index]
        above = above * sample.numbers[notation.variance(weight)] * (1 + flux / width)
        sample.numbers[notation.overlap(stream.index)] = np.array([[above]])
        name, term = terms[stream.index]
        total += sample.fine.value(term, {name: width, FLUX: flux})
    due = sample.value(theory.action) - sample.value(theory.energy)
    agreement.compare("S - E", total, due)
    return agreement.evidence("the theory's action where all stages have one flux")
