r"""The labels' part E of the action as a function of u, its flux, and its zero temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Trace

from derive.algebra import build, contains, gradient, rebuild, substitute
from derive.algebra.kinds import Matrix, Node, Scalar
from derive.algebra.nodes import LogDet
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.theories.networks.analysis.scalar.one_head import in_numbers
from derive.theories.networks.analysis.scalar.stages import variables_of
from derive.theories.networks.analysis.scalar.symbols import OVERLAP, SIGNAL
from derive.theories.networks.derivation import Theory
from derive.theories.networks.nodes import PathKernel

_INDEX = sympy.Symbol("i", positive=True, integer=True)
EIGENVALUES: Any = sympy.IndexedBase("eigenvalue", nonnegative=True)
"""k_i, of K_1."""
PROJECTIONS: Any = sympy.IndexedBase("projection", real=True)
"""y_i, of the labels on the eigenvectors of K_1."""


@dataclass(frozen=True)
class ScalarEnergy:
    """E and r = -u E'(u), at any temperature and at zero.

    Attributes:
        kernel: K_1, the kernel at u = 1.
        kernel_value: What it stands for.
        energy: E(u), in K_1 and the temperature.
        flux: -u E'(u).
        cold: E(u) at zero temperature, in s = y^T K_1^{-1} y.
        cold_flux: -u E'(u) there.
        signal_value: What s stands for.
        spectral: E(u) in the eigenvalues k_i of K_1 and the labels' components y_i.
        spectral_flux: -u E'(u) in them.
    """

    kernel: Any
    kernel_value: Any
    energy: Any
    flux: Any
    cold: Any
    cold_flux: Any
    signal_value: Any
    spectral: Any
    spectral_flux: Any


def read_energy(theory: Theory) -> ScalarEnergy:
    """Rewrite the energy of a theory whose lowest overlap is the number u.

    Raises:
        RuleError: The energy does not depend on u through one kernel.
    """
    notation = theory.notation
    single = in_numbers(theory.energy, theory, variables_of(theory))
    plain_kernel = _only_kernel(single)
    scale = notation.variance(0) / notation.features
    kernel = build.overlap("K_1", notation.examples)
    energy = substitute(single, {plain_kernel: build.scale(1 / scale, kernel)})
    signal, cold = _at_zero(energy, theory)
    spectral = diagonalised(energy, kernel, notation.labels())
    return ScalarEnergy(
        kernel=kernel,
        kernel_value=build.scale(scale, plain_kernel),
        energy=energy,
        flux=_flux(energy),
        cold=cold,
        cold_flux=_flux(cold),
        signal_value=signal,
        spectral=spectral,
        spectral_flux=_spectral_flux(spectral),
    )


def _flux(energy: Scalar) -> Any:
    """-u E'(u), by the rules of differentiation for matrices."""
    return expand(-OVERLAP * gradient(energy, OVERLAP))


def _spectral_flux(energy: Scalar) -> Any:
    """-u E'(u), sum by sum."""
    total = sympy.S.Zero
    for term in energy.args:
        summand, limits = term.args
        total += sympy.Sum(sympy.factor(-OVERLAP * summand.diff(OVERLAP)), limits)
    return total


def _only_kernel(energy: Scalar) -> Any:
    """The one path kernel in an energy."""
    kernels: set[Any] = set()

    def look(node: Node) -> None:
        if type(node) is PathKernel:
            kernels.add(node)

    rebuild(energy, look)
    if len(kernels) != 1:
        raise RuleError(
            f"scalar theory: the energy has {len(kernels)} kernels, one is needed; give a network "
            "with one output"
        )
    return kernels.pop()


def _at_zero(energy: Scalar, theory: Theory) -> tuple[Any, Any]:
    """What multiplies 1/u in E at zero temperature, and E with it named s.

    With no temperature, ln det (u K_1) = P ln u + ln det K_1 and (u K_1)^{-1} = K_1^{-1}/u: the
    constructors take numbers out of determinants, inverses and traces.
    """
    cold = substitute(energy, {theory.notation.temperature: sympy.S.Zero})
    signals = {n for n in sympy.Add.make_args(cold) if contains(n, {theory.notation.labels()})}
    if len(signals) != 1:
        raise RuleError("scalar theory: the labels enter the energy in more than one term")
    (term,) = signals
    signal = term * OVERLAP
    if contains(signal, {OVERLAP}):
        raise RuleError(f"scalar theory: at zero temperature {term} is not a number over u")
    return signal, cold - term + SIGNAL / OVERLAP


def diagonalised(energy: Scalar, kernel: Matrix, labels: Any) -> Any:
    """An energy in the eigenvalues of its kernel: ln det and y^T ... y become sums over them.

    Raises:
        RuleError: A term is neither, or its matrix no polynomial of first degree in the kernel.
    """
    outer, total = build.mul(labels, build.transpose(labels)), sympy.S.Zero
    for term in sympy.Add.make_args(energy):
        number, node = term.as_coeff_Mul()
        if type(node) is LogDet:
            summand = number * sympy.log(_eigenvalue(node.args[0], kernel))
        elif type(node) is Trace:
            summand = number * _quadratic_form(node, kernel, outer)
        else:
            raise RuleError(f"scalar theory: the energy has a term {term} without eigenvalues")
        total += sympy.Sum(summand, (_INDEX, 1, build.rows(kernel)))
    return total


def _quadratic_form(trace: Any, kernel: Matrix, outer: Any) -> Any:
    """The summand of y^T (a I + b K)^{-1} y."""
    number, (resolvent, *rest) = build.split(trace.args[0])
    if type(resolvent) is not sympy.Inverse or build.mul(*rest) != outer:
        raise RuleError(f"scalar theory: {trace} is no quadratic form of the labels")
    return number * PROJECTIONS[_INDEX] ** 2 / _eigenvalue(resolvent.arg, kernel)


def _eigenvalue(matrix: Matrix, kernel: Matrix) -> Any:
    """The eigenvalue of a I + b K on the i-th eigenvector of K."""
    total = sympy.S.Zero
    for term in build.terms(matrix):
        number, factors = build.split(term)
        if factors not in ((), (kernel,)):
            raise RuleError(f"scalar theory: {term} does not have the eigenvectors of {kernel}")
        total += number * EIGENVALUES[_INDEX] if factors else number
    return total
