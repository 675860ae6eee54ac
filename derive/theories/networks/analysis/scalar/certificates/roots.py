"""Certificates of the forms of the scalar equation: all roots of random instances, in mpmath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, context
from derive.steps.step import Evidence
from derive.theories.networks.analysis.scalar.depth import FLUXES, OVERLAPS, Generic
from derive.theories.networks.analysis.scalar.equation import (
    EqualWidths,
    ScalarEquation,
    polynomial,
    with_equal_widths,
)
from derive.theories.networks.analysis.scalar.explicit import Explicit
from derive.theories.networks.analysis.scalar.symbols import (
    EXAMPLES,
    FACTOR,
    FLUX,
    LOAD,
    OVERLAP,
    PRIOR,
    RATIO,
    SIGNAL,
    STAGE,
    VARIANCES,
    WIDTH,
    WIDTHS,
)

Numbers = Mapping[Any, Any]
STAGES_DRAWN = 3


def solved(equation: ScalarEquation, numbers: Numbers, digits: int) -> tuple[Any, Any]:
    """(u, r) at zero temperature, by bisection of s/(P + r) = c prod_l (1 + r/N_l) in r.

    The left side falls and the right side grows beyond the largest of -P and -N_l.
    """
    arithmetic = context(digits)
    values = {key: arithmetic.mpf(value) for key, value in numbers.items()}
    examples, signal = values[EXAMPLES], values[SIGNAL]
    low = -min([examples, *(values[width] for width in equation.widths)])
    high = abs(low) + 1

    def above(flux: Any) -> bool:
        right = evaluate(equation.right, {**values, FLUX: flux}, digits + GUARD)
        return bool(right * (examples + flux) > signal)

    while not above(high):
        high = 2 * high
    for _ in range(int(4 * (digits + GUARD))):
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) else (middle, high)
    return signal / (examples + high), high


@certifying
def polynomial_roots(agreement: Agreement, scalar: ScalarEquation) -> Evidence:
    """One root of the polynomial has positive factors: the largest real one."""
    equation = scalar.at_depth(STAGES_DRAWN)
    for seed in range(6):
        _one_positive(equation, _drawn(equation, seed), agreement.digits)
    return Evidence(
        agreement.digits,
        "all roots of six instances: one has positive factors, the largest real one",
    )


def _drawn(equation: ScalarEquation, seed: int) -> dict[Any, Any]:
    """Unequal widths above and below P, weak and strong signals."""
    widths = {w: 3 + (5 * k + 7 * seed) % 11 for k, w in enumerate(equation.widths)}
    signal = (0.25, 3.5, 60.0, 900.0)[seed % 4]
    return {**widths, EXAMPLES: 2 + 4 * seed, SIGNAL: signal, PRIOR: (0.75, 1.625)[seed % 2]}


def _one_positive(equation: ScalarEquation, numbers: Numbers, digits: int) -> None:
    arithmetic = context(2 * digits)
    exact = {key: sympy.Rational(value) for key, value in numbers.items()}
    zero = sympy.Poly(polynomial(equation).xreplace(exact), FLUX)
    if zero.free_symbols_in_domain:
        raise CertificateError(f"the polynomial depends on {zero.free_symbols_in_domain}, too")
    coefficients = [arithmetic.mpf(int(c.p)) / int(c.q) for c in zero.all_coeffs()]
    roots = arithmetic.polyroots(coefficients, maxsteps=500, extraprec=8 * arithmetic.prec)
    small = arithmetic.mpf(10) ** -digits
    real = sorted(z.real for z in roots if abs(arithmetic.im(z)) < small)
    least = min(numbers[EXAMPLES], *(numbers[width] for width in equation.widths))
    positive = [r for r in real if r > -least]
    _, flux = solved(equation, numbers, 2 * digits)
    if len(positive) != 1 or positive[0] != real[-1]:
        raise CertificateError(f"{len(positive)} roots with positive factors at {numbers}")
    Agreement(digits).compare("the largest real root", positive[0], flux)


@certifying
def equal(agreement: Agreement, scalar: ScalarEquation, flux: Any, form: EqualWidths) -> Evidence:
    """The equation of v at random numbers, true or not, against r = s/u - P times alpha/P."""
    equation = with_equal_widths(scalar.at_depth(STAGES_DRAWN))
    depth = {form.depth: equation.depth} if not form.depth.is_Integer else {}
    at = {FACTOR: 0.625, EXAMPLES: 7, WIDTH: 5, SIGNAL: 11.5, PRIOR: 1.375, **depth}
    at |= {LOAD: sympy.Rational(7, 5), FLUX: 5 * (0.625 - 1)}

    def value(expression: Any) -> Any:
        return agreement.value(expression, at)

    overlap = value(equation.right)
    agreement.compare("u", value(form.overlap), overlap)
    at[OVERLAP] = overlap
    off = (value(FLUX) - value(flux)) / 5
    agreement.compare("1 - v less its value", value(form.right) - value(form.left), off)
    at[RATIO] = value(SIGNAL / (PRIOR * EXAMPLES))
    cleared = -(value(form.left) - value(form.right)) * value(FACTOR**form.depth)
    agreement.compare("the polynomial", value(form.polynomial), cleared)
    return agreement.evidence("at numbers that do not solve it: the residuals are equal")


@certifying
def explicit(agreement: Agreement, scalar: ScalarEquation, form: Explicit) -> Evidence:
    """The closed form against bisection; with one real root of the polynomial and with three."""
    alike = form.unknown == FACTOR
    equation = with_equal_widths(scalar) if alike else scalar
    for seed in range(6):
        numbers = _drawn(equation, seed)
        overlap, _ = solved(equation, numbers, agreement.digits)
        exact = {key: sympy.Rational(value) for key, value in numbers.items()}
        if alike:
            exact[LOAD] = exact[EXAMPLES] / exact[WIDTH]
            exact[RATIO] = exact[SIGNAL] / (exact[PRIOR] * exact[EXAMPLES])
        value = sympy.re(form.expression.xreplace(exact).evalf(agreement.digits + GUARD))
        agreement.compare("u", agreement.arithmetic.mpf(str(value)), overlap)
    return agreement.evidence("six instances, solved by bisection")


@certifying
def depth(agreement: Agreement, generic: Generic, scalar: ScalarEquation) -> Evidence:
    """The equation of stage l, run down from the readout in numbers, against the product."""
    for count in (1, 2, 5):
        equation, flux = scalar.at_depth(count), agreement.arithmetic.mpf(7) / 8
        at: dict[Any, Any] = {FLUX: flux}
        for place in range(1, count + 1):
            at |= {
                WIDTHS[place]: 3 + 2 * place,
                VARIANCES[place]: 1 + (-1) ** place * 0.125 * place,
            }
        overlap = agreement.arithmetic.mpf(1)
        for place in reversed(range(1, count + 1)):
            own = {
                OVERLAPS[STAGE + 1]: overlap, VARIANCES[STAGE]: at[VARIANCES[place]],
                WIDTHS[STAGE]: at[WIDTHS[place]], FLUXES[STAGE]: flux,
            }  # fmt: skip
            overlap = agreement.value(generic.right, own)
            flux = agreement.value(generic.flux_above, own)
        at[PRIOR] = agreement.value(equation.prior, at)
        agreement.compare(f"u of {count} stages", agreement.value(equation.right, at), overlap)
    return agreement.evidence("1, 2 and 5 stages, one after another")
