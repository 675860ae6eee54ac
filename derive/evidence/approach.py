"""Sequences that approach a limit as a small parameter goes to zero: their order, their limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.algebra.arithmetic import Digits
from derive.evidence.compare import Comparison
from derive.evidence.numbers import Array
from derive.evidence.verdict import CheckResult, Unsettled, Verdict

ORDER_DIGITS = 6
"""Digits to which an observed order of convergence must be 1."""


@dataclass(frozen=True, eq=False)
class Approach:
    """Values at ever smaller parameters.

    Attributes:
        arithmetic: The mpmath arithmetic.
        parameters: The small parameters, each smaller than the one before.
        values: An array for each of them.
    """

    arithmetic: Digits
    parameters: Sequence[Any]
    values: Sequence[Array]

    def order(self, limit: Array) -> Any:
        """The observed order of convergence to a limit, from the two smallest parameters.

        Raises:
            Unsettled: The values are at the limit already.
        """
        context = self.arithmetic.context
        near, far = (context.norm((value - limit).ravel().tolist()) for value in self.values[-2:])
        if not (near and far):
            raise Unsettled("the values do not depend on what is taken to its limit")
        first, second = (self.arithmetic.number(h) for h in self.parameters[-2:])
        return context.log(near / far) / context.log(first / second)

    def limit(self) -> Array:
        """The value at zero of the polynomial through all values (Neville's scheme)."""
        h = [self.arithmetic.number(parameter) for parameter in self.parameters]
        row = list(self.values)
        for gap in range(1, len(row)):
            row = [
                (h[k] * row[k + 1] - h[k + gap] * row[k]) / (h[k] - h[k + gap])
                for k in range(len(row) - 1)
            ]
        return row[0]

    def result(
        self, claim: str, expected: Array, comparison: Comparison, required: int, compared: str
    ) -> CheckResult:
        """The verdict: the order is 1 and the extrapolated limit is the one expected.

        Args:
            claim: What is claimed.
            expected: The limit.
            comparison: An empty one.
            required: Digits of the limit that must agree.
            compared: What was compared with what, for the reason.
        """
        order = order_result(claim, self.order(expected), comparison, f"order of {compared}")
        if order.verdict is not Verdict.AGREES:
            return order
        comparison.add("the extrapolated limit", self.limit(), expected)
        return comparison.result(claim, required, f"{compared}, reached with order {order.found}")


def order_result(claim: str, order: Any, comparison: Comparison, compared: str) -> CheckResult:
    """The verdict on an order of convergence that should be 1."""
    orders = Comparison(comparison.arithmetic, comparison.digits)
    orders.add("the order", order, 1)
    return orders.result(claim, ORDER_DIGITS, compared)


def flat(arrays: Sequence[Array]) -> Array:
    """Several arrays as one row of numbers."""
    return np.concatenate([np.zeros(0), *(np.ravel(array) for array in arrays)])
