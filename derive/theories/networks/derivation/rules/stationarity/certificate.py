"""Certificate 5: the gradients against central differences of the action."""

from __future__ import annotations

from typing import Any

from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.instance import Instance, instances, unseen
from derive.theories.networks.derivation.notation import Notation


@certifying
def stationarity(
    agreement: Agreement, action: Any, gradients: tuple[Any, ...], notation: Notation
) -> Evidence:
    """dS = tr(gradient dG) in a random symmetric direction, for every stream.

    The step of the differences is 10^-(digits/2 + 3), at twice the precision.
    """
    streams = notation.streams()
    if len(gradients) != len(streams):
        raise CertificateError(f"{len(gradients)} gradients for {len(streams)} streams")
    samples = instances(notation, 5)
    for stream, gradient in zip(streams, gradients, strict=True):
        for sample in samples:
            _compare(action, gradient, notation.overlap(stream.index), agreement, sample)
    return agreement.evidence(
        "central differences of S in random symmetric directions" + unseen(samples)
    )


def _compare(
    action: Any, gradient: Any, overlap: Any, agreement: Agreement, sample: Instance
) -> None:
    fine = Agreement(2 * agreement.digits + GUARD)
    numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
    centre = exact(fine.arithmetic, numbers[overlap])
    root = exact(fine.arithmetic, sample.array(*centre.shape))
    direction = root + root.T
    step = fine.arithmetic.mpf(10) ** -(agreement.digits // 2 + 3)

    def value(sign: int) -> Any:
        return fine.value(action, {**numbers, overlap: centre + sign * step * direction})

    matrix = fine.value(gradient, numbers)
    agreement.compare(f"the gradient in {overlap}, transposed", matrix, matrix.T)
    slope = (value(1) - value(-1)) / (2 * step)
    change = (matrix * direction).sum()
    agreement.compare(f"dS along a direction of {overlap}", change, slope, abs(matrix).max())
