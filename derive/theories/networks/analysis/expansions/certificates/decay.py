"""Certificates of the saddle point's expansion: what is left over decays at the stated order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from derive.errors import CertificateError
from derive.steps.compare import Agreement, certifying
from derive.steps.step import Evidence
from derive.theories.networks.analysis.expansions.averages import define_values
from derive.theories.networks.analysis.expansions.saddle import Orders
from derive.theories.networks.derivation.certifying.dense import cholesky
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)

NEAR, FAR = 4, 8
"""Widths are multiplied by ten to these powers."""
TOLERANCE = 0.01
"""Of an observed order; corrections to it are of relative size 10^-NEAR."""

Quantity = tuple[str, Any, Sequence[Any]]
"""A name, an expression of the overlaps, and the coefficients of its series."""


@certifying
def overlaps_to_order(agreement: Agreement, orders: Orders, order: int) -> Evidence:
    """With the overlaps to order k inserted the gradients decay as 1/N^k."""
    samples, seen = instances(orders.notation, 23), 0.0
    for sample in samples:
        run = _Widths(orders, order, sample)
        seen = run.order(run.gradients, order, "the gradients")
    decay = f"order {seen:.6f} in 1/N{unseen(samples)}"
    return Evidence(agreement.digits, f"the gradients there decay with {decay}")


@certifying
def series_to_order(
    agreement: Agreement, orders: Orders, order: int, quantities: Sequence[Quantity]
) -> Evidence:
    """Quantities at the overlaps to order k, less their series to order k, decay as 1/N^(k+1)."""
    samples, seen = instances(orders.notation, 29), 0.0
    for sample in samples:
        run = _Widths(orders, order, sample)
        for quantity in quantities:
            seen = run.order(run.remainder(quantity), order + 1, quantity[0])
    decay = f"order {seen:.6f} in 1/N{unseen(samples)}"
    return Evidence(agreement.digits, f"what the series leave out decays with {decay}")


def with_tests(sample: Instance) -> Numbers:
    """Sizes and data of an instance, with two test examples."""
    test = sample.notation.data(test=True)
    inputs = sample.array(2, sample.features, sample.block_size(0))
    return {**sample.sizes(), **sample.data(), test: inputs}


class _Widths:
    """One instance at growing widths, with the overlaps of an expansion."""

    def __init__(self, orders: Orders, order: int, sample: Instance) -> None:
        self.orders, self.highest = orders, order
        self.theory = orders.theory
        self.sample = sample
        self.fine = Agreement((order + 3) * FAR)
        self.data = with_tests(self.sample)

    def at(self, scale: int) -> Numbers:
        """All definitions, and the overlaps to the order of the expansion."""
        numbers = {**self.data, **self.sample.sizes(scale)}
        define_values(self.orders.definitions, numbers, self.fine)
        pairs = zip(self.theory.order_parameters, self.orders.overlaps, strict=True)
        for overlap, series in pairs:
            numbers[overlap] = self._sum(series[: self.highest + 1], numbers)
            cholesky(self.fine.arithmetic, numbers[overlap])
        return numbers

    def _sum(self, series: Sequence[Any], numbers: Numbers) -> Any:
        return sum(self.fine.value(coefficient, numbers) for coefficient in series)

    def gradients(self, scale: int) -> Any:
        """The largest entry of all gradients."""
        numbers = self.at(scale)
        return max(abs(self.fine.value(g, numbers)).max() for g in self.theory.gradients)

    def remainder(self, quantity: Quantity) -> Callable[[int], Any]:
        """The largest entry of what a series leaves out."""
        _, value, series = quantity

        def left_out(scale: int) -> Any:
            numbers = self.at(scale)
            left = self.fine.value(value, numbers) - self._sum(series, numbers)
            return abs(np.atleast_1d(left)).max()

        return left_out

    def order(self, size: Callable[[int], Any], due: int, what: str) -> float:
        """The observed order in 1/N.

        Raises:
            CertificateError: It is not the one that is due.
        """
        first, last = (size(10**power) for power in (NEAR, FAR))
        if first == 0 or last == 0:
            raise CertificateError(f"{what}: nothing is left out, so no order can be seen")
        seen = float(self.fine.arithmetic.log10(first / last) / (FAR - NEAR))
        if not abs(seen - due) < TOLERANCE:
            raise CertificateError(
                f"{what}: from widths times 1e{NEAR} to 1e{FAR} the remainder falls with order "
                f"{seen:.3f} in 1/N, not {due}"
            )
        return seen
