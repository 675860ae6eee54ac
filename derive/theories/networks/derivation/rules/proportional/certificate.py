"""Certificate 4: what the proportional limit drops, exactly and at the optimum of instances."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import minimize

from derive.algebra import evaluate, gradient
from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.instance import (
    Array,
    Instance,
    Numbers,
    instance,
    instances,
    unseen,
)
from derive.theories.networks.derivation.rules.proportional.rewrite import Proportional
from derive.theories.networks.derivation.state import State

SCALES = (1, 4, 16)
"""Factors of widths and examples; squares, so that data can be scaled by their roots."""


@certifying
def proportional(agreement: Agreement, law: State, limit: Proportional) -> Evidence:
    """ln p = -S/2 + constant + dropped + remainder, where the last two do not grow.

    The remainder (of Stirling's formula) must be the same at all order parameters and for all
    numbers of examples, and fall below 10^-digits of the width. The other check is at the optimum
    of S for widths and examples that grow together.
    """
    samples = instances(law.notation, 23)
    for sample in samples:
        _remainder_is_of_sizes_alone(law, limit, sample, agreement)
        _remainder_does_not_grow(law, limit, sample, agreement.digits)
        _energy_is_what_widths_leave(law, limit, sample, agreement)
    dropped, total = _observed_orders(law, limit)
    return agreement.evidence(
        f"at the optimum, from widths times {SCALES[0]} to {SCALES[-1]}, the dropped terms "
        f"decay with order {dropped:.2f} against what is kept, with Stirling's {total:.2f}"
        + unseen(samples)
    )


def _remainder(law: State, limit: Proportional, numbers: Numbers, digits: int | None) -> Any:
    kept = -limit.action / 2 + limit.constant + limit.dropped
    exact = evaluate(law.body, numbers, digits) + evaluate(law.constant, numbers, digits)
    return exact - evaluate(kept, numbers, digits)


def _remainder_is_of_sizes_alone(
    law: State, limit: Proportional, small: Instance, agreement: Agreement
) -> None:
    remainders = []
    for examples, seed in ((4, 23), (4, 29), (5, 31)):
        sample = replace(small, examples=examples, random=Random(seed))
        numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
        remainders.append(_remainder(law, limit, numbers, agreement.digits + GUARD))
    what = "ln p + S/2 - constant - dropped at other"
    agreement.compare(f"{what} order parameters", remainders[1], remainders[0])
    agreement.compare(f"{what} numbers of examples", remainders[2], remainders[0])


def _remainder_does_not_grow(
    law: State, limit: Proportional, sample: Instance, digits: int
) -> None:
    numbers = {**sample.data(), **sample.overlaps()}
    scale = 10**digits
    at_scale = {**numbers, **sample.sizes(scale)}
    rest = abs(_remainder(law, limit, at_scale, 2 * digits + 2 * GUARD)) / scale
    allowed = 10 * digits * sum(sample.count(s.index) ** 2 for s in law.notation.streams())
    if not rest * scale < allowed:  # of the size of a logarithm of the width
        raise CertificateError(
            f"ln p + S/2 - constant - dropped is {float(rest):.3g} per width at widths times "
            f"1e{digits}; it should vanish"
        )


def _energy_is_what_widths_leave(
    law: State, limit: Proportional, sample: Instance, agreement: Agreement
) -> None:
    """S - E is proportional to the widths and E independent of them: E = [4 S(N) - S(4N)] / 3.

    Projections grow like the root of the widths, at means of features that fall like it.
    """
    numbers = {**sample.data(), **sample.overlaps()}
    single, fourfold = ({**numbers, **sample.sizes(scale)} for scale in (1, 4))
    if law.notation.has_mean:
        fourfold[law.notation.along()] = 2 * numbers[law.notation.along()]
        fourfold[law.notation.means()] = numbers[law.notation.means()] / 2
    left = 4 * agreement.value(limit.action, single) - agreement.value(limit.action, fourfold)
    agreement.compare("the energy E", agreement.value(limit.energy, fourfold), left / 3)


def _observed_orders(law: State, limit: Proportional) -> tuple[float, float]:
    """Orders in the width of what was dropped against what is kept, at the optimum.

    With Stirling's remainder the dropped part is a logarithm of the width plus a constant: its
    increments are compared with those of what is kept.
    """
    kept, dropped, totals = [], [], []
    start = None
    for scale in SCALES:
        sample, numbers = _grown(law, scale)
        start = _optimum(limit.action, sample, numbers, start)
        point = {**numbers, **_overlaps(sample, start, numbers)}
        kept.append(evaluate(limit.constant - limit.action / 2, point))
        dropped.append(evaluate(limit.dropped, point))
        totals.append(_remainder(law, limit, point, None) + dropped[-1])
    first = _order(dropped[0] / kept[0], dropped[-1] / kept[-1], SCALES[-1] / SCALES[0])
    near, far = (
        (totals[k + 1] - totals[k]) / (kept[k + 1] - kept[k]) for k in range(len(SCALES) - 1)
    )
    second = _order(near, far, SCALES[1] / SCALES[0])
    if not (abs(first - 1) < 0.1 and abs(second - 1) < 0.1):
        raise CertificateError(
            f"what was dropped decays with orders {first:.2f} and {second:.2f} in the width, not 1"
        )
    return first, second


def _order(near: float, far: float, factor: float) -> float:
    return math.log(abs(near / far)) / math.log(factor) if far else math.inf


def _grown(law: State, scale: int) -> tuple[Instance, Numbers]:
    """Widths, examples and features times `scale`.

    The data are copies of a small set, each in features of its own: the labels' part of S is
    `scale` times that of the small set, as self-averaging has it for large ones.
    """
    small = instance(law.notation, 37, 3)
    widths = tuple(scale * (width + 6) for width in small.widths)
    examples, features = scale * small.examples, scale * small.features
    sample = Instance(law.notation, small.heads, widths, examples, features, small.random)
    data = {name: np.asarray(value) for name, value in small.data().items()}
    attended, labels = data[law.notation.data()], data[law.notation.labels()]
    paths = range(attended.shape[2])
    grown = np.stack([np.kron(np.eye(scale), attended[:, :, k]) for k in paths], axis=2)
    numbers = {
        **sample.sizes(),
        law.notation.data(): grown * math.sqrt(scale),
        law.notation.labels(): np.tile(labels, (scale, 1)),
    }
    if law.notation.has_mean:
        numbers[law.notation.means()] = np.tile(data[law.notation.means()], (scale, 1, 1))
        along = replace(small, random=Random(43)).array(small.count(0), 1) / 4
        numbers[law.notation.along()] = along * math.sqrt(scale)
    return sample, numbers


def _places(sample: Instance) -> list[Any]:
    return [np.tril_indices(sample.count(s.index)) for s in sample.notation.streams()]


def _roots(sample: Instance, entries: Array) -> list[Array]:
    """Cholesky factors of all overlaps; their diagonals are exponentials."""
    roots, start = [], 0
    for stream, place in zip(sample.notation.streams(), _places(sample), strict=True):
        root = np.zeros((sample.count(stream.index),) * 2)
        root[place] = entries[start : start + len(place[0])]
        np.fill_diagonal(root, np.exp(np.diagonal(root)))
        roots.append(root)
        start += len(place[0])
    return roots


def _overlaps(sample: Instance, entries: Array, numbers: Numbers) -> Numbers:
    streams, notation = sample.notation.streams(), sample.notation
    roots = zip(streams, _roots(sample, entries), strict=True)
    overlaps = {notation.overlap(stream.index): root @ root.T for stream, root in roots}
    if notation.has_mean:  # the roots are those of what is across the projections
        along = numbers[notation.along()]
        overlaps[notation.overlap(0)] = (
            overlaps[notation.overlap(0)] + along @ along.T / sample.widths[0]
        )
    return overlaps


def _optimum(action: Any, sample: Instance, numbers: Numbers, start: Array | None) -> Array:
    """The lowest point of S found, from unit overlaps or from an earlier optimum.

    The gradient only leads there: that it is right is certified by the next step.
    """
    streams, places = sample.notation.streams(), _places(sample)
    gradients = [gradient(action, sample.notation.overlap(stream.index)) for stream in streams]
    total = sum(sample.widths)

    def value(entries: Array) -> tuple[float, Array]:
        point = {**numbers, **_overlaps(sample, entries, numbers)}
        slopes = []
        for root, place, slope in zip(_roots(sample, entries), places, gradients, strict=True):
            change = 2 * evaluate(slope, point) @ root
            np.fill_diagonal(change, np.diagonal(change) * np.diagonal(root))
            slopes.append(change[place])
        return float(evaluate(action, point)) / total, np.concatenate(slopes) / total

    guess = np.zeros(sum(len(place[0]) for place in places)) if start is None else start
    with np.errstate(all="ignore"):  # a wrong action may fall without end; no order comes of it
        return np.asarray(minimize(value, guess, jac=True, method="L-BFGS-B").x)
