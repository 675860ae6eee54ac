"""Networks of symbolic depth, with generic surroundings, shared by several test files."""

from __future__ import annotations

from functools import cache

from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Features,
    Linear,
    Network,
    Parallel,
    Readout,
    Repeat,
    Residual,
)


def heads(width="N"):
    return Attention("H", 0.9, width)


def linear(width="N"):
    return Linear(0.7, width)


def skip(*layers):
    return Residual(layers)


def repeat(*layers, times="L"):
    return Repeat(layers, times)


_MIDDLES = {
    "attention": (repeat(heads()),),
    "linear": (repeat(linear()),),
    "attention between linear": (linear(), repeat(heads()), linear()),
    "attention and linear": (repeat(heads(), linear()),),
    "two attentions": (repeat(heads(), heads()),),
    "two depths": (repeat(linear()), repeat(heads(), times="D")),
    "residual below": (repeat(skip(heads(None)), heads()),),
    "residual on top": (repeat(heads(), skip(heads(None))),),
    "residual before": (skip(heads(None)), repeat(heads())),
    "linear residual": (
        heads(),
        repeat(skip(linear(None)), linear()),
    ),
    "residual above, as many weights": (
        repeat(skip(heads(None)), linear()),
        skip(linear(None), linear(None)),
    ),
    "residuals alone": (repeat(skip(heads(None))),),
    "linear residuals alone": (repeat(skip(linear(None))),),
    "two residuals alone": (repeat(skip(heads(None)), skip(linear(None))),),
    "residuals between": (
        heads(),
        skip(heads(None)),
        repeat(skip(heads(None))),
        skip(linear(None)),
        heads(),
    ),
    "residuals of two depths": (
        repeat(skip(heads(None))),
        repeat(skip(linear(None)), times="D"),
    ),
    "residuals above a block": (repeat(heads()), repeat(skip(heads(None)), times="D")),
    "residuals below a block": (
        repeat(skip(linear(None))),
        repeat(skip(heads(None)), heads(), times="D"),
    ),
    "residuals with a stream inside": (repeat(skip(heads("M"), heads(None))),),
    "residuals with a residual inside": (
        repeat(skip(heads("M"), skip(heads(None)), linear(None))),
        linear(),
    ),
    "residuals of a residual": (repeat(skip(skip(heads(None)), heads(None))),),
    "two shared streams": (
        repeat(skip(heads(None))),
        heads(),
        repeat(skip(linear(None)), times="D"),
    ),
    "a sum below residuals alone": (Parallel((linear(), heads())), repeat(skip(heads(None)))),
    "a sum above residuals alone": (
        repeat(skip(linear(None))),
        heads(),
        Parallel((linear(), heads())),
    ),
    "residual inside": (heads(), repeat(heads(), skip(linear(None)), heads()), skip(heads(None))),
}
_ENDS = {
    "several outputs": (Embedding("N", 1.2), repeat(heads()), Readout(1.1, outputs=3)),
    "a readout per position": (
        Features("N", "arc-sine", 1.2),
        repeat(heads(), linear()),
        Readout(1.1, "each", positions="O"),
    ),
    "a residual on top, outputs and positions": (
        Features("N", "arc-sine", 1.2),
        repeat(heads(), skip(heads(None))),
        Readout(1.1, "each", positions="O", outputs=2),
    ),
    "residuals alone, outputs and positions": (
        Features("N", "arc-sine", 1.2),
        repeat(skip(heads(None))),
        Readout(1.1, "each", positions="O", outputs=2),
    ),
    "a mean": (Features("N", "arc-cosine-1", 1.2), repeat(heads()), Readout(1.1)),
    "a mean below layers, a residual on top": (
        Features("N", "arc-cosine-0", 1.2),
        skip(linear(None)),
        repeat(heads(), skip(heads(None))),
        Readout(1.1, outputs=2),
    ),
    "a mean below residuals alone": (
        Features("N", "arc-cosine-1", 1.2),
        repeat(skip(heads(None))),
        Readout(1.1, "mean"),
    ),
    "a residual that ends in one, below": (
        Embedding("N", 1.2),
        skip(linear("M"), linear(None), skip(heads(None))),
        heads(),
        repeat(heads()),
        Readout(1.1),
    ),
    "residuals below a block, outputs": (
        Embedding("N", 1.2),
        repeat(skip(linear(None))),
        repeat(heads(), times="D"),
        Readout(1.1, outputs=2),
    ),
}
REPEATED = {
    name: Network(layers, "T", name)
    for name, layers in {
        **{n: (Embedding("N", 1.2), *middle, Readout(1.1)) for n, middle in _MIDDLES.items()},
        **_ENDS,
    }.items()
}


SHARED = tuple(name for name in REPEATED if "residuals" in name or "shared" in name)
"""Those in which copies of residuals share a stream."""


@cache
def theory(name: str):
    """The theory of a network, derived once."""
    return derive(REPEATED[name]).theory
