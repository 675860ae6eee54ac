"""Certificate of the projections: S at its minimum over them, against what was put in its place."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import inverse
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.rules.proportional.rewrite import Proportional
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.state import State


@certifying
def projections(
    agreement: Agreement, law: State, limit: Proportional, projected: Proportional, share: Share
) -> Evidence:
    r"""Take rho by the rule at random overlaps, and b from it by plain sums.

    .. math:: b = \rho\, G\, m^\top (C + \rho\, m G m^\top)^{-1} y

    The action before has no slope in b there, by central differences, and is larger at both ends of
    random steps; it equals the action after, which has no slope in rho and is smaller at other
    values. b b^T is that of the rule. At widths that grow rho nears 1.
    """
    samples = instances(law.notation, 41)
    for sample in samples:
        run = _Point(limit, projected, share, sample, agreement)
        run.compare_minimum()
        run.compare_maximum()
        run.compare_fluctuation()
        run.require_wide(agreement.digits)
    return agreement.evidence(
        "S has no slope in b, by central differences, and a minimum; the action with rho has "
        "the same value, no slope in rho and a maximum" + unseen(samples)
    )


class _Point:
    """One instance: overlaps, rho and b."""

    def __init__(
        self, limit: Proportional, projected: Proportional, share: Share, sample: Instance,
        agreement: Agreement,
    ) -> None:  # fmt: skip
        self.limit, self.projected, self.share, self.agreement = limit, projected, share, agreement
        self.notation, self.sample = sample.notation, sample
        self.fine = Agreement(2 * agreement.digits + GUARD)
        self.step = self.fine.arithmetic.mpf(10) ** -(agreement.digits // 2 + 3)
        self.numbers: Numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
        self.numbers[share.symbol] = self.rho = self.at(share.value, {})
        self.numbers[self.notation.along()] = self.along = self._along()

    def at(self, expression: Any, changes: Numbers) -> Any:
        return self.fine.value(expression, {**self.numbers, **changes})

    def _readers(self) -> Any:
        """m, shape (P, vectors of the stream): zero for those that read no features."""
        arithmetic, notation = self.fine.arithmetic, self.notation
        given = exact(arithmetic, self.numbers[notation.means()])[:, 0]
        read = np.full((len(given), self.sample.count(0)), arithmetic.mpf(0), dtype=object)
        start, places = 0, {}
        for weight in notation.graph.streams[0].weights:
            places[weight] = range(start, start + self.sample.block_size(weight))
            start += self.sample.block_size(weight)
        columns = [k for weight in notation.graph.weights[0].acts_on for k in places[weight]]
        read[:, columns] = given
        scale = arithmetic.mpf(self.sample.variance(0)) / self.sample.features
        return read * arithmetic.sqrt(scale)

    def _kernel(self) -> Any:
        """K + temperature, entry by entry."""
        arithmetic, notation = self.fine.arithmetic, self.notation
        bottom = self.at(notation.bottom(), {})
        data = exact(arithmetic, self.numbers[notation.data()])
        scale = arithmetic.mpf(self.sample.variance(0)) / self.sample.features
        rows = [[scale * np.sum((one @ bottom) * other) for other in data] for one in data]
        noise = np.eye(len(data)) * arithmetic.mpf(self.sample.temperature)
        return np.array(rows, dtype=object) + noise

    def _along(self) -> Any:
        readers, overlap = self._readers(), self.numbers[self.notation.overlap(0)]
        self.covariance = self._kernel()
        self.spread = readers @ overlap @ readers.T
        labels = exact(self.fine.arithmetic, self.numbers[self.notation.labels()])
        total = inverse(self.fine.arithmetic, self.covariance + self.rho * self.spread)
        return self.rho * overlap @ readers.T @ total @ labels

    def compare_minimum(self) -> None:
        """In b, along random directions."""
        symbol, start = self.notation.along(), self.at(self.limit.action, {})
        direction = exact(self.fine.arithmetic, self.sample.array(*self.along.shape))
        far = direction * self.fine.arithmetic.mpf(1) / 16
        if (
            not min(self.at(self.limit.action, {symbol: self.along + k * far}) for k in (1, -1))
            > start
        ):
            raise CertificateError("S has no minimum in b where the rule has it")
        ends = [self.at(self.limit.action, {symbol: self.along + k * self.step * direction})
                for k in (1, -1)]  # fmt: skip
        slope = (ends[0] - ends[1]) / (2 * self.step)
        self.agreement.compare("dS along a direction of b", slope, 0 * slope, start)
        self.agreement.compare("S with b and with rho", self.at(self.projected.action, {}), start)
        square = self.at(self.share.square, {})
        self.agreement.compare("b b^T", square, self.along @ self.along.T)

    def compare_maximum(self) -> None:
        """In rho."""
        symbol, start = self.share.symbol, self.at(self.projected.action, {})
        ends = [self.at(self.projected.action, {symbol: self.rho + k * self.step}) for k in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * self.step)
        self.agreement.compare("dS/drho where S is stationary", slope, 0 * slope, start)
        if (
            not max(
                self.at(self.projected.action, {symbol: self.rho * (1 + k)}) for k in (-0.25, 0.25)
            )
            < start
        ):
            raise CertificateError("S has no maximum in rho where the rule has it")
        elsewhere = {symbol: self.rho / 2}
        ends = [
            self.at(self.projected.action, {symbol: self.rho / 2 + k * self.step}) for k in (1, -1)
        ]
        slope = (ends[0] - ends[1]) / (2 * self.step)
        self.agreement.compare("dS/drho", self.at(self.share.slope, elsewhere), slope)

    def compare_fluctuation(self) -> None:
        """-ln det(1 + rho m G m^T C^{-1}) / 2."""
        arithmetic = self.fine.arithmetic
        ratio = inverse(arithmetic, self.covariance) @ (self.covariance + self.rho * self.spread)
        known = -arithmetic.log(arithmetic.det(arithmetic.matrix(ratio.tolist()))) / 2
        value = self.at(self.share.fluctuation, {})
        self.agreement.compare("what the fluctuations of b add", value, known)

    def require_wide(self, digits: int) -> None:
        """N (1 - rho) stays of order one."""
        wide = self.sample.sizes(10**digits)
        del wide[self.share.symbol]
        rho = self.at(self.share.value, wide)
        last = self.at(self.share.value, self.sample.sizes(10 ** (digits + 1)))
        ratio = float((1 - rho) / (1 - last))
        if not abs(ratio - 10) < 0.1:
            raise CertificateError(f"1 - rho falls by {ratio:.3g} at widths times 10, not by 10")
