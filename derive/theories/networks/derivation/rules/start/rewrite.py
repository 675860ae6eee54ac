"""Rule 0: from a stream graph to the joint density of weights and labels."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Identity, ZeroMatrix

from derive.algebra import build
from derive.algebra.nodes import LogNormal
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.state import State
from derive.theories.networks.nodes import path_readout


def output(notation: Notation) -> Any:
    """f = X[g V_0] / sqrt(N_0 N_1): the outputs, linear in the input weights."""
    embedding = build.mul(notation.above(0), notation.tensor(0))
    scale = 1 / sympy.sqrt(notation.features * notation.width(0))
    return build.scale(scale, path_readout(embedding, notation.data()))


def definition(notation: Notation, weight: int) -> Any:
    """g_l = (I_H (x) g_above) W / sqrt(H N_above): what a weight adds to the stream below."""
    item = notation.graph.weights[weight]
    lifted = build.lift(notation.above(weight), notation.heads(weight))
    product = build.mul(lifted, notation.tensor(weight))
    width = sympy.S.One if item.above is None else notation.width(item.above)
    return build.scale(1 / sympy.sqrt(notation.heads(weight) * width), product)


def prior(notation: Notation, weight: int) -> Any:
    """The log prior density of a weight tensor."""
    tensor = notation.tensor(weight)
    covariance = build.mul(notation.variance(weight), Identity(build.rows(tensor)))
    return LogNormal(tensor, ZeroMatrix(*tensor.shape), covariance)


def starting_density(notation: Notation) -> State:
    """Labels given the weights, and every weight's prior."""
    noise = build.mul(notation.temperature, Identity(notation.examples))
    labels = LogNormal(notation.labels(), output(notation), noise)
    indices = tuple(weight.index for weight in notation.graph.weights)
    definitions = tuple(
        (notation.vectors(w.index), definition(notation, w.index)) for w in notation.inner_weights()
    )
    body = sympy.Add(labels, *(prior(notation, index) for index in indices))
    return State(notation, body, sympy.S.Zero, definitions, indices)
