"""What the steps of an induction over layers say, with their sources."""

from __future__ import annotations

from derive.theories.networks.derivation.labels import PAPER

INDUCTION_SOURCE = "induction over the layers, from the readout down"
REPEATED_START = (
    "The joint density of labels and weights. A block of layers is repeated; its copies have sizes "
    "and variances of their own. Streams and weights are counted from the input, the readout's "
    "included.",
    PAPER,
)

BASE = (
    "Base of the induction: the weights above the repeated layers are replaced by the law of their "
    "vectors, and the vectors by their overlaps.",
    "linear image of a Gaussian law; Wishart 1928",
)

INDUCTION_STEP = (
    "Step of the induction: the density depends on the vectors above copy $l$ through their "
    "overlaps alone. Its weights are replaced by the law of their vectors, and these by their "
    "overlaps; the density then depends on the vectors below in the same way.",
    INDUCTION_SOURCE,
)

BELOW = (
    "The layers below the repeated ones, in the same way.",
    "linear image of a Gaussian law; Wishart 1928",
)

BASE_WITHIN = (
    "Base of the induction: the weights above the repeated layers are replaced by the law of their "
    "vectors.",
    "linear image of a Gaussian law",
)

WITHIN = (
    "The weights are replaced by the law of their vectors, given those of the stream that are "
    "there already: $v_k$, from the first of the stream down to those of weight $k$.",
    "linear image of a Gaussian law",
)

WITHIN_STEP = (
    f"Step of the induction. {WITHIN[0]} All copies are in one stream: the density of its vectors "
    "is a product over the copies.",
    INDUCTION_SOURCE,
)

SHARED_CHANGE = (
    "All vectors of the stream are replaced by their overlaps, at once: whatever the copies, the "
    "density depends on them through these alone. The laws of the copies keep their form, with "
    "blocks of the overlaps in the place of products of vectors.",
    "Wishart 1928; Muirhead, Aspects of Multivariate Statistical Theory, theorem 2.1.14",
)

POINT = (
    r"$\Lambda_k$ are the overlaps of the vectors of a stream down to those of weight $k$, block "
    "diagonal."
)

FORCE = (
    "$F_k$ is the force on the vectors of a stream down to those of weight $k$, from all that is "
    "below these; $D_k$ is their shift. Forces go up and shifts come down from copy to copy."
)

ANY_DEPTH = (
    "The exact law at finite width and any depth: every copy brings the terms of the step.",
    INDUCTION_SOURCE,
)

LAYER_EQUATIONS = (
    "The saddle-point equation of every kind of layer. That of the layer below is assumed in the "
    "form that is found: this is the induction, upwards.",
    "multiplication, partial traces, substitution of the equation below, naming",
)

CLOSED = (
    "The equations are substituted into one another from the lowest up. Each flux is a partial "
    "trace of the lowest one, so that the lowest overlaps solve one equation, whatever the depth. "
    "The highest factor stands on the left. A solution is a saddle point only if all overlaps are "
    "positive definite.",
    "induction over the layers, upwards",
)
