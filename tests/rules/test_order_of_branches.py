"""Skips in any place of a sum: vectors are in the order of their stream, and all is certified."""

import pytest

from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
)
from derive.theories.networks.description.layers import Residual, Serial

HEADS, LINEAR = Attention("H", 0.8), Linear(0.7)
SUMS = {
    "skip last": (Parallel((HEADS, Identity())),) * 2,
    "skip between": (Parallel((HEADS, Identity(), LINEAR)),) * 2,
    "below a residual": (Residual((HEADS,)), Parallel((LINEAR, Identity()))),
    "skips of skips": (
        Parallel((Serial((Linear(0.6, 9), HEADS)), Residual((LINEAR,)), Identity())),
        Parallel((LINEAR, Identity())),
    ),
    "a residual that ends in a residual": (
        Residual((LINEAR, Residual((LINEAR,)))),
        Residual((HEADS,)),
    ),
}
DEEP = (
    Residual((HEADS, Residual((LINEAR,)))),
    Residual((Residual((LINEAR,)), HEADS, Residual((LINEAR,)))),
)
LONG = ("skip between", "a residual that ends in a residual")
CASES = [
    pytest.param(layers, id=name, marks=pytest.mark.slow if name in LONG else ())
    for name, layers in SUMS.items()
]
CASES.append(pytest.param(DEEP, id="residuals that end in residuals", marks=pytest.mark.slow))


@pytest.mark.parametrize("layers", CASES)
def test_every_step_is_certified(layers):
    network = Network((Embedding("N", 1.2), *layers, Readout(1.3)), 0.2)
    derivation = derive(network)
    assert len(derivation.certify(18)) == len(derivation.steps)
