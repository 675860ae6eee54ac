"""Certificates of series and limits: how fast the distance from the solution falls.

The scalar equation is solved by bisection at many digits; a series or a limit is believed where its
distance from the solution falls with the order that it claims.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, context
from derive.steps.step import Evidence
from derive.theories.networks.analysis.scalar.certificates.roots import (
    STAGES_DRAWN,
    Numbers,
    solved,
)
from derive.theories.networks.analysis.scalar.energy import EIGENVALUES, PROJECTIONS, ScalarEnergy
from derive.theories.networks.analysis.scalar.equation import ScalarEquation, with_equal_widths
from derive.theories.networks.analysis.scalar.limits import Limit
from derive.theories.networks.analysis.scalar.series import Series
from derive.theories.networks.analysis.scalar.symbols import (
    ASPECT,
    EXAMPLES,
    FLUX,
    LOAD,
    OVERLAP,
    PRIOR,
    SIGNAL,
    WIDTH,
)

SPECTRUM_DRAWN = ((0.75, 1.25), (2.0, -0.5), (0.375, 1.75), (1.25, 0.25))
"""(k_i, y_i)."""
TOLERANCE = 0.05
"""Of a measured order: the next order is a whole one away."""


def falls(distance: Callable[[int], Any], order: int, arithmetic: Any, what: str) -> float:
    """The order with which a distance falls between 10^-5 and 10^-6.

    Raises:
        CertificateError: It is not the order that is due.
    """
    first, last = abs(distance(5)), abs(distance(6))
    if first == 0 or last == 0:
        raise CertificateError(f"{what}: the distance vanishes, so that no order can be measured")
    measured = float(arithmetic.log10(first / last))
    if not abs(measured - order) < TOLERANCE:
        raise CertificateError(f"{what}: the distance falls with order {measured:.3f}, not {order}")
    return measured


@certifying
def series(
    agreement: Agreement, scalar: ScalarEquation, energy: ScalarEnergy, form: Series
) -> Evidence:
    """The rest after the highest order falls with the next one."""
    working = 7 * (form.order + 2) + agreement.digits
    arithmetic = context(working)
    equation = scalar.at_depth(STAGES_DRAWN)
    depth = {} if scalar.depth.is_Integer else {scalar.depth: STAGES_DRAWN}
    in_load = form.variable == LOAD
    equation = with_equal_widths(equation) if in_load else equation
    widths = {w: 1 + arithmetic.mpf(k) / 4 for k, w in enumerate(equation.widths)}

    def distance(power: int) -> Any:
        scale = arithmetic.mpf(10) ** power
        at: dict[Any, Any] = {width: scale * value for width, value in widths.items()}
        at |= {EXAMPLES: 7, SIGNAL: 16.5, PRIOR: 1.375, **depth}
        at[LOAD] = 7 / scale
        solution = _solution(equation, energy, at, form.cold, working)
        for name, value in form.definitions:
            at[name] = _defined(value, depth, at, working)
        return evaluate(form.expression, at, working) - solution

    measured = falls(distance, form.order + 1, arithmetic, f"order {form.order}")
    return Evidence(agreement.digits, f"the rest falls with order {measured:.3f}")


def _defined(value: Any, depth: dict[Any, int], numbers: dict[Any, Any], digits: int) -> Any:
    """The value of a name; sums over stages and eigenvalues unrolled."""
    if value.has(sympy.Sum):
        counts = {EXAMPLES: len(SPECTRUM_DRAWN)} if value.has(EIGENVALUES) else {}
        value = value.subs({**counts, **depth}).doit()
    return evaluate(value, {**numbers, **_spectrum_numbers()}, digits)


def _spectrum_numbers() -> dict[Any, Any]:
    numbers: dict[Any, Any] = {sympy.Symbol("temperature", nonnegative=True): 0.625}
    for i, (k, y) in enumerate(SPECTRUM_DRAWN, start=1):
        numbers |= {EIGENVALUES[i]: k, PROJECTIONS[i]: y}
    return numbers


def _solution(
    equation: ScalarEquation, energy: ScalarEnergy, at: Numbers, cold: bool, digits: int
) -> Any:
    """u at zero temperature by bisection; at a temperature the root next to the prior."""
    if cold:
        return solved(equation, at, digits)[0]
    arithmetic = context(digits)
    flux = energy.spectral_flux.subs(EXAMPLES, len(SPECTRUM_DRAWN)).doit()

    def excess(overlap: Any) -> Any:
        values = {**at, **_spectrum_numbers(), OVERLAP: overlap}
        values[FLUX] = evaluate(flux, values, digits + GUARD)
        return evaluate(equation.right, values, digits + GUARD) - overlap

    start = arithmetic.mpf(at[PRIOR])
    return arithmetic.findroot(excess, (start, start * 1.001), tol=0.0, verify=False, maxsteps=60)


@certifying
def limit(agreement: Agreement, scalar: ScalarEquation, form: Limit) -> Evidence:
    """The solution comes near the limit, with order one in what tends to zero."""
    arithmetic = context(agreement.digits + 40)
    place = _PLACES[form.name if form.name != "depth" else f"depth, {form.fixed}"]

    def distance(power: int) -> Any:
        numbers, at = place(scalar, arithmetic, power, form.variance)
        equation = with_equal_widths(scalar)
        depth = numbers.pop(scalar.depth, scalar.depth)
        equation = ScalarEquation(
            depth, equation.prior, equation.factors.subs(scalar.depth, depth), (WIDTH,)
        )
        overlap, _ = solved(equation, numbers, agreement.digits + 40)
        values = {**numbers, **at}
        for name, value in form.definitions:
            values[name] = evaluate(value, values, agreement.digits + 40)
        return evaluate(form.overlap, values, agreement.digits + 40) - overlap

    measured = falls(distance, 1, arithmetic, f"limit {form.name}")
    return Evidence(
        agreement.digits, f"the distance from the limit falls with order {measured:.3f}"
    )


def _few(scalar: ScalarEquation, arithmetic: Any) -> dict[Any, Any]:
    drawn = {EXAMPLES: arithmetic.mpf(7), SIGNAL: arithmetic.mpf(16.5), PRIOR: 1.375}
    return (
        drawn if scalar.depth.is_Integer else {**drawn, scalar.depth: sympy.Integer(STAGES_DRAWN)}
    )


def _near_zero(scalar: ScalarEquation, arithmetic: Any, power: int, _: Any) -> Any:
    numbers = _few(scalar, arithmetic)
    return {**numbers, WIDTH: numbers[EXAMPLES] * arithmetic.mpf(10) ** power}, {}


def _near_one(scalar: ScalarEquation, arithmetic: Any, power: int, _: Any) -> Any:
    numbers = _few(scalar, arithmetic)
    at = {scalar.depth: STAGES_DRAWN} if scalar.depth in numbers else {}
    return {**numbers, WIDTH: numbers[EXAMPLES] / (1 + arithmetic.mpf(10) ** -power)}, at


def _deep_few(scalar: ScalarEquation, arithmetic: Any, power: int, _: Any) -> Any:
    aspect = arithmetic.mpf(3) / 8
    numbers = {**_few(scalar, arithmetic), scalar.depth: sympy.Integer(10) ** power}
    return {**numbers, WIDTH: 10**power / aspect}, {ASPECT: aspect}


def _deep_many(scalar: ScalarEquation, arithmetic: Any, power: int, variance: Any) -> Any:
    """alpha = 7/5; the prior grows with every stage that is added."""
    depth, load = sympy.Integer(10) ** power, arithmetic.mpf(7) / 5
    width = arithmetic.mpf(10) ** power
    grown = evaluate(variance, dict.fromkeys(variance.free_symbols, 0.875), arithmetic.dps)
    numbers = {
        **_few(scalar, arithmetic), scalar.depth: depth, WIDTH: width, EXAMPLES: load * width,
        SIGNAL: arithmetic.mpf(33) / 14 * load * width,
        PRIOR: 1.375 * arithmetic.power(grown, 10**power),
    }  # fmt: skip
    return numbers, {LOAD: load, **dict.fromkeys(variance.free_symbols, 0.875)}


_PLACES: dict[str, Callable[..., Any]] = {
    "alpha=0": _near_zero,
    "alpha=1": _near_one,
    "depth, examples": _deep_few,
    "depth, ratio": _deep_many,
}
