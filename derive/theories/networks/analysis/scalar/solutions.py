"""Solutions of the scalar equation in numbers, every one of them, in mpmath."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.algebra import evaluate
from derive.algebra.arithmetic import Digits
from derive.errors import SolveError
from derive.theories.networks.analysis.scalar.branches import isolate
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.theories.networks.analysis.scalar.numbers import Numbers, Value, read_numbers
from derive.theories.networks.analysis.scalar.symbols import FLUX

GUARD = 15
"""Digits of the arithmetic beyond those asked for."""
MOST_POLYNOMIAL = 12
"""Stages up to which the other roots of the polynomial are looked for."""


@dataclass(frozen=True)
class Root:
    """A solution with every factor positive: a stationary point of the action.

    Attributes:
        overlap: u.
        flux: r.
        factors: 1 + r/N_l, the lowest stage first.
        action: S; at zero temperature without ln det K_1, which does not depend on u.
        residual: |u/(c prod_l (1 + r/N_l)) - 1|, with r from u.
    """

    overlap: Any
    flux: Any
    factors: tuple[Any, ...] = field(repr=False)
    action: Any
    residual: Any


@dataclass(frozen=True)
class Solutions:
    """All solutions, the lowest action first.

    Attributes:
        roots: With positive factors.
        spurious: u of real solutions of the eliminated equation with a factor that is not
            positive, smallest first; at zero temperature and few stages, else empty.
    """

    roots: tuple[Root, ...]
    spurious: tuple[Any, ...]

    @property
    def best(self) -> Root:
        """The root of the lowest action."""
        return self.roots[0]


def solve(
    equation: ScalarEquation,
    actions: tuple[tuple[Any, Any], ...],
    values: Mapping[str, Value],
    digits: int = 30,
) -> Solutions:
    """All solutions of a scalar equation with every factor positive.

    At zero temperature there is one: beyond the largest of -P and -N_l the polynomial
    c (P + r) prod_l (1 + r/N_l) grows from zero without bound. At other temperatures intervals of
    ln u are excluded, or shown to hold one solution, until none is left.

    Args:
        equation: The scalar equation.
        actions: (N_l, what the stage adds to the action), the lowest stage first; one pair for
            all where the depth is a symbol.
        values: See `read_numbers`.
        digits: Decimal digits.

    Raises:
        SolveError: A value is wrong, or there is no solution.
    """
    numbers = read_numbers(equation, values)
    run = _Run(numbers, actions, Digits(digits + GUARD))
    fluxes = [run.cold_flux()] if numbers.signal is not None else run.warm_overlaps()
    roots = sorted((run.root(value) for value in fluxes), key=lambda root: root.action)
    worst = max(root.residual for root in roots)
    if worst > run.context.mpf(10) ** -digits:
        raise SolveError(
            f"scalar numbers: a residual of {run.context.nstr(worst, 2)} is left; ask for more "
            "digits"
        )
    spurious = run.spurious(roots[0]) if numbers.signal is not None else ()
    return Solutions(tuple(roots), tuple(spurious))


class _Run:
    """The numbers in one arithmetic."""

    def __init__(
        self, numbers: Numbers, actions: tuple[tuple[Any, Any], ...], digits: Digits
    ) -> None:
        self.numbers, self.digits, self.context = numbers, digits, digits.context
        self.widths = [digits.number(width) for width in numbers.widths]
        self.prior = digits.number(numbers.prior)
        self.temperature = digits.number(numbers.temperature)
        self.actions = actions * len(self.widths) if len(actions) == 1 else actions
        self.spectrum = [
            (digits.number(k), digits.number(y))
            for k, y in zip(numbers.eigenvalues, numbers.squares, strict=True)
        ]
        self.signal = None if numbers.signal is None else digits.number(numbers.signal)

    def cold_flux(self) -> Any:
        """Where ln c + ln(P + r) + sum_l ln(1 + r/N_l) = ln s, by Newton's method from the left.

        The left side is concave and grows, so the steps never pass the solution. Distances from
        the largest of -P and -N_l are kept, so that no digits cancel there.
        """
        context, examples = self.context, self.context.mpf(self.numbers.examples)
        self.floor = min(examples, *self.widths)
        gaps = [examples - self.floor, *(width - self.floor for width in self.widths)]
        if self.signal == 0:
            return self._without_signal(gaps)
        target = context.log(self.signal / self.prior) + sum(map(context.log, self.widths))

        def excess(y: Any) -> Any:
            return sum(context.log(y + gap) for gap in gaps) - target

        y = context.mpf(1)
        while excess(y) > 0:
            y = y / 2 if y > context.mpf(10) ** -30 else y**2
        for _ in range(10000):
            step = -excess(y) / sum(1 / (y + gap) for gap in gaps)
            y += step
            if abs(step) <= y * context.mpf(10) ** (5 - context.dps):
                return y
        raise SolveError(
            "scalar numbers: Newton's method did not come to an end; ask for more digits"
        )

    def _without_signal(self, gaps: list[Any]) -> Any:
        """Labels of zero: r = -P, where every factor is positive there."""
        if gaps[0] > 0 or 0 in gaps[1:]:
            raise SolveError(
                "scalar numbers: without a signal (s = 0) u is zero where a width is at most P, "
                "and there is no solution; give s above zero, or wider layers"
            )
        return self.context.mpf(0)

    def warm_overlaps(self) -> list[Any]:
        """u of every solution at a temperature."""
        return [self._refined(*ends) for ends in isolate(self.numbers, self.excess)]

    def flux(self, overlap: Any) -> Any:
        """r = -u E'(u) at a temperature."""
        total = self.context.mpf(0)
        for k, y in self.spectrum:
            covariance = overlap * k + self.temperature
            total += overlap * k * (y / covariance - 1) / covariance
        return total

    def excess(self, log_overlap: Any) -> Any:
        """ln(c prod_l (1 + r/N_l)) - ln u; minus infinity where a factor is not positive."""
        node = self.context.mpf(log_overlap)
        factors = [1 + self.flux(self.context.exp(node)) / width for width in self.widths]
        if min(factors) <= 0:
            return -self.context.inf
        return self.context.log(self.prior) + sum(map(self.context.log, factors)) - node

    def _refined(self, left: float, right: float) -> Any:
        """The one solution between two values of ln u, by bisection.

        A factor may vanish at the end of the interval, next to the solution: steps by slopes would
        fail there.
        """
        low, high = self.context.mpf(left), self.context.mpf(right)
        rising = self.excess(low) < 0
        for _ in range(self.context.prec):
            middle = (low + high) / 2
            low, high = (middle, high) if (self.excess(middle) < 0) == rising else (low, middle)
        return self.context.exp(high if rising else low)

    def root(self, value: Any) -> Root:
        """The solution at r (a distance from the floor) or, at a temperature, at u."""
        if self.signal is None:
            overlap, flux = value, self.flux(value)
            factors = tuple(1 + flux / width for width in self.widths)
        else:
            flux = value - self.floor
            factors = tuple((value + (width - self.floor)) / width for width in self.widths)
            overlap = self.prior * self.context.fprod(factors)
            if self.signal:
                overlap = self.signal / (value + (self.numbers.examples - self.floor))
        residual = abs(overlap / (self.prior * self.context.fprod(factors)) - 1)
        return Root(overlap, flux, factors, self.action(overlap, flux), residual)

    def action(self, overlap: Any, flux: Any) -> Any:
        """The stages' terms and the energy."""
        context, total = self.context, self.context.mpf(0)
        for (name, term), width in zip(self.actions, self.widths, strict=True):
            total += evaluate(term, {name: width, FLUX: flux}, context.dps)
        if self.signal is not None:
            return total + self.numbers.examples * context.log(overlap) + self.signal / overlap
        for k, y in self.spectrum:
            covariance = overlap * k + self.temperature
            total += context.log(covariance) + y / covariance
        return total

    def spurious(self, root: Root) -> list[Any]:
        """u of the other real roots of c (P + r) prod_l (1 + r/N_l) = s."""
        context = self.context
        if len(self.widths) > MOST_POLYNOMIAL or not self.signal:
            return []
        coefficients = [self.prior, self.prior * self.numbers.examples]
        for width in self.widths:
            scaled = [value / width for value in coefficients]
            coefficients = [a + b for a, b in zip([*scaled, 0], [0, *coefficients], strict=True)]
        coefficients[-1] -= self.signal
        roots = context.polyroots(coefficients, maxsteps=500, extraprec=8 * context.prec)
        size = context.mpf(10) ** (-context.dps // 2)
        real = [z.real for z in roots if abs(context.im(z)) <= size * max(1, abs(z))]
        others = sorted(real, key=lambda r: abs(r - root.flux))[1:]
        return sorted(self.signal / (self.numbers.examples + r) for r in others)
