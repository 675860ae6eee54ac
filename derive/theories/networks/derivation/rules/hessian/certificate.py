"""Certificate 5, once more: the Hessian against differences of the gradients; its symmetry."""

from __future__ import annotations

from typing import Any

from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.hessian.rewrite import Hessian
from derive.theories.networks.derivation.rules.share.rewrite import Share


@certifying
def hessian(
    agreement: Agreement,
    gradients: tuple[Any, ...],
    hessian: Hessian,
    notation: Notation,
    share: Share | None = None,
) -> Evidence:
    """The changes of the certified gradients along a random direction of all streams at once.

    Along a second direction the bilinear form of the two is held against that with the directions
    exchanged. The step of the differences is 10^-(digits/2 + 3), at twice the precision.
    """
    samples = instances(notation, 23)
    for sample in samples:
        run = _Directions(gradients, hessian, sample, agreement, share)
        run.compare_with_differences()
        run.compare_exchanged()
    return agreement.evidence(
        "central differences of the gradients along a random direction of all overlaps, and "
        "symmetry with a second one" + unseen(samples)
    )


class _Directions:
    """One instance, and two random symmetric directions of all order parameters."""

    def __init__(
        self,
        gradients: tuple[Any, ...],
        hessian: Hessian,
        sample: Instance,
        agreement: Agreement,
        share: Share | None = None,
    ) -> None:
        self.gradients = gradients
        self.hessian = hessian
        self.share = share
        self.overlaps = [sample.notation.overlap(s.index) for s in sample.notation.streams()]
        self.agreement = agreement
        self.fine = Agreement(2 * agreement.digits + GUARD)
        numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
        self.numbers: Numbers = self._following(numbers)
        self.along, self.across = self._direction(sample), self._direction(sample)

    def _direction(self, sample: Instance) -> list[Any]:
        roots = [sample.array(*self.numbers[g].shape) for g in self.overlaps]
        return [exact(self.fine.arithmetic, root + root.T) for root in roots]

    def compare_with_differences(self) -> None:
        """Every change against a difference of its gradient."""
        step = self.fine.arithmetic.mpf(10) ** -(self.agreement.digits // 2 + 3)
        ahead, behind = self._moved(step), self._moved(-step)
        pairs = zip(self.gradients, self._changes(self.along), self.overlaps, strict=True)
        for gradient, change, overlap in pairs:
            slope = self.fine.value(gradient, ahead) - self.fine.value(gradient, behind)
            what = f"the change of the gradient in {overlap}"
            self.agreement.compare(what, change, slope / (2 * step))

    def compare_exchanged(self) -> None:
        """Tr(A H[B]) = tr(B H[A]), summed over the streams."""
        forms = [
            sum((a * c).sum() for a, c in zip(left, self._changes(right), strict=True))
            for left, right in ((self.along, self.across), (self.across, self.along))
        ]
        self.agreement.compare("the Hessian, its two directions exchanged", *forms)

    def _moved(self, step: Any) -> Numbers:
        centres = [exact(self.fine.arithmetic, self.numbers[g]) for g in self.overlaps]
        pairs = zip(self.overlaps, centres, self.along, strict=True)
        moved = {g: centre + step * d for g, centre, d in pairs}
        return self._following({**self.numbers, **moved})

    def _following(self, numbers: Numbers) -> Numbers:
        """The share that goes with the overlaps, where there is one."""
        if self.share is None:
            return numbers
        return {**numbers, self.share.symbol: self.fine.value(self.share.value, numbers)}

    def _changes(self, directions: list[Any]) -> list[Any]:
        steps = dict(zip(self.hessian.directions, directions, strict=True))
        numbers = {**self.numbers, **steps}
        for symbol, value in self.hessian.followers:
            numbers[symbol] = self.fine.value(value, numbers)
        return [self.fine.value(change, numbers) for change in self.hessian.changes]
