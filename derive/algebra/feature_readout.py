"""The readout of nonlinear features."""

from __future__ import annotations

from typing import Any

from derive.algebra import nodes
from derive.algebra.multiply import mul
from derive.algebra.nodes import Attended
from derive.algebra.terms import ONE, Matrix, assemble, columns, rows, same_size, split
from derive.errors import ShapeError


def feature_readout(
    vectors: Matrix, weights: Matrix, inputs: Attended, operators: Attended, function: Any
) -> Matrix:
    """The outputs of vectors that read features phi(W x), on every example.

    A number in front of the vectors is taken out; one in front of W stays, as phi is not linear.
    """
    fits = (
        same_size(rows(vectors), operators.paths)
        and same_size(columns(vectors), rows(weights))
        and same_size(columns(weights), inputs.features)
        and same_size(inputs.paths, operators.features)
    )
    if not fits:
        raise ShapeError(
            f"feature readout: vectors {vectors.shape}, weights {weights.shape}, {inputs} and "
            f"{operators} do not fit together"
        )
    number, factors = split(vectors)
    inner = assemble(ONE, list(factors), vectors.shape)
    return mul(number, nodes.FeatureReadout(inner, weights, inputs, operators, function))
