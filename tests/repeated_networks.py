"""Networks of symbolic depth, with generic surroundings, shared by several test files."""

from __future__ import annotations

from functools import cache

from derive.derivation.repeat.induction import repeated_theory
from derive.network import Attention, Embedding, Linear, Network, Readout, Repeat, Residual


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
    "residual inside": (heads(), repeat(heads(), skip(linear(None)), heads()), skip(heads(None))),
}
REPEATED = {
    name: Network((Embedding("N", 1.2), *middle, Readout(1.1)), "T", name)
    for name, middle in _MIDDLES.items()
}


@cache
def theory(name: str):
    """The theory of a network, derived once."""
    return repeated_theory(REPEATED[name])
