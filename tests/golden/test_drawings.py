"""Networks drawn as text, as they were drawn before; and what every drawing must satisfy."""

import pytest

from derive.theories.networks.derivation import draw
from derive.theories.networks.description import (
    Attention,
    Convolution,
    Embedding,
    Gated,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Serial,
)

BOTTOM = Embedding(10, 1.3)
NESTED = Residual((Attention(2, 0.9), Residual((Attention(3, 0.8),)), Linear(0.7, 6), Linear(0.6)))
BRANCHES = Parallel(
    (Serial((Attention(2, 0.9, 7), Linear(0.5, 12))), Gated(3, 0.8, 12), Linear(1.1, 12))
)
POSITIONS = (
    Convolution((3, 3), 0.9, 20, grid=(6, 6)),
    Convolution(2, 0.8, 14, grid=(4, 4), stride=2),
    Readout(1.2, "each", positions=4, outputs=3),
)
BLOCKS = (
    Repeat((Linear(0.7, "N"),), "L"),
    Repeat((Residual((Attention("H", 0.9),)), Linear(1.1, "N")), "D"),
    Parallel((Attention("H", 0.8), Identity())),
)
DRAWN = {
    "drawing_nested": Network((BOTTOM, NESTED, Readout(1.2, "mean")), 0.1),
    "drawing_parallel": Network((BOTTOM, BRANCHES, Residual((Linear(0.3),)), Readout(1.2)), 0.1),
    "drawing_positions": Network((BOTTOM, *POSITIONS), 0.1),
    "drawing_twelve": Network((BOTTOM, *[Residual((Attention(2, 1.0),))] * 12, Readout(1.2)), 0.1),
    "drawing_depths": Network((Embedding("N", 1.3), *BLOCKS, Readout(1.2)), "T"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_network_is_drawn_as_before(name, golden):
    golden(f"{name}.txt", draw(DRAWN[name]) + "\n")
