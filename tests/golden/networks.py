"""The networks of the golden files."""

from derive import Attention, Embedding, Linear, Network, Readout, Repeat, Residual
from derive.theories.networks.description import (
    Convolution,
    Features,
    Gated,
    Identity,
    Parallel,
    Serial,
)

NETWORKS = {
    "chain": Network(
        (
            Embedding("N_1", 1.3),
            Attention("H_1", 1.1, "N_2"),
            Attention("H_2", 0.9, "N_a"),
            Readout(1.2),
        ),
        "T",
        "two attention layers",
    ),
    "residual": Network(
        (
            Embedding(10, 1.3),
            Attention(2, 1.1, 12),
            Residual((Attention(3, 0.9),)),
            Residual((Attention(2, 0.8),)),
            Readout(1.2),
        ),
        0.1,
        "attention below two residuals",
    ),
    "features": Network(
        (Features(10, "arc-sine", 1.3), Attention("H", 0.9, 8), Readout(1.2)),
        0.1,
        "erf features below attention",
    ),
    "no_layer": Network((Embedding(10, 1.3), Readout(1.2)), 0.1, "embedding & readout (L = 0)"),
    "parallel": Network(
        (
            Embedding(12, 1.3),
            Parallel((Attention(2, 1.1), Identity(), Serial((Linear(0.7, 9), Gated(3, 0.9))))),
            Readout(1.2),
        ),
        0.1,
        "attention beside a gated branch and a skip",
    ),
    "convolution": Network(
        (
            Embedding(12, 1.3),
            Convolution(3, 0.9, 10, padding=1),
            Readout(1.2, "each", positions=4, outputs=2),
        ),
        0.1,
        "convolution, two outputs that read every position",
    ),
}

ANY_DEPTH = {
    "any_depth": Network(
        (Embedding("N", 1.3), Repeat((Attention("H", 1.1, "N"),), "L"), Readout(1.2)),
        "T",
        "attention, any depth",
    ),
    "any_depth_residual": Network(
        (
            Embedding("N", 1.3),
            Linear(0.7, "N"),
            Repeat((Residual((Attention("H", 0.9),)), Attention("H", 1.1, "N")), "L"),
            Readout(1.2),
        ),
        "T",
        "residual and attention, any depth",
    ),
    "any_depth_shared": Network(
        (
            Embedding("N", 1.3),
            Linear(0.7, "N"),
            Repeat((Residual((Attention("H", 0.9),)),), "L"),
            Residual((Linear(1.1),)),
            Readout(1.2),
        ),
        "T",
        "residuals in one stream, any depth",
    ),
}
