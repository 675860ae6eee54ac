"""Certificate of the papers' normalisation: random numbers on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.instance import (
    Instance,
    Numbers,
    instances,
    unseen,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.chain.rewrite import Chain
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation


@certifying
def chain(
    agreement: Agreement,
    action: Any,
    equations: Sequence[SaddleEquation],
    chain: Chain,
    notation: Notation,
) -> Evidence:
    """S - shift at G_l = U_l / m_l, with m_l the number of paths above to one output, counted.

    The shift is evaluated without any order parameter, and it must take all constants; equations
    and fluxes are compared at random values of the fluxes below.
    """
    samples = instances(notation, 19)
    for sample in samples:
        _compare(action, equations, chain, sample, agreement)
        _no_constant_is_left(chain, sample, agreement)
    return agreement.evidence(
        "action, right-hand sides and fluxes at random order parameters" + unseen(samples)
    )


def _compare(
    action: Any,
    equations: Sequence[SaddleEquation],
    chain: Chain,
    sample: Instance,
    agreement: Agreement,
) -> None:
    notation, arithmetic = sample.notation, agreement.arithmetic
    sizes: Numbers = {**sample.sizes(), **sample.data()}
    outputs = notation.outputs_apart
    streams, scaled, ours = notation.streams(), dict(sizes), dict(sizes)

    def compare(what: str, new: Any, old: Any, scale: int = 1, rest: Any = 0) -> None:
        value, expected = agreement.value(new, scaled), agreement.value(old, ours)
        agreement.compare(what, value, scale * expected - rest)

    for stream, symbol, scale in zip(streams, chain.overlaps, chain.scales, strict=True):
        count = sample.count(stream.index)
        scaled[symbol] = exact(arithmetic, sample.positive(count))
        paths = count // outputs
        ours[notation.overlap(stream.index)] = scaled[symbol] / paths
        agreement.compare(f"the scale of {symbol}", agreement.value(scale, sizes), paths)
    shift = agreement.value(chain.shift, sizes)
    compare("the action", chain.action, action, rest=shift)
    for old, new in zip(equations, chain.equations, strict=True):
        count = sample.count(old.stream)
        compare(f"the flux {new.flux}", new.flux_value, old.flux_value)
        ours[old.flux] = scaled[new.flux] = sample.array(count, count)
        compare(f"the right-hand side of {new.overlap}", new.right, old.right, count // outputs)


def _no_constant_is_left(chain: Chain, sample: Instance, agreement: Agreement) -> None:
    """At unit overlaps and infinite variances nothing is left of what the widths multiply."""
    notation = sample.notation
    numbers: Numbers = {**sample.sizes(), **sample.data()}
    for weight in notation.inner_weights():
        numbers[notation.variance(weight.index)] = 10 ** (agreement.digits + 2 * GUARD)
    for stream, symbol in zip(notation.streams(), chain.overlaps, strict=True):
        numbers[symbol] = np.eye(sample.count(stream.index))
    if notation.has_mean:
        numbers[notation.share()] = 1
    wider = {**numbers}
    for stream in notation.streams():
        wider[notation.width(stream.index)] *= 2
    left = agreement.value(chain.action, wider) - agreement.value(chain.action, numbers)
    agreement.compare("the constants of the action", left, 0)
