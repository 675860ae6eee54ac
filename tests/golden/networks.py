"""The networks of the golden files."""

from derive import Attention, Embedding, Network, Readout, Residual

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
    "no_layer": Network((Embedding(10, 1.3), Readout(1.2)), 0.1, "embedding & readout (L = 0)"),
}
