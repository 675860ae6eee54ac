"""Certificates 7 and 8: gradients at the infinite-width point, and at the point with its shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import cholesky
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.proportional.rewrite import Proportional
from derive.theories.networks.derivation.rules.wide.rewrite import Wide

Gradients = tuple[Any, ...]


@certifying
def infinite(
    agreement: Agreement, limit: Proportional, gradients: Gradients, point: Wide, notation: Notation
) -> Evidence:
    """gradient / N decays as 1/N: every width is multiplied by powers of ten, at fixed P."""
    del limit  # the gradients are certified
    samples = instances(notation, 13)
    orders = [
        _Widths(gradients, point, sample, agreement.digits).order(shifted=False)
        for sample in samples
    ]
    order = f"{_orders(orders)} in 1/N{unseen(samples)}"
    return Evidence(agreement.digits, f"gradient / N at the point decays with {order}")


@certifying
def correction(
    agreement: Agreement, limit: Proportional, gradients: Gradients, wide: Wide, notation: Notation
) -> Evidence:
    """With the shift of order 1/N added to the point the gradient itself decays as 1/N.

    The forces are held against differences of E at the point, as a function of the covariance of
    one weight's vectors, on which those below depend.
    """
    orders, samples = [], instances(notation, 17)
    for sample in samples:
        run = _Widths(gradients, wide, sample, agreement.digits)
        for number in range(len(wide.points)):
            run.compare_force(limit.energy, number)
        run.compare_parts()
        orders.append(run.order(shifted=True))
    order = f"{_orders(orders)} in 1/N{unseen(samples)}"
    return Evidence(agreement.digits, f"the gradient at point plus shift decays with {order}")


def _orders(orders: Sequence[float]) -> str:
    """The order that was seen, that farthest from 1 where there are several instances."""
    return f"order {max(orders, key=lambda order: abs(order - 1)):.6f}"


class _Widths:
    """One instance at growing widths."""

    def __init__(self, gradients: Gradients, wide: Wide, sample: Instance, digits: int) -> None:
        self.gradients = gradients
        self.wide = wide
        self.notation = sample.notation
        self.sample = sample
        self.digits = max(digits, 6)  # so that an order can be seen
        self.fine = Agreement(3 * digits + GUARD)  # N times a shift squared, to so many digits
        self.data = sample.data()
        if sample.notation.has_mean:
            self.data[sample.notation.share()] = 1  # up to 1/N, as the overlaps are

    def order(self, *, shifted: bool) -> float:
        """The observed order between widths times 10^(digits/2) and 10^digits.

        It is that of the gradients at the shifted point, else of what they are to the width.

        Raises:
            CertificateError: It is not 1.
        """
        near, far = (self.digits + 1) // 2, self.digits
        arithmetic = self.fine.arithmetic
        first, last = (
            self.size(10**power, shifted) / (1 if shifted else 10**power) for power in (near, far)
        )
        if last == 0:
            raise CertificateError("the gradients vanish at finite width")
        order = float(arithmetic.log10(first / last) / (far - near))
        if not abs(order - 1) < 0.01:
            raise CertificateError(
                f"from widths times 1e{near} to 1e{far} the gradients fall from "
                f"{arithmetic.nstr(first, 3)} to {arithmetic.nstr(last, 3)}: "
                f"the order is {order:.3f}, not 1"
            )
        return order

    def size(self, scale: int, shifted: bool) -> Any:
        """The largest entry of all gradients, with every width multiplied by `scale`."""
        numbers: Numbers = {**self.sample.sizes(scale), **self.data}
        assignments = list(self.wide.points)
        if shifted:
            assignments += [*self.wide.forces, *self.wide.corrections]
        for name, value in assignments:
            numbers[name] = self.at(value, numbers)
        for stream, overlap in zip(self.notation.streams(), self.wide.overlaps, strict=True):
            point = self.at(overlap, numbers)
            if shifted:
                point = point + numbers[self._shift(stream.index)]
            cholesky(self.fine.arithmetic, point)
            numbers[self.notation.overlap(stream.index)] = point
        return max(abs(self.at(gradient, numbers)).max() for gradient in self.gradients)

    def compare_force(self, energy: Any, number: int) -> None:
        """dE = -tr(Y dQ) along a random symmetric direction, by a central difference."""
        step = self.fine.arithmetic.mpf(10) ** -(self.digits // 2 + 3)
        name, _ = self.wide.points[number]
        root = exact(self.fine.arithmetic, self.sample.array(*(self._size(number),) * 2))
        direction = root + root.T
        ends = [self._moved(number, sign * step * direction) for sign in (1, -1, 0)]
        values = [self.at(energy, numbers) for numbers in ends[:2]]
        for symbol, value in self.wide.forces:
            ends[2][symbol] = self.at(value, ends[2])
        # The points are listed from the readout down, the forces from the bottom up.
        force, _ = self.wide.forces[len(self.wide.forces) - 1 - number]
        change = (ends[2][force] * direction).sum()
        slope = (values[1] - values[0]) / (2 * step)
        Agreement(self.digits).compare(f"the force {force} on {name}", change, slope)

    def compare_parts(self) -> None:
        """The shift of a stream's first vectors is a block of the shift of all."""
        numbers: Numbers = {**self.sample.sizes(), **self.data}
        for name, value in (*self.wide.points, *self.wide.forces, *self.wide.corrections):
            numbers[name] = self.at(value, numbers)
        weights = self.notation.inner_weights()
        for weight, (name, _) in zip(weights, self.wide.corrections, strict=True):
            assert weight.below is not None
            size, whole = len(numbers[name]), numbers[self._shift(weight.below)]
            what = f"the shift {name} as a part of that of its stream"
            Agreement(self.digits).compare(what, numbers[name], whole[:size, :size])

    def _size(self, number: int) -> int:
        return self.sample.block_size(self.notation.inner_weights()[number].index)

    def _moved(self, number: int, change: Any) -> Numbers:
        """The infinite-width point, with the covariance of one weight's vectors changed."""
        numbers: Numbers = {**self.sample.sizes(), **self.data}
        for place, (name, value) in enumerate(self.wide.points):
            numbers[name] = self.at(value, numbers)
            if place == number:
                numbers[name] = numbers[name] + change
        numbers[self.notation.overlap(0)] = self.at(self.wide.overlaps[0], numbers)
        return numbers

    def at(self, expression: Any, numbers: Numbers) -> Any:
        return self.fine.value(expression, numbers)

    def _shift(self, stream: int) -> Any:
        """The name of the shift of all overlaps of a stream: the last of its corrections."""
        weights = self.notation.inner_weights()
        named = zip(weights, self.wide.corrections, strict=True)
        return [name for weight, (name, _) in named if weight.below == stream][-1]
