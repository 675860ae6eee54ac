r"""The evidence of scalar stages at zero temperature: a Meijer G-function, read off the law.

At zero temperature the law is a product of powers and exponentials of monomials. With each
exponential a Mellin-Barnes integral of its monomial,

.. math:: \int \prod_s \frac{dx_s}{x_s} x_s^{q_s} \prod_k e^{-c_k \prod_s x_s^{E_{ks}}}
          = \frac{1}{|\det|} \frac{1}{2\pi i} \int dz \prod_k \Gamma(b_k + z)\, c_k^{-b_k - z},
          \qquad E^\top b = q, \quad E^\top \mathbb 1 = 0

for n + 1 monomials of n numbers whose exponents add up to zero: a Meijer G^{n+1,0}_{0,n+1} at the
product of all c_k (the structure of Hanin and Zlokapa 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import evaluate
from derive.algebra.arithmetic import Digits
from derive.errors import SamplingError
from derive.theories.networks.analysis.scalar.one_head import numbers_of
from derive.theories.networks.derivation import Theory
from derive.theories.networks.samplers.exact.scalar_law import ScalarLaw, scalar_law

GUARD = 15
"""Digits of the arithmetic beyond those asked for: the sums of mpmath's meijerg cancel."""


@dataclass(frozen=True, eq=False)
class Confirmed:
    """A value that two methods agree on.

    Attributes:
        value: The number.
        digits: Decimal digits to which they agree.
    """

    value: Any
    digits: int


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """ln of the evidence at zero temperature: constant + ln G(argument | parameters).

    Attributes:
        law: At zero temperature.
        parameters: b_k.
        argument: The product of all c_k.
        constant: What stands before the function.
    """

    law: ScalarLaw
    parameters: tuple[Any, ...]
    argument: Any
    constant: Any

    @property
    def log_evidence(self) -> Any:
        """The expression, with SymPy's meijerg."""
        function = sympy.meijerg([[], []], [list(self.parameters), []], self.argument)
        return self.constant + sympy.log(function)

    def value(self, numbers: Mapping[Any, Any], digits: int = 20, power: int = 0) -> Confirmed:
        r"""ln of the evidence, or of E[x_1^power] times it, confirmed by a contour integral.

        mpmath's meijerg sums residues, and is wrong or slow where parameters differ by whole
        numbers; the contour integral

        .. math:: \frac{1}{2\pi} \int dy \prod_k \Gamma(b_k + c + iy)\, w^{-c - iy}

        shares nothing with these sums, and is what is trusted where the two differ.

        Raises:
            SamplingError: They agree to fewer digits than are asked for.
        """
        arithmetic = Digits(digits + GUARD)
        at = numbers_of(numbers, self.law.theory)

        def number(expression: Any) -> Any:
            return arithmetic.number(evaluate(expression, at, digits + GUARD))

        shifted = _shifted(self.law, power)
        context, argument = arithmetic.context, number(shifted.argument)
        parameters = [number(b) for b in shifted.parameters]
        contour = _contour(context, parameters, argument)
        try:
            summed = context.meijerg([[], []], [parameters, []], argument)
        except (ValueError, ZeroDivisionError, ArithmeticError) as error:
            raise SamplingError(f"closed form: mpmath's meijerg fails here ({error})") from None
        gap = abs(summed - contour) / abs(contour)
        agreed = context.dps if gap == 0 else int(-context.log10(gap))
        if agreed < digits:
            raise SamplingError(
                f"closed form: mpmath's meijerg and the contour integral agree to {agreed} digits, "
                f"{digits} are asked for; use the quadrature, or ask for fewer"
            )
        return Confirmed(number(shifted.constant) + context.log(contour), agreed)

    def mean(self, numbers: Mapping[Any, Any], digits: int = 20) -> Confirmed:
        """The exact posterior mean of the lowest stream's overlap, a ratio of two G-functions."""
        above, below = (self.value(numbers, digits, power) for power in (1, 0))
        value = Digits(digits + GUARD).context.exp(above.value - below.value)
        return Confirmed(value, min(above.digits, below.digits))


def closed_form(theory: Theory) -> ClosedForm:
    """The evidence of a chain with one head in every layer, at zero temperature.

    Raises:
        SamplingError: The network is no chain, or its law has another form.

    Source: Gamma integrals; compare Hanin and Zlokapa, PNAS 120 (2023), and theory section 1.4.
    """
    return _shifted(scalar_law(theory, zero_temperature=True), 0)


def _shifted(law: ScalarLaw, power: int) -> ClosedForm:
    """The integral of the law times a power of its lowest number."""
    exponents = sympy.Matrix([list(e) for _, e in law.monomials])
    count = len(law.variables)
    total = sympy.ones(1, len(law.monomials)) * exponents
    if law.labels != 0 or exponents.shape[0] != count + 1 or any(total):
        raise SamplingError(
            "closed form: the law is no product of powers and n + 1 exponentials whose exponents "
            "add up to zero; use the quadrature, or sample the overlaps"
        )
    wanted = [p + 1 for p in law.powers]
    wanted[0] += power
    # One row more makes b unique: shifting all b_k alike is shifting z.
    square = exponents.T.col_join(sympy.Matrix([[0] * count + [1]]))
    parameters = square.LUsolve(sympy.Matrix([*wanted, 0]))
    coefficients = [c for c, _ in law.monomials]
    logs = sympy.Add(*(b * sympy.log(c) for b, c in zip(parameters, coefficients, strict=True)))
    constant = law.constant - logs - sympy.log(abs(_jacobian(square, count)))
    return ClosedForm(law, tuple(map(sympy.expand, parameters)), sympy.Mul(*coefficients), constant)


def _jacobian(square: Any, count: int) -> Any:
    """|det| of the map from (s_k) to (E^T s, z), z along the vector of ones."""
    along = (square * sympy.ones(count + 1, 1))[count]
    return square.det() / along


def _contour(context: Any, parameters: list[Any], argument: Any) -> Any:
    """The Mellin-Barnes integral along a line right of all poles, by the trapezoidal rule.

    The integrand is analytic in a strip and falls off exponentially: halving the step doubles the
    digits.
    """
    line = context.mpf(1) - min(parameters) if min(parameters) < 1 else context.mpf(0)
    line = _saddle(context, parameters, argument, line)

    def integrand(y: Any) -> Any:
        z = context.mpc(line, y)
        total = sum(context.loggamma(b + z) for b in parameters) - z * context.log(argument)
        return context.exp(total - top)

    top = context.mpf(0)
    top = context.log(abs(integrand(context.mpf(0))))
    step, previous = context.mpf(1) / 2, None
    for _ in range(12):
        total = integrand(context.mpf(0)).real / 2
        k = 1
        while True:
            term = integrand(k * step)
            total += term.real
            if abs(term) < context.mpf(10) ** (-context.dps):
                break
            k += 1
        integral = total * step / context.pi
        if previous is not None and abs(integral - previous) < abs(integral) * context.mpf(10) ** (
            3 - context.dps
        ):
            break
        previous, step = integral, step / 2
    return integral * context.exp(top)


def _saddle(context: Any, parameters: list[Any], argument: Any, start: Any) -> Any:
    """Where the integrand is smallest on the real line: no digits cancel along the line there."""
    low, high = -min(parameters), max(start, context.mpf(1)) + 1
    target = context.log(argument)

    def slope(z: Any) -> Any:
        return sum(context.psi(0, b + z) for b in parameters) - target

    while slope(high) < 0:
        high = 2 * high + 1
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return (low + high) / 2
